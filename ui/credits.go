package ui

import (
	"strings"
	"time"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/text"
)

// creditsPage is where credits are bought.
const creditsPage = "https://openrouter.ai/settings/credits"

// renderCredits draws the card of what is left: w by h cells, border
// included.
func renderCredits(p pen, s account.Snapshot, w, h int) []string {
	word := ""
	if s.Forecast.Subject != forecast.Key {
		word = levelWord(p, s)
	}
	return renderPanel(p, p.th.title.Render("credits"), word, creditLines(p, s, balanceLevel(s), w-4, h-2), w, h)
}

// levelWord is how near the end is, where it is near.
func levelWord(p pen, s account.Snapshot) string {
	l, word := levelOf(s)
	if word == "" {
		return ""
	}
	return p.th.of(l).Render(word)
}

func creditLines(p pen, s account.Snapshot, l level, w, h int) []string {
	if s.Balance == nil {
		return unknownLines(p, s, l, w, h)
	}
	var lines []string
	big, drawn := renderDigits(p, text.USD(s.Balance.LeftUSD()), w-22)
	notes := balanceNotes(p, s, w)
	share, hasShare := leftShare(s)
	switch {
	case h >= 7 && drawn:
		for y := range big {
			note := ""
			if y < len(notes) {
				note = notes[y]
			}
			lines = append(lines, p.th.of(l).Bold(true).Render(big[y])+"   "+note)
		}
		lines = append(lines, "")
		if hasShare {
			lines = append(lines, labelledGauge(p, share, l, w))
		}
	default:
		lines = append(lines, balanceLine(p, s, l, w))
		if hasShare {
			lines = append(lines, renderGauge(p, share, l, w), gaugeEnds(p, share, w))
		}
	}
	var extras []string
	if s.Forecast.State != forecast.Depleted || s.Forecast.Subject != forecast.Key { // else the card beside has it
		extras = keyCapLines(p, s, w)
	}
	for _, extra := range append(extras, spendLines(p, s, w)...) {
		if len(lines) < h {
			lines = append(lines, extra)
		}
	}
	return lines
}

// balanceLine is the sum and what it is the rest of.
func balanceLine(p pen, s account.Snapshot, l level, w int) string {
	sum := p.th.of(l).Bold(true).Render(text.USD(s.Balance.LeftUSD()))
	left, bought := sum+p.th.dim.Render(" left"), p.th.dim.Render("of "+text.USD(s.Balance.CreditsUSD))
	if s.Stale(p.now) && !s.At.IsZero() {
		at := clockOf(s.At, p.now)
		full, short := left+p.th.dim.Render(", as of "+at), sum+p.th.dim.Render(" at "+at)
		left = pick(w, full, short, sum)
		if room := w - 2 - width(bought); width(full) > room && width(short) <= room {
			left = short
		}
	}
	return spread(left, bought, w)
}

// balanceNotes stand beside the big digits.
func balanceNotes(p pen, s account.Snapshot, w int) []string {
	notes := []string{
		p.th.dim.Render("left of ") + text.USD(s.Balance.CreditsUSD),
		text.USD(s.Balance.UsageUSD) + p.th.dim.Render(" used"),
	}
	switch {
	case s.Forecast.State == forecast.Depleted && s.Forecast.Subject != forecast.Key:
		notes = append(notes, p.th.critical.Render(ranOut(s, p, 22)))
	case s.Stale(p.now) && !s.At.IsZero():
		notes = append(notes, p.th.low.Render("as of "+clockOf(s.At, p.now)))
	}
	return notes
}

// ranOut says in w cells what is spent, and since when as far as was seen: the
// first reading may have found it so.
func ranOut(s account.Snapshot, p pen, w int) string {
	if s.Forecast.Subject == forecast.Key {
		return pick(w, "key cap spent", "cap spent")
	}
	at, when := s.RanOutAt, " "
	if at.IsZero() && s.At.Sub(s.HistorySince) < wholeHistory {
		at, when = s.HistorySince, " before "
	}
	if at.IsZero() {
		return pick(w, "credits ran out", "ran out")
	}
	moment, clock := when+text.Moment(at, p.now), when+clockOf(at, p.now)
	return pick(w, "credits ran out"+moment, "ran out"+moment, "credits ran out"+clock, "ran out"+clock, "ran out")
}

// wholeHistory is a span that a snapshot always looks back: what it did not
// find in a history shorter than that was not there.
const wholeHistory = 30 * 24 * time.Hour

func gaugeEnds(p pen, share float64, w int) string {
	return p.th.dim.Render(spread(text.Percent(share)+" left", text.Percent(1-share)+" used", w))
}

func labelledGauge(p pen, share float64, l level, w int) string {
	left, used := "left "+text.Percent(share)+" ", " "+text.Percent(1-share)+" used"
	return p.th.dim.Render(left) + renderGauge(p, share, l, w-width(left)-width(used)) + p.th.dim.Render(used)
}

