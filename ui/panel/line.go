package panel

import (
	"strings"

	"ortop/internal/account"
	"ortop/internal/forecast"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// Rows are everything in one row, or two.
func (d Pane) Rows(w, h int) []string {
	lines := []string{d.oneLine(w)}
	if h > 1 {
		header, _ := Header(d.Pen, &d.Snap, w)
		lines = append(lines, header)
	}
	return lines
}

// oneLine is the balance and what becomes of it in w cells; a state that is
// not live stands first.
func (d *Pane) oneLine(w int) string {
	s := d.Snap
	l, word := levelOf(&s)
	st := statusOf(&s, d.Now)
	mark := ""
	if st.level >= draw.LevelLow {
		mark = d.At(st.level, st.Sign) + " "
	} else if word != "" {
		mark = d.At(l, "▲") + " "
	} else if len(s.Alerts) > 0 {
		mark = d.At(alertLevel(&s.Alerts[0]), "▲") + " "
	}
	if s.Demo != "" {
		mark += d.Marked(draw.Pick(w/8, "Demo", "D")) + " "
	}
	sum := d.Bright(text.Unknown)
	switch {
	case limited(&s) && s.SpendableUSD != nil:
		sum = d.Strong(l, text.USD(*s.SpendableUSD)) + d.Dim(draw.Pick(w/8, " "+limitWord(&s), " limit", ""))
	case s.Balance != nil:
		sum = d.Strong(balanceLevel(&s), text.USD(s.Balance.LeftUSD()))
	case hasCap(&s):
		sum = d.Dim("key ") + d.Bright(text.USD(*s.Key.Cap.RemainingUSD))
	}
	host := ""
	if s.Host != "" {
		host = d.Low("@" + draw.Cut(draw.Clean(s.Host), max(3, w/5)))
	}
	end, brief, least := d.ending(w)
	state := ""
	if end == "" || st.level >= draw.LevelLow && s.Forecast.State != forecast.Depleted {
		state = d.At(st.level, st.Word)
	}
	rate := ""
	if s.Burn.USDPerHour != nil {
		rate = text.USD(*s.Burn.USDPerHour) + d.Dim("/h")
	}
	if w >= 48 {
		line := " " + mark + sum + " "
		share, known := leftShare(&s)
		words, spark := draw.JoinAll("  ", state, end), 6
		tail := draw.Pick(w-draw.Width(line), draw.JoinAll(" ", host, words, rate), draw.JoinAll(" ", host, words), draw.JoinAll(" ", host, state, brief), draw.JoinAll(" ", host, state))
		long := draw.JoinAll("  ", host, words, d.nextTry(), d.endRange(), rate, d.dayRate())
		if rest := w - draw.Width(line) - draw.Width(long) - 3; rest >= 48 {
			tail, spark = long, min(rest/2, LineColumns(w))
		}
		if room := w - draw.Width(line) - draw.Width(tail) - 3 - spark; known && room >= leastGauge {
			line += draw.Gauge(d.Pen, share, balanceLevel(&s), min(room, max(24, w/4))) + " "
		}
		line += tail
		if room := w - draw.Width(line) - 2; room >= 3 {
			line += " " + d.Spend.spark(d.Pen, room)
		}
		return draw.Fit(line, w)
	}
	head := draw.JoinAll(" ", mark+sum, host)
	with := func(words string) string { return draw.JoinAll(d.Dim(" · "), head, words) }
	line := draw.Pick(w, with(draw.JoinAll("  ", state, end)), with(draw.JoinAll(" ", state, brief)), with(brief), with(least), head, mark+sum)
	if brief == "" {
		line = draw.Pick(w, with(state), draw.JoinAll(" ", head, state), line)
	}
	if room := w - draw.Width(line) - 1; room >= 3 && st.level < draw.LevelLow {
		line += " " + d.Spend.spark(d.Pen, min(room, 12))
	}
	return draw.Fit(line, w)
}

// leastGauge is the least that a gauge in a row has for how full it is to be seen.
const leastGauge = 5

// LineColumns is how many columns of spend a row of w cells has a place for.
func LineColumns(w int) int { return max(24, w/3) }

// nextTry is when a poll that failed is made again, endRange how sure the date
// is, and dayRate the spend of a day, for a row that has room to spare.
func (d *Pane) nextTry() string {
	if s := d.Snap; s.Fault != nil && s.Phase != account.Held && s.Due.After(d.Now) {
		return "next try " + clockOf(s.Due, d.Now)
	}
	return ""
}

func (d *Pane) endRange() string {
	f, _ := Next(&d.Snap)
	if f.State != forecast.OK || d.Snap.Early() {
		return ""
	}
	return d.Dim(account.EndOf(f, d.Now).Percent()+": ") + daysOf(f, d.Now)
}

func (d *Pane) dayRate() string {
	if d.Snap.Burn.USDPerDay == nil {
		return ""
	}
	return draw.JoinAll(" ", text.USD(*d.Snap.Burn.USDPerDay)+d.Dim("/day"), trend(&d.Snap))
}

// ending is what becomes of the balance, in a phrase, in a few cells and in the
// fewest.
func (d *Pane) ending(w int) (phrase, brief, least string) {
	f := d.Snap.Published()
	l, _ := levelOf(&d.Snap)
	does, in, soon := "runs out ", func(left string) string { return left }, func(left string) string { return left }
	if d.Snap.Refilled() {
		f, does = Next(&d.Snap)
		in = func(left string) string { return chargeIn(&d.Snap, left, w) }
		soon = func(left string) string { return strings.Replace(chargeIn(&d.Snap, leastOf(left), 0), " in ", " ", 1) }
	}
	if due(&d.Snap) {
		return does + "now", "charge now", "charge now"
	}
	switch d.Snap.Outlook() {
	case forecast.OK:
		if d.Snap.Early() {
			from, to := f.Time(f.P10), f.Time(f.P90)
			between := d.At(l, text.Between(from, to, d.Now))
			days := d.At(l, text.Days(from, to, d.Now))
			brief = d.At(l, in(text.Rough(f.Time(f.P50), d.Now)))
			return draw.Pick(w/2, does+between, does+days), brief, brief
		}
		end := account.EndOf(f, d.Now)
		when := strings.Replace(end.Date(), ", ", " ", 1)
		phrase = does + d.At(l, when)
		left := end.Brief()
		least = left
		if end.Far {
			left = "about " + left
		}
		if when != "about now" && !strings.HasPrefix(when, ">") {
			phrase += d.Dim(" (" + left + ")")
		}
		return phrase, d.At(l, in(left)), d.At(l, soon(least))
	case forecast.Depleted:
		brief = d.Critical(strings.TrimPrefix(spentWord(&d.Snap), "key "))
		return d.Critical(ranOut(&d.Snap, d.Pen, w)), brief, brief
	case forecast.Idle:
		return idleFor(&d.Snap, d.Pen), "idle", "idle"
	case forecast.Cold:
		return firstDate(&d.Snap, d.Pen), "too early", "too early"
	}
	return "", "", ""
}
