package panel

import (
	"fmt"
	"strings"
	"time"

	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// Header is whose numbers these are and their state. Where
// it is narrow the account's name goes first, then the clock, then the host is
// shortened; the state stays, and what finds no place beside it is left to the
// next line.
func Header(p draw.Pen, s *account.Snapshot, w int) (line, next string) {
	clock := p.Dim(text.Format(p.Now, "15:04"))
	if w >= 90 {
		clock = p.Dim(text.Format(p.Now, "Mon 2 Jan 15:04"))
	}
	if w >= 60 && p.Now.Location().String() == "UTC" { // which nobody's wall clock need be
		clock += p.Dim(" UTC")
	}
	account, demo, shortDemo := p.Bright(draw.CutName(draw.Clean(s.Account), max(12, w/3))), "", ""
	if s.Demo != "" { // its account is named so too
		account, demo, shortDemo = "", p.Tab(" demo: "+draw.Clean(s.Demo)+" "), p.Tab(" demo ")
	}
	host := func(cells int) string {
		if s.Host == "" {
			return ""
		}
		return p.Low("at " + draw.Cut(draw.Clean(s.Host), cells-3))
	}
	state, short := renderState(p, s, w)
	where := host(max(16, w/3))
	for _, left := range []string{
		draw.JoinAll("  ", p.Chosen("ortop"), account, demo, where, state),
		draw.JoinAll("  ", account, demo, where, state),
		draw.JoinAll(" ", account, demo, where, state),
		draw.JoinAll("  ", demo, where, state),
	} {
		if draw.Width(left)+1+draw.Width(clock) <= w {
			return draw.Spread(left, clock, w), ""
		}
	}
	whole := draw.Width(host(w))
	for _, state := range []string{state, short} {
		for _, demo := range []string{demo, shortDemo} {
			rest := w - draw.Width(draw.JoinAll(" ", demo, state))
			if rest < 0 || whole > 0 && rest-1 < min(whole, minHost) {
				continue
			}
			return draw.Fit(draw.JoinAll(" ", demo, host(rest-1), state), w), ""
		}
	}
	return draw.Fit(draw.CutWords(draw.Pick(w, state, short), w), w), draw.Pick(w, draw.JoinAll("  ", demo, host(w)), draw.JoinAll(" ", shortDemo, host(w-7)))
}

// minHost is the least room in which a host's name can be recognised.
const minHost = 12

// renderState is the state in its sign and word, in two lengths.
func renderState(p draw.Pen, s *account.Snapshot, w int) (full, short string) {
	st := statusOf(s, p.Now)
	sign := st.Sign
	if p.Spin != "" {
		sign = p.Spin
	}
	paint := func(words string) string { return p.At(st.level, words) }
	full = paint(sign + " " + st.Word)
	short = full
	if st.Short != "" {
		short = paint(sign + " " + st.Short)
	}
	if l, word := levelOf(s); word != "" && st.level < draw.LevelLow && w < 78 {
		full += "  " + p.At(l, word)
		short = p.At(l, word)
	}
	return full, short
}

// Tabs draws the choice of views, how many alerts there are, and, at the right, a
// summary where the view itself does not have it. Where it is narrow the names go,
// but for that of the view on the screen. ends are the cells at which each tab ends.
func Tabs(p draw.Pen, names []string, view int, s *account.Snapshot, summary string, w int) (line string, ends []int) {
	line, ends = tabs(p, names, view, s, func(int) bool { return true })
	if draw.Width(line) > w {
		line, ends = tabs(p, names, view, s, func(i int) bool { return i == view })
	}
	if w <= 0 { // the numbers alone
		return tabs(p, names, view, s, func(int) bool { return false })
	}
	return draw.Spread(line, summary+" ", w), ends
}

func tabs(p draw.Pen, names []string, view int, s *account.Snapshot, named func(i int) bool) (line string, ends []int) {
	for i, name := range names {
		k, word := p.Key(name, string(rune('1'+i))), ""
		if named(i) {
			word = " " + name
		}
		if i == view {
			line += p.Tab(" " + k + word + " ")
		} else {
			line += p.Accent(" "+k) + p.Dim(word+" ")
		}
		if n := len(s.Alerts); n > 0 && i == len(names)-1 {
			line += p.At(alertLevel(&s.Alerts[0]), fmt.Sprintf("▲ %d ", n))
		}
		ends = append(ends, draw.Width(line))
	}
	return line, ends
}

// alertLevel is how an alert is coloured.
func alertLevel(e *alert.Event) draw.Level {
	if e.Level == alert.Urgent {
		return draw.LevelCritical
	}
	return draw.LevelLow
}

// Left is what is left, in a phrase.
func Left(s *account.Snapshot) string {
	switch {
	case s.Balance != nil:
		return text.USD(s.Balance.LeftUSD()) + " left"
	case hasCap(s):
		return "key cap " + text.USD(*s.Key.Cap.RemainingUSD) + " left"
	}
	return "balance unknown"
}

// Summary is the whole matter in one phrase.
func Summary(s *account.Snapshot, p draw.Pen) string {
	words := []string{Left(s)}
	f, does := Next(s)
	switch s.Outlook() {
	case forecast.OK:
		when := dateOf(f, p.Now)
		if due(s) {
			when = "now"
		} else if s.Early() {
			when = text.Between(f.Time(f.P10), f.Time(f.P90), p.Now)
		}
		words = append(words, does+when)
	case forecast.Idle:
		words = append(words, idleFor(s, p))
	case forecast.Depleted:
		words = append(words, spentWord(s))
	}
	return strings.Join(words, " · ")
}

// Copied is what goes to the clipboard.
func Copied(s *account.Snapshot, p draw.Pen) string {
	out := "ortop " + draw.Clean(s.Account) + ": " + Summary(s, p)
	if f, _ := Next(s); f.State == forecast.OK && !s.Early() {
		end := account.EndOf(f, p.Now)
		out += " (" + end.Percent() + ": " + end.Range() + ")"
	}
	if s.Demo != "" {
		out += ", simulated"
	}
	if !s.At.IsZero() {
		out += ", as of " + text.Format(s.At.In(p.Now.Location()), "2 Jan 2006, 15:04 MST")
	}
	return out
}

// Banners are what is wrong or new, one line of about w cells each, most
// urgent first.
func Banners(p draw.Pen, s *account.Snapshot, w int) []string {
	var lines []string
	if s.Fault != nil {
		lines = append(lines, faultLine(p, s, w))
		if s.Phase == account.Refused {
			lines = append(lines, p.Dim(draw.Pick(w,
				"  Replace it at its source:  ortop doctor  shows where.",
				"  To replace it:  ortop doctor",
				"ortop doctor")))
		}
	}
	lost := ""
	if s.Undelivered != "" {
		lost = p.Low("▲ ") + draw.Clean(s.Undelivered)
	}
	for i, e := range s.Alerts[:min(2, len(s.Alerts))] {
		if i == 1 && lost != "" { // one alert is enough where none is delivered
			break
		}
		muted := ""
		if word := mutedWord(s, &e, p.Now); i == 0 && word != "" {
			muted = p.Dim(word)
		}
		lines = append(lines, p.At(alertLevel(&e), "▲ "+string(e.Level))+muted+": "+draw.Clean(e.Summary()))
	}
	if lost != "" {
		lines = append(lines, lost)
	}
	if s.StorageNote != "" {
		lines = append(lines, p.Low("▲ history")+": "+draw.Clean(s.StorageNote))
	}
	if k := s.Key; k != nil && !k.ExpiresAt.IsZero() && k.ExpiresAt.Sub(p.Now) < 7*24*time.Hour {
		lines = append(lines, p.Low("▲ key")+": expires "+text.Moment(k.ExpiresAt, p.Now))
	}
	if s.Balance != nil && s.BalanceNote != "" && (s.Fault == nil || s.Fault.Kind != credit.FaultPayment) {
		lines = append(lines, p.Dim("· "+draw.Clean(s.BalanceNote)))
	}
	if limited(s) && s.SpendableUSD != nil && s.Forecast.State != forecast.Depleted {
		line := p.Low("▸ spendable "+text.USD(*s.SpendableUSD)) + ": limited by " + limitWord(s)
		lines = append(lines, draw.Pick(w, line+resetWord(s, p.Now), line, p.Low("▸ "+text.USD(*s.SpendableUSD))+": "+limitWord(s)))
	}
	for _, n := range s.Notes {
		lines = append(lines, p.Dim("· ")+draw.Clean(n))
	}
	return lines
}

// mutedWord says that an alert is muted, or that others are; empty: none is.
func mutedWord(s *account.Snapshot, e *alert.Event, now time.Time) string {
	for _, held := range []bool{true, false} {
		for _, m := range s.Mutes {
			if m.Holds(e.Rule, e.Level) == held {
				word := " (others muted until "
				if held {
					word = " (muted until "
				}
				return word + text.Moment(m.Until.In(now.Location()), now) + ")"
			}
		}
	}
	return ""
}

// resetWord is when the limit that binds resets, after a comma.
func resetWord(s *account.Snapshot, now time.Time) string {
	var at time.Time
	switch {
	case s.Binding == credit.BoundByBudget:
		at, _ = s.Key.Budget().Next(now)
	case s.Key != nil:
		at, _ = s.Key.Cap.Reset.Next(now)
	}
	if at.IsZero() {
		return ""
	}
	return ", resets " + at.UTC().Format("2 Jan") + " (UTC)"
}

// AgeStep is how finely an age is shown, so that a screen at rest is seldom drawn.
const AgeStep = 10 * time.Second

// stepped is an age in its steps.
func stepped(age time.Duration) string {
	if age < AgeStep {
		return "just now"
	}
	return text.Ago(age.Truncate(AgeStep))
}

// AgeLine is how old the numbers are and when the next poll is.
func AgeLine(p draw.Pen, s *account.Snapshot, w int) string {
	age, known := s.Age(p.Now)
	if !known {
		if w < draw.Width("no reading yet") {
			return ""
		}
		return p.Dim("no reading yet")
	}
	ago, at := stepped(age), text.Format(s.At.In(p.Now.Location()), "15:04:05")
	if !p.Focused {
		ago = at // the clock stands still while nobody looks
	}
	by := ""
	if !s.Collecting {
		by = " by another ortop"
	}
	next := ""
	switch {
	case s.Phase == account.Asking:
		next = ", refreshing"
	case s.Phase == account.Paused:
		next = ", paused"
	case p.Focused && s.Due.Sub(p.Now) > AgeStep:
		next = ", next in " + text.Span((s.Due.Sub(p.Now) + AgeStep - 1).Truncate(AgeStep))
	case p.Focused && s.Due.After(p.Now):
		next = ", next in a moment"
	}
	return p.Dim(draw.Pick(w, "updated "+ago+by+next, "updated "+ago+by, "updated "+ago, ago, ""))
}
