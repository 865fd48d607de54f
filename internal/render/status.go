// Package render writes what is known of an account, as text for people, as
// JSON, CSV or Markdown for programs, and by a template. It is pure: it reads
// no flag, clock, file or network, and computes no money of its own.
package render

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/text"
)

// NoJudge is in place of the alerts where nobody could judge.
const NoJudge = text.Unknown + "  not judged: nothing was read"

// AlertsFiring are the alerts of a snapshot by themselves, behind how many they are,
// of which account and by values of which age.
func AlertsFiring(s *account.Snapshot, now time.Time) string {
	firing := "nothing fires"
	switch n := len(s.Alerts); {
	case s.Alerts == nil:
		firing = "not judged"
	case n == 1:
		firing = "1 alert fires"
	case n > 1:
		firing = fmt.Sprintf("%d alerts fire", n)
	}
	lines := []string{firing + " for " + strings.TrimPrefix(Shown(s, now), "account ")}
	for _, e := range s.Alerts {
		lines = append(lines, string(e.Level)+": "+e.Summary())
	}
	for _, m := range s.Mutes {
		lines = append(lines, account.MuteWords(m, now))
	}
	return strings.Join(lines, "\n")
}

// LimitLines writes the limits of the key, and what binds if one of them does.
func LimitLines(s *account.Snapshot, f *Fields, line func(label, format string, args ...any)) {
	if s.Key != nil && s.Key.Kind != credit.KeyManagement && s.Key.Cap.LimitUSD != nil {
		line("key cap", "%s", f.Cap+s.LimitChance(forecast.Key))
	}
	if s.Key.Budget() != nil {
		line("budget", "%s", f.Budget+s.LimitChance(forecast.Budget))
	}
	if limited(s) {
		of, spent := forecast.Key, ""
		if s.Binding == credit.BoundByBudget {
			of = forecast.Budget
		}
		if s.SpendableUSD == nil { // the sum is not known, but that the limit stops the key
			spent = ", which is spent"
		}
		line("spendable", "%s, bound by the %s%s", f.Spendable, s.LimitName(of), spent)
	}
}

// unseen are windows whose spend is not known because nobody saw when some of it was
// spent, and how much that is.
type unseen struct {
	windows []string
	words   string
}

func unseenWindows(s *account.Snapshot, now time.Time) (all []unseen) {
	for _, w := range []struct {
		name string
		from time.Time
		usd  *float64
	}{
		{"last hour", s.At.Add(-time.Hour), s.Spend.Last1hUSD}, {"last 24 h", s.At.Add(-24 * time.Hour), s.Spend.Last24hUSD},
		{"last 7 d", s.At.Add(-7 * 24 * time.Hour), s.Spend.Last7dUSD}, {"today", credit.DayStart(now), s.TodayUSD(now)},
	} {
		words := ""
		if w.usd == nil {
			words = s.NotSeen(w.from)
		}
		if words == "" {
			continue
		}
		i := slices.IndexFunc(all, func(u unseen) bool { return u.words == words })
		if i < 0 {
			i, all = len(all), append(all, unseen{words: words})
		}
		all[i].windows = append(all[i].windows, w.name)
	}
	return all
}

// timeOfDay is one in a line.
var timeOfDay = text.Form(`\b\d{1,2}:\d\d\b`)

// Zoned names the zone of the times of day of a line, if it has any.
func Zoned(line string, now time.Time) string {
	if !timeOfDay().MatchString(line) {
		return line
	}
	return line + " " + text.Zone(now)
}

// Shown says of which account an answer is, in which state and by a reading of which
// age.
func Shown(s *account.Snapshot, now time.Time) string {
	line := "account " + text.Clean(s.Account, 100) + ": " + state(s, now)
	if age, ok := s.Age(now); ok {
		line += ", read " + text.Ago(age)
	}
	return line
}

// StatusText is s for a person.
func StatusText(s *account.Snapshot, now time.Time) string {
	f := NewFields(s, now)
	var b strings.Builder
	line := func(label, format string, args ...any) {
		fmt.Fprintf(&b, "%-11s %s\n", label, strings.TrimRight(fmt.Sprintf(format, args...), " "))
	}
	switch {
	case s.Source == account.FromPerson:
		line("left", "%s  %s", f.Balance, s.BalanceNote)
	case s.Balance != nil:
		line("left", "%s of %s (%s), %s used", f.Balance, f.Bought, f.LeftPercent, f.Used)
	default:
		line("left", "%s  %s", f.Balance, s.BalanceNote)
	}
	LimitLines(s, &f, line)
	if r := s.Key.FreeInUse(); r != nil {
		line("free", "%s", freeText(*r))
	}
	if label, date, in, within := f.Ending(); within != text.Unknown {
		line(label, "%s, in %s  (%s: %s)", Zoned(date, now), in, account.EndOf(s.Ahead(), now).Percent(), within)
	} else {
		line(label, "%s", Zoned(date, now))
	}
	if s.AutoTopUp != nil {
		line("topped up", "%s", f.AutoTopUp)
	}
	line("spend", "%s last hour, %s last 24 h, %s last 7 d, %s today (UTC)", f.LastHour, f.LastDay, f.LastWeek, f.Today)
	for _, u := range unseenWindows(s, now) {
		line("", "%s: %s", strings.Join(u.windows, ", "), u.words)
	}
	line("account", "%s  %s", f.Account, f.State)
	line("read", "%s", f.Age)
	for _, e := range s.Alerts {
		line("alert", "%s: %s", e.Level, e.Summary())
	}
	if s.Alerts == nil {
		line("alerts", "%s", NoJudge)
	}
	if s.Undelivered != "" {
		line("note", "%s", s.Undelivered)
	}
	for _, n := range s.Notes {
		line("note", "%s", n)
	}
	return strings.TrimRight(b.String(), "\n")
}
