package panel

import (
	"strings"

	"ortop/internal/account"
	"ortop/internal/forecast"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// Next is what happens next to the balance: the forecast of the
// next automatic top-up where one will come before it runs out, else of that,
// and the words before its date.
//
//go:noinline
func Next(s *account.Snapshot) (f forecast.Forecast, does string) {
	if s.Refilled() {
		return s.Ahead(), "next charge "
	}
	return s.Ahead(), "runs out "
}

// due reports whether an automatic top-up is on its way.
//
//go:noinline
func due(s *account.Snapshot) bool {
	return s.Refilled() && s.AutoTopUp.Next.State == forecast.Depleted
}

// dueLines show that an automatic top-up is due.
func dueLines(p draw.Pen, s *account.Snapshot, w int) []string {
	below := "the balance is below " + text.USD(s.AutoTopUp.ThresholdUSD)
	return []string{
		p.Bright(draw.Pick(w, "next charge is due now", "charge due now")),
		p.Dim(draw.Pick(w, below, "below "+text.USD(s.AutoTopUp.ThresholdUSD))),
	}
}

// nextDate is the date of what comes next, in w cells. That it is of a charge
// has to be shown; that it runs out is the title.
func nextDate(p draw.Pen, s *account.Snapshot, w int) string {
	f, does := Next(s)
	l, _ := levelOf(s)
	date := p.Strong(l, dateOf(f, p.Now))
	if !s.Refilled() {
		return date
	}
	return draw.Pick(w, p.Dim(does)+date, p.Dim("next ")+date, date)
}

// chargeIn is when an automatic top-up comes, in a few cells.
func chargeIn(s *account.Snapshot, left string, w int) string {
	if w >= 26 {
		return "charge " + left
	}
	return "+" + roundUSD(s.AutoTopUp.AmountUSD) + " in " + left
}

// leastOf is a span by its lower end: "28 h" of "28-29 h".
func leastOf(left string) string {
	from, to, ranged := strings.Cut(left, "-")
	if _, unit, ok := strings.Cut(to, " "); ranged && ok {
		return from + " " + unit
	}
	return left
}

// refillNote is what else is known of an automatic top-up; empty: there is none.
func refillNote(p draw.Pen, s *account.Snapshot, w int) string {
	if s.Refilled() {
		return refillLine(p, s.AutoTopUp, w)
	}
	return missingLine(p, s, w)
}

// refillLine is the size and threshold of an automatic top-up, and its cost a
// month.
func refillLine(p draw.Pen, a *account.AutoTopUp, w int) string {
	what := text.USD(a.AmountUSD) + p.Dim(" below ") + text.USD(a.ThresholdUSD)
	short := roundUSD(a.AmountUSD) + p.Dim(" below ") + roundUSD(a.ThresholdUSD)
	if a.USDPerMonth == nil {
		return draw.Pick(w, what, short)
	}
	month := roundUSD(*a.USDPerMonth)
	return draw.Pick(w,
		what+p.Dim(", about ")+month+p.Dim(" a month"),
		short+p.Dim(", about ")+month+p.Dim(" a month"),
		short+p.Dim(", ")+month+p.Dim(" a month"),
		short+p.Dim(", ")+month+p.Dim("/month"),
		short)
}

// missingLine reports an automatic top-up that has not arrived; empty if none is
// missing.
func missingLine(p draw.Pen, s *account.Snapshot, w int) string {
	since, missing := s.TopUpMissing()
	if !missing {
		return ""
	}
	at := clockOf(since, p.Now)
	return p.Low(draw.Pick(w,
		"▲ top-up expected since "+at+" has not arrived",
		"▲ no top-up, expected since "+at,
		"▲ no top-up since "+at,
		"▲ no top-up"))
}
