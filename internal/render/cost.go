package render

import (
	"fmt"
	"strings"
	"time"

	"ortop/internal/monitor"
	"ortop/internal/text"
)

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
