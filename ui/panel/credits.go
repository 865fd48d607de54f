package panel

import (
	"strings"
	"time"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// CreditsPage is where credits are bought.
const CreditsPage = "https://openrouter.ai/settings/credits"

// Credits draws the card of what is left: w by h cells, border
// included.
func Credits(p draw.Pen, s *account.Snapshot, w, h int) []string {
	l := balanceLevel(s)
	f := draw.Frame{Title: p.Title("credits"), Level: l}
	if s.Balance != nil {
		f.Title = p.Title("left")
	}
	lines, shared := creditLines(p, s, l, w-4, h-2)
	if share, ok := leftShare(s); ok && s.Balance != nil && !shared {
		f.Right = p.At(l, text.Percent(share)+" left")
	}
	if !s.Forecast.Subject.Limit() {
		f.Right = draw.JoinAll("  ", levelWord(p, s), f.Right)
	}
	return f.Render(p, lines, w, h)
}

// levelWord is how near the end is, where it is near.
func levelWord(p draw.Pen, s *account.Snapshot) string {
	l, word := levelOf(s)
	if word == "" {
		return ""
	}
	return p.At(l, word)
}

// notesRoom is what stands beside big digits at least.
const notesRoom = 15

// creditLines are what is left and what is known beside it, and whether its share is.
func creditLines(p draw.Pen, s *account.Snapshot, l draw.Level, w, h int) (lines []string, shared bool) {
	if s.Balance == nil {
		return UnknownLines(p, s, l, w, h), false
	}
	big, drawn := draw.Digits(p, text.USD(s.Balance.LeftUSD()), w-notesRoom)
	share, hasShare := leftShare(s)
	low := h < 5 || !drawn
	if low {
		lines = append(lines, balanceLine(p, s, l, w))
	} else {
		notes := balanceNotes(p, s, w-draw.Width(big[0])-2)
		for y := range big {
			note := ""
			if y < len(notes) {
				note = notes[y]
			}
			lines = append(lines, draw.Spread(p.At(l, big[y]), note, w))
		}
	}
	if hasShare {
		lines = append(lines, draw.Gauge(p, share, l, w))
		if shared = low || h >= 5; shared {
			lines = append(lines, gaugeEnds(p, s, w))
		}
	}
	var extras []string
	if s.Forecast.State != forecast.Depleted || !s.Forecast.Subject.Limit() { // else the card beside has it
		extras = keyCapLines(p, s, w)
	}
	extras = append(extras, freeLines(p, s, w)...)
	if len(extras) > 0 && len(lines) == h && hasShare { // the ends of the gauge stand for themselves
		lines, shared = lines[:h-1], false
	}
	if spend := spendLines(p, s, w); len(lines)+len(extras)+min(2, len(spend)) <= h { // heads stand over their values
		extras = append(extras, spend...)
	} else if !low && len(spend) == 2 && len(lines)+len(extras) < h {
		extras = append(extras, draw.Even(w, spentWords(p, s, " ", true)...))
	}
	return append(lines, extras[:max(0, min(len(extras), h-len(lines)))]...), shared
}

// balanceLine is what is left, and of how much.
func balanceLine(p draw.Pen, s *account.Snapshot, l draw.Level, w int) string {
	sum := p.Strong(l, text.USD(s.Balance.LeftUSD()))
	left, bought := sum+p.Dim(" left"), p.Dim("of "+text.USD(s.Balance.CreditsUSD))
	if second := p.Second.Of(s.Balance.LeftUSD()); second != "" {
		left = draw.Pick(w-draw.Width(bought)-2, left+p.Dim(" ≈ "+second), left)
	}
	if s.Source == account.FromPerson {
		bought += p.Dim(" stated")
	}
	if s.Stale(p.Now) && !s.At.IsZero() {
		at := clockOf(s.At, p.Now)
		full, short := left+p.Dim(", as of "+at), sum+p.Dim(" at "+at)
		left = draw.Pick(w, full, short, sum)
		if room := w - 2 - draw.Width(bought); draw.Width(full) > room && draw.Width(short) <= room {
			left = short
		}
	}
	return draw.Spread(left, bought, w)
}

// balanceNotes stand beside the big digits, in w cells.
func balanceNotes(p draw.Pen, s *account.Snapshot, w int) []string {
	bought, used := " bought", " used"
	if s.Source == account.FromPerson {
		bought, used = " stated", " spent since"
	}
	notes := []string{
		text.USD(s.Balance.CreditsUSD) + p.Dim(bought),
		text.USD(s.Balance.UsageUSD) + p.Dim(used),
	}
	if second := p.Second.Of(s.Balance.LeftUSD()); second != "" {
		notes[1] = p.Dim("≈ ") + second
	}
	switch {
	case s.Stale(p.Now) && !s.At.IsZero():
		notes = append(notes, p.Low("as of "+clockOf(s.At, p.Now)))
	case s.LastTopUp.AmountUSD > 0 && s.Source != account.FromPerson:
		last := strings.TrimSuffix(text.USD(s.LastTopUp.AmountUSD), ".00") + p.Dim(" "+boughtOn(s.LastTopUp.At, p.Now))
		notes = append(notes, draw.Pick(w, p.Dim("last top-up ")+last, p.Dim("top-up ")+last, "+"+last, ""))
	}
	return notes
}

// boughtOn is the day of a purchase, of one more than a year ago the month.
func boughtOn(at, now time.Time) string {
	if now.Sub(at) > 365*24*time.Hour {
		return at.In(now.Location()).Format("Jan 2006")
	}
	return text.Days(at, at, now)
}

// ranOut is what is spent, in w cells, and since when as far as is known: the
// first reading may already have been so.
func ranOut(s *account.Snapshot, p draw.Pen, w int) string {
	if s.Forecast.Subject.Limit() {
		return draw.Pick(w, limitWord(s)+" spent", "limit spent")
	}
	at, when := s.RanOutAt, " "
	if s.RanOutUnseen {
		when = " before "
	} else if at.IsZero() && s.At.Sub(s.HistorySince) < wholeHistory {
		at, when = s.HistorySince, " before "
	}
	if at.IsZero() {
		return draw.Pick(w, "credits ran out", "ran out")
	}
	moment, clock := when+text.Moment(at, p.Now), when+clockOf(at, p.Now)
	return draw.Pick(w, "credits ran out"+moment, "ran out"+moment, "credits ran out"+clock, "ran out"+clock, "ran out")
}

// wholeHistory is a span that a snapshot always looks back: what it did not
// find in a history shorter than that was not there.
const wholeHistory = 30 * 24 * time.Hour

// gaugeEnds are what an empty and a full gauge stand for, and the share between
// them; below where an alert is, a tick and the sum where these leave them room.
func gaugeEnds(p draw.Pen, s *account.Snapshot, w int) string {
	share, _ := leftShare(s)
	full := ""
	if s.Balance != nil {
		full = roundUSD(s.Balance.CreditsUSD)
	}
	line := []rune(threeOf("0", text.Percent(share)+" left", full, w))
	if s.Balance != nil {
		n := len(s.LowUSD)
		for i := range 2 * n { // the ticks first
			usd := s.LowUSD[i%n]
			at := int(min(1, usd/s.Balance.CreditsUSD) * float64(w))
			name := strings.TrimPrefix(roundUSD(usd), "$")
			switch {
			case spare(line, at, 1):
				line[at] = '╵'
			case at < w && line[at] == '╵' && spare(line, at+1, len(name)+1):
				copy(line[at+1:], []rune(name))
			}
		}
	}
	return p.Dim(string(line))
}

// spare reports whether n cells from at on are blank, and can be no part of what is
// right of them.
//
//go:noinline
func spare(line []rune, at, n int) bool {
	for i := at; i <= at+n; i++ {
		if i >= len(line) || line[i] != ' ' && (i < at+n || line[i] != '╵') {
			return false
		}
	}
	return true
}

// threeOf puts words at the left, in the middle and at the right of w cells.
func threeOf(left, middle, right string, w int) string {
	at := (w - draw.Width(middle)) / 2
	if at <= draw.Width(left) || at+draw.Width(middle)+1 > w-draw.Width(right) {
		return draw.Spread(left, right, w)
	}
	return draw.Spread(draw.Fit(left, at)+middle, right, w)
}

// UnknownLines are why there is no balance, and what is known instead.
func UnknownLines(p draw.Pen, s *account.Snapshot, l draw.Level, w, h int) []string {
	note := draw.Clean(s.BalanceNote)
	switch {
	case s.Fault != nil && s.Fault.Kind == credit.FaultPayment: // which the banner shows
		note = draw.Pick(w-4, "balance unknown", "unknown")
	case note != "":
		brief, _, _ := strings.Cut(note, " (")
		note = draw.Pick(w-4, note, brief, strings.TrimPrefix(brief, "account "), "not visible")
	case s.At.IsZero() && s.Fault == nil:
		note = "loading…"
	case s.Phase == account.Refused || s.At.IsZero():
		note = draw.Pick(w-4, "no reading yet", "no reading")
	default:
		note = draw.Pick(w-4, "account balance not visible to this key", "balance not visible to this key", "not visible")
	}
	lines := []string{p.Bright(text.Unknown) + "   " + note}
	lines = append(lines, keyCapLines(p, s, w)...)
	if share, ok := leftShare(s); ok {
		lines = append(lines, draw.Gauge(p, share, l, w))
	}
	if s.KeyKind() == credit.KeyOrdinary && len(lines) < h {
		lines = append(lines, p.Dim(draw.Pick(w, "Add a management key to see it, or type what the web page says:  b", "A management key sees it, or type it:  b", "b: type the balance", "b: type it")))
	}
	for _, extra := range append(keyUsageLines(p, s, w), freeLines(p, s, w)...) {
		if len(lines) < h {
			lines = append(lines, extra)
		}
	}
	return lines
}

// keyCapLines is a line of what the key's own cap leaves, and one of its budget, if
// it has them.
func keyCapLines(p draw.Pen, s *account.Snapshot, w int) []string {
	var lines []string
	if hasCap(s) {
		at, _ := s.Key.Cap.Reset.Next(p.Now)
		lines = append(lines, limitLine(p, "key cap", "cap", s.Key.Cap, at, s.Binding == credit.BoundByKey && s.Balance != nil, w))
	}
	if g := s.Key.Budget(); g != nil {
		at, _ := g.Next(p.Now)
		lines = append(lines, limitLine(p, draw.Clean(g.Name()), "budget", g.Cap, at, s.Binding == credit.BoundByBudget && s.Balance != nil, w))
	}
	return lines
}

// limitLine is what a limit leaves, of how much, and when it resets, in w
// cells.
func limitLine(p draw.Pen, name, short string, c credit.Cap, resets time.Time, binds bool, w int) string {
	left, of := p.Bright(text.USD(*c.RemainingUSD)), ""
	mark := ""
	if binds {
		mark = p.Low("▸ ")
	}
	if c.LimitUSD != nil {
		of = text.USD(*c.LimitUSD)
	}
	dim := p.Dim
	full, brief := mark+dim(name+"  ")+left+dim(" left"), mark+dim(short+" ")+left+dim(" left")
	least := brief
	if of != "" {
		full, brief = full+dim(" of ")+of, brief+dim(" of ")+strings.TrimSuffix(of, ".00")
	}
	if resets.IsZero() {
		return draw.Pick(w, full, brief, least)
	}
	day := resets.UTC().Format("2 Jan")
	for _, v := range [][2]string{{full, "resets " + day + " (UTC)"}, {brief, "resets " + day + " (UTC)"}, {brief, "resets " + day}, {least, "resets " + day + " (UTC)"}, {least, "resets " + day}} {
		if draw.Width(v[0])+2+draw.Width(v[1]) <= w {
			return draw.Spread(v[0], dim(v[1]), w)
		}
	}
	return draw.Pick(w, brief, least)
}

// freeLines is a line of the day's requests to free models, where they concern the
// account.
func freeLines(p draw.Pen, s *account.Snapshot, w int) []string {
	r := s.Key.FreeInUse()
	if r == nil || r.Today(s.Now, p.Now) == nil || r.Used == nil || r.Limit == nil {
		return nil
	}
	used := p.Bright(text.Count(*r.Used))
	if *r.Used >= *r.Limit {
		used = p.Critical(text.Count(*r.Used))
	}
	counts := used + p.Dim(" of ") + text.Count(*r.Limit)
	full, short := p.Dim("free requests  ")+counts+p.Dim(" used today"), p.Dim("free requests ")+counts
	const resets = "resets 00:00 (UTC)"
	if draw.Width(full)+2+len(resets) <= w {
		return []string{draw.Spread(full, p.Dim(resets), w)}
	}
	return []string{draw.Pick(w, full, short, p.Dim("free ")+counts)}
}

// keyUsageLines are the key's own counters, for want of the account's.
func keyUsageLines(p draw.Pen, s *account.Snapshot, w int) []string {
	if s.Key == nil {
		return nil
	}
	u := s.Key.Usage
	today := text.MaybeUSD(u.DailyUSD)
	return []string{draw.Spread(
		draw.Pick(w, p.Dim("this key today (UTC) ")+today, p.Dim("today (UTC) ")+today, p.Dim("today ")+today),
		p.Dim("month ")+text.MaybeUSD(u.MonthlyUSD), w)}
}

// SpendSums are the heads and the sums of what was spent, of the last hour too where
// that is much.
func SpendSums(p draw.Pen, s *account.Snapshot, w int) []string {
	if times := timesUsual(p, s); times != "" {
		for _, label := range [...]string{"1 h " + times, "1 h"} {
			lines := spendLines(p, s, w, draw.Head{Label: label, Value: text.USD(*s.Burn.USDPerHour)})
			if strings.Contains(lines[0], "30 d") { // else there is no room
				return lines
			}
		}
	}
	return spendLines(p, s, w)
}

// spendLines are what was spent, window by window, after other sums.
func spendLines(p draw.Pen, s *account.Snapshot, w int, heads ...draw.Head) []string {
	known := NotSeen(s, p.Now) != ""
	for _, v := range windowsOf(s, p.Now) {
		known = known || v.usd != nil
		head := draw.Head{Label: v.label, Short: v.short, Value: v.words(s)}
		if v.label == "24 h" && v.usd != nil {
			head.Value = draw.JoinAll(" ", head.Value, paintedTrend(p, s))
		}
		heads = append(heads, head)
	}
	var lines []string
	if known { // what is not known yet has no place
		lines = draw.Heads(p, w, heads...)
	}
	if unseen := NotSeen(s, p.Now); unseen != "" {
		lines = append(lines, p.Dim(draw.CutWords(unseen, w)))
	}
	if s.Key != nil && s.Key.BYOK.DailyUSD != nil && *s.Key.BYOK.DailyUSD > 0 {
		lines = append(lines, figure(p, "own provider keys today, not from credits", text.USD(*s.Key.BYOK.DailyUSD), "", w))
	}
	return lines
}
