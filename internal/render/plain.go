package render

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ortop/internal/account"
	"ortop/internal/text"
)

// Plain says of one account after the other what changed, a line for each
// change, for whom a screen is redrawn in vain: screen readers and logs.
type Plain struct {
	// Named puts an account's name into its lines.
	Named bool

	day     string
	printed map[string]*printed // by account
}

// printed is what was printed of an account last.
type printed struct {
	topics map[string]string
	alerts map[string]string // by their IDs
	hour   time.Time         // of the spend
}

// topic is what is said of one thing.
type topic struct{ name, words string }

// Lines are what changed of an account since its snapshot before.
func (p *Plain) Lines(s *account.Snapshot, now time.Time) []string {
	if p.printed == nil {
		p.printed = map[string]*printed{}
	}
	was := p.printed[s.Account]
	if was == nil {
		was = &printed{topics: map[string]string{}, alerts: map[string]string{}}
		p.printed[s.Account] = was
	}
	var lines []string
	if day := now.Format("Mon 2 Jan 2006"); day != p.day {
		p.day = day
		lines = append(lines, day)
	}
	add := func(name, words string) {
		line := text.Format(now, "15:04") + " "
		if p.Named {
			line += text.Clean(s.Account, 100) + " "
		}
		lines = append(lines, line+name+": "+strings.Join(strings.Fields(text.Clean(words, 1000)), " "))
	}
	for _, t := range topicsOf(s, now) {
		if old, ok := was.topics[t.name]; old != t.words && (ok || t.words != "" && t.words != text.Unknown) {
			if t.words == "" {
				t.words = "no longer"
			}
			add(t.name, t.words)
		}
		was.topics[t.name] = t.words
	}
	if hour := now.Truncate(time.Hour); !hour.Equal(was.hour) && s.Spend.Last24hUSD != nil {
		was.hour = hour
		f := NewFields(s, now)
		add("spend", f.LastHour+" last hour, "+f.LastDay+" last 24 h, "+f.Today+" today (UTC)")
	}
	firing := map[string]string{}
	for _, e := range s.Alerts {
		firing[e.ID] = e.Summary()
		if _, ok := was.alerts[e.ID]; !ok {
			add("alert", string(e.Level)+": "+e.Summary())
		}
	}
	if s.Alerts == nil { // nobody judged: what fired goes on
		return lines
	}
	var over []string
	for id, words := range was.alerts {
		if _, ok := firing[id]; !ok {
			over = append(over, words)
		}
	}
	slices.Sort(over)
	for _, words := range over {
		add("alert over", words)
	}
	was.alerts = firing
	return lines
}

// topicsOf are what is said of an account whenever it is another than before;
// without words: nothing is to be said of it.
func topicsOf(s *account.Snapshot, now time.Time) []topic {
	f := NewFields(s, now)
	state := f.State
	if s.Stale(now) && !s.At.IsZero() { // whose age would be another each minute
		state = "stale since " + text.Moment(s.At, now)
	}
	if s.Fault != nil && !strings.Contains(state, s.Fault.Message) {
		state += ", " + s.Fault.Message
	}
	left := f.Balance
	switch {
	case s.Balance == nil || s.Source == account.FromPerson:
		left += " " + s.BalanceNote
	default:
		left += " of " + f.Bought + " (" + f.LeftPercent + ")"
	}
	topics := []topic{{"state", state}, {"left", left}}
	limits := map[string]string{}
	LimitLines(s, &f, func(label, format string, args ...any) { limits[label] = fmt.Sprintf(format, args...) })
	for _, label := range []string{"key cap", "budget", "spendable"} {
		topics = append(topics, topic{label, limits[label]})
	}
	label, date, _, within := f.Ending()
	if within != text.Unknown {
		date += " (" + account.EndOf(s.Ahead(), now).Percent() + ": " + within + ")"
	}
	if strings.HasPrefix(date, "idle: no spend for ") {
		date = "idle: no spend since " + text.Moment(s.Forecast.LastSpend, now)
	}
	notes := slices.Clone(s.Notes)
	if s.Undelivered != "" {
		notes = append(notes, s.Undelivered)
	}
	return append(topics, topic{label, date}, topic{"note", strings.Join(notes, "; ")})
}