// unknownLines say why there is no balance, and what is known instead.
func unknownLines(p pen, s account.Snapshot, l level, w, h int) []string {
	note := clean(s.BalanceNote)
	switch {
	case s.Fault != nil && s.Fault.Kind == credit.FaultPayment: // which is said above
		note = pick(w-4, "balance not known", "not known")
	case note != "":
		brief, _, _ := strings.Cut(note, " (")
		note = pick(w-4, note, brief, strings.TrimPrefix(brief, "account "), "not visible")
	case s.At.IsZero() && s.Fault == nil:
		note = "asking…"
	case s.Phase == account.Refused || s.At.IsZero():
		note = pick(w-4, "nothing was read yet", "not read yet")
	default:
		note = pick(w-4, "account balance not visible to this key", "balance not visible to this key", "not visible")
	}
	lines := []string{p.th.bright.Render(text.Unknown) + "   " + note}
	lines = append(lines, keyCapLines(p, s, w)...)
	if share, ok := leftShare(s); ok {
		lines = append(lines, renderGauge(p, share, l, w))
	}
	if s.KeyKind() == credit.KeyOrdinary && len(lines) < h {
		lines = append(lines, p.th.dim.Render(pick(w, "Add a management key to see it:  ortop accounts add", "To see it:  ortop accounts add", "ortop accounts add")))
	}
	for _, extra := range keyUsageLines(p, s, w) {
		if len(lines) < h {
			lines = append(lines, extra)
		}
	}
	return lines
}

// keyCapLines is one line of what the key's own cap leaves, if it has one.
func keyCapLines(p pen, s account.Snapshot, w int) []string {
	if !hasCap(s) {
		return nil
	}
	c, dim := s.Key.Cap, p.th.dim.Render
	left, limit := p.th.bright.Render(text.USD(*c.RemainingUSD)), text.USD(*c.LimitUSD)
	full, short := dim("key cap  ")+left+dim(" left of ")+limit, dim("cap ")+left+dim(" of ")+limit
	if s.Binding == credit.BoundByKey && s.Balance != nil {
		full, short = p.th.low.Render("▸ ")+full, p.th.low.Render("▸ ")+short
	}
	at, ok := c.Reset.Next(p.now)
	if !ok {
		return []string{pick(w, full, short, dim("cap ")+left+dim(" left"))}
	}
	day := at.Format("2 Jan")
	for _, v := range [][2]string{{full, "resets " + day + " (UTC)"}, {short, "resets " + day + " (UTC)"}, {short, "resets " + day}, {short, day}} {
		if width(v[0])+2+width(v[1]) <= w {
			return []string{spread(v[0], dim(v[1]), w)}
		}
	}
	return []string{pick(w, short, dim("cap ")+left+dim(" left"))}
}

// keyUsageLines are the key's own counters, for want of the account's.
func keyUsageLines(p pen, s account.Snapshot, w int) []string {
	if s.Key == nil {
		return nil
	}
	u := s.Key.Usage
	today := text.MaybeUSD(u.DailyUSD)
	return []string{spread(
		pick(w, p.th.dim.Render("this key today (UTC) ")+today, p.th.dim.Render("today (UTC) ")+today, p.th.dim.Render("today ")+today),
		p.th.dim.Render("month ")+text.MaybeUSD(u.MonthlyUSD), w)}
}

// spendLines are what was spent, window by window.
func spendLines(p pen, s account.Snapshot, w int) []string {
	gap := 3
	half := (w - gap) / 2
	row := func(a, b string) string { return fit(a, half) + blank(gap) + fit(b, w-half-gap) }
	lines := []string{
		row(figure(p, "today (UTC)", text.MaybeUSD(s.Spend.TodayUSD), "", half), figure(p, "24 h", text.MaybeUSD(s.Spend.Last24hUSD), "", w-half-gap)),
		row(figure(p, "7 d", text.MaybeUSD(s.Spend.Last7dUSD), "", half), figure(p, "30 d", text.MaybeUSD(s.Spend.Last30dUSD), "", w-half-gap)),
	}
	if s.Key != nil && s.Key.BYOK.DailyUSD != nil && *s.Key.BYOK.DailyUSD > 0 {
		lines = append(lines, figure(p, "own provider keys today, not from credits", text.USD(*s.Key.BYOK.DailyUSD), "", w))
	}
	return lines
}

// figure is a dim label at the left and a number at the right of w cells.
func figure(p pen, label, value, unit string, w int) string {
	if value == text.Unknown {
		unit = ""
	}
	if width(label)+1+width(value)+width(unit) > w {
		return fit(value+p.th.dim.Render(unit), w)
	}
	return spread(p.th.dim.Render(label), value+p.th.dim.Render(unit), w)
}
