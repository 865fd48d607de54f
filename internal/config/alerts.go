package config

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Alert is one [[alerts]] table. Settings that are absent are zero, and mean
// what the rule defines.
type Alert struct {
	// Rule is balance, used, runway, spend, spike, leak, limit, free, top_up,
	// top_up_missing, stale or key_expiry.
	Rule string
	// Off turns off what the rule does by default; nothing else is set then.
	Off     bool
	Level   string // Level is info, warning or urgent; empty is the rule's own.
	Account string
	// Channels are names of Config.Channels; none means all.
	Channels []string
	BelowUSD float64
	AboveUSD float64 // AboveUSD is for spend, AboveRatio (0 to 1) for the others.
	// AboveRatio and Chance are written in percent, such as "90%".
	AboveRatio, Chance float64
	Per                string // Per is day, week or month, or empty.
	Factor             float64
	Within             time.Duration
	For                time.Duration
	Cooldown           time.Duration
	Quiet              Hours // Quiet is that of the file where the table has none.
	QuietUrgent        bool
}

// Hours are those of each day from From up to To, since midnight on the local
// clock. They go over midnight where From is later; the zero Hours are none.
type Hours struct{ From, To time.Duration }

var alertSettings = settings[Alert]{
	"rule":         func(a *Alert, v value) error { return v.oneOf(&a.Rule, ruleNames) },
	"off":          func(a *Alert, v value) error { return v.boolean(&a.Off) },
	"level":        func(a *Alert, v value) error { return v.oneOf(&a.Level, levels) },
	"account":      func(a *Alert, v value) error { return v.text(&a.Account) },
	"channels":     func(a *Alert, v value) error { return v.texts(&a.Channels) },
	"below":        func(a *Alert, v value) error { return v.number(&a.BelowUSD) },
	"above":        func(a *Alert, v value) error { return v.amountOrShare(&a.AboveUSD, &a.AboveRatio) },
	"chance":       func(a *Alert, v value) error { return v.share(&a.Chance) },
	"per":          func(a *Alert, v value) error { return v.oneOf(&a.Per, []string{"day", "week", "month"}) },
	"factor":       func(a *Alert, v value) error { return v.number(&a.Factor) },
	"within":       func(a *Alert, v value) error { return v.span(&a.Within) },
	"for":          func(a *Alert, v value) error { return v.span(&a.For) },
	"cooldown":     func(a *Alert, v value) error { return v.span(&a.Cooldown) },
	"quiet":        func(a *Alert, v value) error { return v.hours(&a.Quiet) },
	"quiet_urgent": func(a *Alert, v value) error { return v.boolean(&a.QuietUrgent) },
}

var levels = []string{"info", "warning", "urgent"}

// ruleSettings are the settings that each rule has beside everyRule; one with
// a "!" must be there.
var ruleSettings = map[string][]string{
	"balance":        {"below!", "for"},
	"used":           {"above!", "for"},
	"runway":         {"within", "chance", "for"},
	"spend":          {"above!", "per", "for"},
	"spike":          {"factor", "for"},
	"leak":           {"factor", "for"},
	"limit":          {"above", "for"},
	"free":           {"above", "for"},
	"top_up":         {},
	"top_up_missing": {"below", "for"},
	"stale":          {"for"},
	"key_expiry":     {"within"},
}

var (
	ruleNames = settingsOf(ruleSettings)
	everyRule = []string{"rule", "off", "level", "account", "channels", "cooldown", "quiet", "quiet_urgent"}
)

// checkAlerts compares the settings of alerts with each other and gives them
// the file's quiet hours.
func (c *Config) checkAlerts(at places) *Error {
	type identity struct {
		rule, level, account, per  string
		below, above, ratio, least float64
		within, hold               time.Duration
	}
	seen := map[identity]bool{}
	for i := range c.Alerts {
		a := &c.Alerts[i]
		t := at.table("alerts", i)
		if a.Rule == "" {
			return t.problem("", "this alert has no rule: it is one of %s", strings.Join(ruleNames, ", "))
		}
		if err := t.checkSettings(fmt.Sprintf("rule %q", a.Rule), everyRule, ruleSettings[a.Rule], a.Off); err != nil {
			return err
		}
		if a.Off && len(t.has()) > 2 {
			return t.problem("off", "an alert that is off has no other settings than its rule")
		}
		if isShare := a.AboveRatio > 0; t.set("above") && isShare == (a.Rule == "spend") {
			if isShare {
				return t.problem("above", "above must be an amount in USD here, such as 25")
			}
			return t.problem("above", `above must be in percent here, such as "90%%"`)
		}
		if t.set("factor") && a.Factor <= 1 {
			return t.problem("factor", "factor must be more than 1: the multiple of the usual that raises the alert")
		}
		if _, err := c.Find(a.Account); a.Account != "" && err != nil {
			return t.problem("account", "%v", err)
		}
		for _, name := range a.Channels {
			if !slices.ContainsFunc(c.Channels, func(ch Channel) bool { return ch.Name == name }) {
				return t.problem("channels", "there is no channel %q%s", clean(name), suggest(name, c.channelNames()))
			}
		}
		id := identity{a.Rule, "", strings.ToLower(a.Account), a.Per, a.BelowUSD, a.AboveUSD, a.AboveRatio, a.Chance, a.Within, a.For}
		if a.Rule == "runway" {
			id.level = a.Level // which the chance depends on
		}
		if seen[id] {
			return t.problem("rule", "this alert is there twice")
		}
		seen[id] = true
		if !t.set("quiet") {
			a.Quiet = c.Quiet
		}
	}
	return nil
}
