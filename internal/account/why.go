package account

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/text"
)

// Why is a few sentences, the most important first, on what drives the
// forecast and how sure it is. There is none before the first reading.
func (s *Snapshot) Why(now time.Time) []string {
	if s.At.IsZero() {
		return nil
	}
	lines := []string{s.whyRefilled(now), s.whyNow(now), s.whyDay(), s.whyRhythm(now)}
	if limits := s.whyLimits(); limits != nil {
		lines = append(lines, limits...)
	} else {
		lines = append(lines, s.whySubject())
	}
	lines = append(lines, s.WhyHistory(now), s.Track.String())
	return slices.DeleteFunc(lines, func(line string) bool { return line == "" })
}

// whyNow compares the last hour with the usual one.
func (s *Snapshot) whyNow(now time.Time) string {
	if f := s.Forecast; !f.LastSpend.IsZero() && now.Sub(f.LastSpend) > time.Hour {
		return "Nothing was spent for " + text.Span(now.Sub(f.LastSpend)) + "; the range assumes that spending resumes as before."
	}
	b := s.Burn
	if b.USDPerHour == nil {
		return ""
	}
	line := "Spent " + text.USD(*b.USDPerHour) + " in the last hour"
	if b.UsualUSDPerHour != nil {
		line += compared(*b.USDPerHour, *b.UsualUSDPerHour, "the usual "+text.USD(*b.UsualUSDPerHour)+" at this hour")
	}
	return line + "."
}

// whySpent is what drives the spend: an hour that is much, or the day.
func (s *Snapshot) whySpent() string {
	b := s.Burn
	if b.USDPerHour != nil && b.UsualUSDPerHour != nil && *b.UsualUSDPerHour > 0 && *b.USDPerHour >= hourFast**b.UsualUSDPerHour {
		return s.whyNow(s.Now)
	}
	return s.whyDay()
}

// whyDay compares the last day with the week.
func (s *Snapshot) whyDay() string {
	b := s.Burn
	if b.USDPerDay == nil {
		return ""
	}
	line := "Spent " + text.USD(*b.USDPerDay) + " in 24 h"
	if b.WeekUSDPerDay != nil {
		line += compared(*b.USDPerDay, *b.WeekUSDPerDay, "the week's "+text.USD(*b.WeekUSDPerDay)+" a day")
	}
	return line + "."
}

// compared is how v compares with a usual value.
func compared(v, usual float64, what string) string {
	switch ratio := v / usual; {
	case usual <= 0 && v <= 0:
		return ", as usual"
	case usual <= 0:
		return ", against " + what
	case ratio >= 2.995:
		return fmt.Sprintf(", %.0f times %s", ratio, what)
	case ratio > 1.005:
		return ", " + text.Percent(ratio-1) + " above " + what
	case ratio < 0.995:
		return ", " + text.Percent(1-ratio) + " below " + what
	}
	return ", " + what
}

// LimitName is what a limit of the key is called: its cap, or whose budget it is.
func (s *Snapshot) LimitName(of forecast.Subject) string {
	if g := s.Key.Budget(); of == forecast.Budget && g != nil {
		return g.Name()
	}
	if of == forecast.Budget {
		return "budget"
	}
	return "key's cap"
}

// Limit is the limit of the key that ends first, where that is before the balance,
// and when it resets; ok is false where there is none.
func (s *Snapshot) Limit(now time.Time) (c credit.Cap, resetsAt time.Time, ok bool) {
	switch {
	case s.Key == nil || !s.Forecast.Subject.Limit():
		return c, resetsAt, false
	case s.Forecast.Subject == forecast.Key:
		resetsAt, _ = s.Key.Cap.Reset.Next(now)
		return s.Key.Cap, resetsAt, true
	}
	g := s.Key.Budget()
	if g == nil {
		return c, resetsAt, false
	}
	resetsAt, _ = g.Next(now)
	return g.Cap, resetsAt, true
}

