package render

import (
	"fmt"
	"strings"
	"time"

	"ortop/internal/account"
	"ortop/internal/monitor"
	"ortop/internal/text"
)

// PreflightObject is what preflight --json prints. Every key is always there; null is unknown.
type PreflightObject struct {
	Schema     int      `json:"schema"`
	Account    string   `json:"account"`
	Verdict    string   `json:"verdict"`
	Need       float64  `json:"need_usd"`
	For        float64  `json:"for_s"`
	Runway     *float64 `json:"runway_s"`
	Spendable  *float64 `json:"spendable_usd"`
	Background *float64 `json:"expected_background_usd"`
	Margin     *float64 `json:"margin_usd"`
	Reason     string   `json:"reason"`
}

// Preflight is whether there is enough in an account for a job of needUSD that runs for d, and
// for how long it has to last, as scripts see it.
func Preflight(name string, p account.Preflight, needUSD float64, d, runway time.Duration) PreflightObject {
	o := PreflightObject{
		Schema: 1, Account: name, Verdict: string(p.Answer), Need: needUSD, For: d.Seconds(),
		Spendable: exact(p.SpendableUSD), Background: exact(p.BackgroundUSD), Margin: exact(p.MarginUSD), Reason: p.Reason,
	}
	if runway > 0 {
		s := runway.Seconds()
		o.Runway = &s
	}
	return o
}

// CostObject is what cost --json prints. Every key is always there; null is unknown.
type CostObject struct {
	Schema     int      `json:"schema"`
	Spent      *float64 `json:"spent_usd"`
	Background *float64 `json:"background_usd"`
	Settled    *float64 `json:"settled_after_s"`
	Exit       int      `json:"exit_code"`
}

// CostText is what a command cost, in one line for a person.
func CostText(c monitor.Cost) string {
	if c.SpentUSD == nil {
		why := "it could not be read before the wait ended"
		if c.Fault != nil {
			why = c.Fault.Message
		}
		return "what was spent is not known: " + why
	}
	parts := []string{fmt.Sprintf("%s spent by %s in %s", text.USD(*c.SpentUSD), c.Of, text.Span(c.Span))}
	if c.BackgroundUSD != nil {
		parts = append(parts, text.USD(*c.BackgroundUSD)+" is usual in that time, whoever spends it")
	} else {
		parts = append(parts, "what is usual in that time is not known")
	}
	if !c.Settled {
		parts = append(parts, "not settled: more may be charged")
	}
	if c.Fault != nil {
		parts = append(parts, "the last reading failed: "+c.Fault.Message)
	}
	return strings.Join(parts, "; ")
}

// Cost is what a command that ended with exitCode cost, as scripts see it.
func Cost(c monitor.Cost, exitCode int) CostObject {
	o := CostObject{Schema: 1, Spent: exact(c.SpentUSD), Background: exact(c.BackgroundUSD), Exit: exitCode}
	if c.Settled {
		seconds := c.SettledAfter.Round(time.Millisecond).Seconds()
		o.Settled = &seconds
	}
	return o
}
