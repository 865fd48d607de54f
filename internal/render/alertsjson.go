package render

import (
	"time"

	"ortop/internal/account"
	"ortop/internal/alert"
)

// AlertsObject is what alerts list --json prints. Every key is always there; null is
// unknown, and in a rule or a channel that there is none.
type AlertsObject struct {
	Schema   int           `json:"schema"`
	Account  string        `json:"account"`
	At       *string       `json:"at"`
	AgeS     *float64      `json:"age_s"`
	Stale    bool          `json:"stale"`
	Alerts   []AlertJSON   `json:"alerts"` // those that fire
	Rules    []ruleJSON    `json:"rules"`
	Mutes    []muteJSON    `json:"mutes"`
	Channels []channelJSON `json:"channels"`
}

// muteJSON is a mute; a null rule is every rule.
type muteJSON struct {
	Rule   *string `json:"rule"`
	Until  string  `json:"until"`
	Urgent bool    `json:"urgent"`
}

type ruleJSON struct {
	Rule        string   `json:"rule"`
	Text        string   `json:"text"`
	Level       string   `json:"level"`
	Account     *string  `json:"account"`  // null: all
	Channels    []string `json:"channels"` // null: all
	ForS        float64  `json:"for_s"`
	CooldownS   float64  `json:"cooldown_s"`
	QuietFrom   *string  `json:"quiet_from"`
	QuietUntil  *string  `json:"quiet_until"`
	QuietUrgent bool     `json:"quiet_urgent"`
}

type channelJSON struct {
	Name  string  `json:"name"`
	Kind  string  `json:"kind"`
	Level *string `json:"level"` // null: all
}

// Alerts are the rules, the channels, and what fires by a snapshot, as scripts see
// them at now.
func Alerts(s *account.Snapshot, rules []alert.Rule, channels []alert.Channel, now time.Time) AlertsObject {
	status := Status(s, now)
	o := AlertsObject{
		Schema: 1, Account: s.Account, At: status.At, AgeS: status.AgeS, Stale: status.Stale, Alerts: status.Alerts,
		Rules: []ruleJSON{}, Channels: []channelJSON{}, Mutes: []muteJSON{},
	}
	for _, r := range rules {
		r = r.Filled()
		row := ruleJSON{
			Rule: string(r.Kind), Text: r.String(), Level: string(r.Level), Account: Word(r.Account), Channels: r.Channels,
			ForS: r.For.Seconds(), CooldownS: r.Cooldown.Seconds(), QuietUrgent: r.QuietUrgent,
		}
		if r.Quiet != (alert.Quiet{}) {
			from, until := TimeOfDay(r.Quiet.From), TimeOfDay(r.Quiet.To)
			row.QuietFrom, row.QuietUntil = &from, &until
		}
		o.Rules = append(o.Rules, row)
	}
	for _, m := range s.Mutes {
		o.Mutes = append(o.Mutes, muteJSON{Word(string(m.Rule)), m.Until.UTC().Format(time.RFC3339), m.Urgent})
	}
	for _, c := range channels {
		o.Channels = append(o.Channels, channelJSON{c.Name, string(c.Via), Word(c.Level)})
	}
	return o
}

// TimeOfDay is so long after midnight, as 22:00.
func TimeOfDay(d time.Duration) string { return time.Time{}.Add(d).Format("15:04") }
