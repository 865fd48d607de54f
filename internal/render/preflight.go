package render

import (
	"time"

	"ortop/internal/account"
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