// whySubject names what runs out, where that is not the balance.
func (s *Snapshot) whySubject() string {
	f, on := s.Forecast, func(at time.Time) string { return text.Format(at.UTC(), "2 Jan, 15:04") + " UTC." }
	what := "The " + s.LimitName(f.Subject)
	switch {
	case f.Subject.Limit() && f.State == forecast.Depleted && !f.ResetsAt.IsZero():
		return what + " is spent; it resets on " + on(f.ResetsAt)
	case f.Subject.Limit() && f.State == forecast.Depleted:
		return what + " is spent, and never resets."
	case f.Subject.Limit() && !f.ResetsAt.IsZero():
		return what + " runs out before the balance, and before it resets on " + on(f.ResetsAt)
	case f.Subject.Limit():
		return what + " runs out before the balance, and never resets."
	case f.CapLasts && s.Key.Budget() != nil:
		return "The " + s.LimitName(forecast.Budget) + " probably lasts until it resets on " + on(f.ResetsAt)
	case f.CapLasts:
		return "The key's cap probably lasts until it resets on " + on(f.ResetsAt)
	}
	return ""
}

// whyRefilled is what is known of an automatic top-up.
func (s *Snapshot) whyRefilled(now time.Time) string {
	a := s.AutoTopUp
	if a == nil || s.Forecast.State == forecast.Depleted {
		return ""
	}
	what := "An automatic top-up of " + text.USD(a.AmountUSD) + " below " + text.USD(a.ThresholdUSD)
	if since, missing := s.TopUpMissing(); missing {
		return what + ", expected since " + text.Moment(since, now) + ", did not come."
	}
	return fmt.Sprintf("%s comes before the balance runs out: %d purchases say so, the last of %s.", what, a.Seen, text.Format(a.Last.In(now.Location()), "2 Jan, 15:04"))
}

// longHistory is from when more of it narrows the range no further.
const longHistory = 14 * 24 * time.Hour

// WhyHistory is a sentence on what the range rests on, empty without history.
func (s *Snapshot) WhyHistory(now time.Time) string {
	all, own := now.Sub(s.HistorySince), now.Sub(s.OwnSince)
	if s.HistorySince.IsZero() {
		return ""
	}
	line := text.Span(own) + " of history"
	if all > own+time.Minute {
		line = text.Span(own) + " of own history, " + text.Span(all-own) + " before it by hour and day"
	}
	switch s.Gaps {
	case 0:
	case 1:
		line += ", with a gap"
	default:
		line += fmt.Sprintf(", with %d gaps", s.Gaps)
	}
	if s.Forecast.State != forecast.OK {
		return line + "."
	}
	switch {
	case own < 4*time.Hour:
		line += ": the range narrows within hours"
	case all < longHistory:
		line += ": the range narrows with the days"
	default:
		line += ": the range is as narrow as this account allows"
	}
	return line + "."
}

// String is how earlier forecasts did.
func (t Track) String() string {
	switch {
	case t.Made == 0:
		return "None of its forecasts has ended yet."
	case t.Made == 1:
		return fmt.Sprintf("Of 1 forecast that has ended, %d held.", t.Held)
	}
	return fmt.Sprintf("Of the last %d forecasts, %d held (%s); typically within a factor %.1f.",
		t.Made, t.Held, text.Percent(float64(t.Held)/float64(t.Made)), max(1, t.Factor)) + t.taught()
}

// leastTaught is from which change of a side of the range it is said.
const leastTaught = .03

// taught is what the range has learned of them, in words.
func (t Track) taught() string {
	var sides []string
	for i, side := range [2]string{"before", "after"} {
		switch by := math.Exp(t.Taught[i]) - 1; {
		case by >= leastTaught:
			sides = append(sides, text.Percent(by)+" wider "+side)
		case by <= -leastTaught:
			sides = append(sides, text.Percent(-by)+" narrower "+side)
		}
	}
	if len(sides) == 0 {
		return ""
	}
	return " That made the range " + strings.Join(sides, " and ") + " its middle."
}
