package account

import (
	"fmt"
	"time"

	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/text"
)

const (
	// movedTimes is how many times longer or shorter what remains must have
	// become for the forecast to have moved.
	movedTimes = 2.0
	// movedShare is for which share of what remains by then that must stay so,
	// within movedLeast and movedMost.
	movedShare = 0.1
	movedLeast = 15 * time.Minute
	movedMost  = 6 * time.Hour
	// movedRest is the least time between two events of a move.
	movedRest = 12 * time.Hour
	// farAway is beyond what a forecast is read for: a move there is of no use.
	farAway = 365 * 24 * time.Hour
)

// Headline is the forecast that later ones are compared with, so that a move is
// an event once.
type Headline struct {
	At           time.Time        `json:"at"`
	P10          time.Time        `json:"p10"`
	P50          time.Time        `json:"p50"`
	P90          time.Time        `json:"p90"`
	Subject      forecast.Subject `json:"subject"`
	LeftUSD      float64          `json:"left_usd"`
	UsageUSD     float64          `json:"usage_usd"`
	CreditsUSD   *float64         `json:"credits_usd,omitempty"`
	CapUSD       *float64         `json:"cap_usd,omitempty"`
	Segment      int64            `json:"segment"`
	ResetsAt     time.Time        `json:"resets_at,omitzero"` // the key's cap
	Notified     time.Time        `json:"told,omitzero"`      // when a move was last an event
	EarlierSince time.Time        `json:"earlier_since,omitzero"`
	LaterSince   time.Time        `json:"later_since,omitzero"`
	// ComparedAt is the reading whose forecast was last compared with this.
	ComparedAt time.Time `json:"compared_at,omitzero"`
}

// standpoint is what a forecast was made from.
type standpoint struct {
	forecast   forecast.Forecast
	leftUSD    float64 // of what runs out
	usageUSD   float64
	creditsUSD *float64 // nil where the balance is not known
	capUSD     *float64 // nil where the key has none
	segment    int64
}

// newHeadline is what later forecasts are compared with.
func newHeadline(p standpoint, notified time.Time) Headline {
	f := p.forecast
	return Headline{
		At: f.At, P10: f.Time(f.P10), P50: f.Time(f.P50), P90: f.Time(f.P90), Subject: f.Subject, LeftUSD: p.leftUSD,
		UsageUSD: p.usageUSD, CreditsUSD: p.creditsUSD, CapUSD: p.capUSD, Segment: p.segment, ResetsAt: f.ResetsAt, Notified: notified,
	}
}

// follow returns what the next forecast is compared with, and whether this one
// has moved. Where credits were bought or taken back, or the numbers do not go
// on, it begins anew without a word: that has an event of its own.
func (a Headline) follow(p standpoint) (next Headline, moved bool) {
	f := p.forecast
	if f.State != forecast.OK {
		return a, false
	}
	reset := (a.Subject.Limit() || f.Subject.Limit()) && !a.ResetsAt.Equal(f.ResetsAt)
	if a.At.IsZero() || f.At.Before(a.At) || a.Segment != p.segment || !equal(a.CreditsUSD, p.creditsUSD) || reset {
		return newHeadline(p, a.Notified), false
	}
	p50, left := f.Time(f.P50), f.Time(f.P50).Sub(f.At)
	was := a.P50.Sub(f.At) // below 0 where it should have run out by now
	far := left > farAway && was > farAway
	earlier := !far && p50.Before(a.P10) && left.Seconds() <= was.Seconds()/movedTimes
	later := !far && p50.After(a.P90) && left.Seconds() >= movedTimes*was.Seconds()
	hold := min(max(time.Duration(movedShare*float64(left)), movedLeast), movedMost)
	for _, w := range []struct {
		holds bool
		since *time.Time
	}{{earlier, &a.EarlierSince}, {later, &a.LaterSince}} {
		switch {
		case !w.holds:
			*w.since = time.Time{}
		case w.since.IsZero():
			*w.since = f.At
		case f.At.Sub(*w.since) >= hold && f.At.Sub(a.Notified) >= movedRest:
			return newHeadline(p, f.At), true
		}
	}
	return a, false
}

// equal reports whether two sums are the same, or both unknown.
func equal(a, b *float64) bool {
	if a == nil || b == nil {
		return a == b
	}
	return max(*a-*b, *b-*a) <= slack
}

// standpoint is what a snapshot's forecast was made from; ok is false where
// there is none of these values.
func (s *Snapshot) standpoint(newest credit.Sample) (p standpoint, ok bool) {
	p = standpoint{forecast: s.Forecast, usageUSD: newest.UsageUSD, segment: newest.Segment}
	if b := s.Balance; b != nil {
		p.leftUSD, p.creditsUSD = b.LeftUSD(), &b.CreditsUSD
	}
	if k := s.Key; k != nil && k.Kind == credit.KeyOrdinary {
		p.capUSD = k.Cap.LimitUSD
		if g := k.Budget(); s.Forecast.Subject == forecast.Budget && g != nil {
			p.capUSD = g.LimitUSD
		}
		if c, _, ok := s.Limit(s.Now); ok && c.RemainingUSD != nil {
			p.leftUSD = *c.RemainingUSD
		}
		if k.Usage.TotalUSD != nil && s.Balance == nil {
			p.usageUSD, p.segment = *k.Usage.TotalUSD, 0
		}
	}
	return p, s.Balance != nil || p.capUSD != nil
}

// compare compares a snapshot's forecast with the headline, and returns an
// event where it has moved; nil where it has not.
func (a Headline) compare(s *Snapshot, newest credit.Sample) (Headline, *Event) {
	p, ok := s.standpoint(newest)
	if !ok || s.Fault != nil || !s.Forecast.At.Equal(s.At) || s.At.Equal(a.ComparedAt) || s.Refilled() {
		return a, nil
	}
	next, moved := a.follow(p)
	next.ComparedAt = s.At
	if !moved {
		return next, nil
	}
	was := a
	was.ComparedAt = time.Time{}
	return next, &Event{
		At: s.At, Kind: EventForecast, Level: alert.Info, Text: movedText(s, &a, &next, p),
		Move: &Move{P10: next.P10, P50: next.P50, P90: next.P90, Was: was},
	}
}

// movedText is when it runs out now, when it was to, and why.
func movedText(s *Snapshot, was, is *Headline, p standpoint) string {
	what, how := "the balance", "later"
	if is.Subject.Limit() {
		what = "the " + s.LimitName(is.Subject)
	}
	if is.P50.Before(was.P50) {
		how = "sooner"
	}
	end := text.End{From: is.P10, Mid: is.P50, To: is.P90, Now: s.Now, Far: p.forecast.Far()}
	return fmt.Sprintf("%s runs out %s, about %s and not %s: %s; %s sure: %s", what, how,
		text.Moment(is.P50, s.Now), text.Moment(was.P50, s.Now), movedCause(s, was, how == "sooner", p), end.Percent(), end.Range())
}

// A cause is named where it is at least so far from the usual.
const (
	hourFast = 1.5
	dayFast  = 1.2
	daySlow  = 0.8
	longIdle = 3 * time.Hour
)

// movedCause is what moved it, as far as the numbers show.
func movedCause(s *Snapshot, was *Headline, sooner bool, p standpoint) string {
	b := s.Burn
	hour := b.USDPerHour != nil && b.UsualUSDPerHour != nil && *b.UsualUSDPerHour > 0 && *b.USDPerHour >= hourFast**b.UsualUSDPerHour
	day := 1.0
	if b.USDPerDay != nil && b.WeekUSDPerDay != nil && *b.WeekUSDPerDay > 0 {
		day = *b.USDPerDay / *b.WeekUSDPerDay
	}
	switch {
	case was.CapUSD != nil && p.capUSD != nil && *p.capUSD != *was.CapUSD:
		how := "raised"
		if *p.capUSD < *was.CapUSD {
			how = "lowered"
		}
		return "the key's cap was " + how + " from " + text.USD(*was.CapUSD) + " to " + text.USD(*p.capUSD)
	case was.CapUSD == nil != (p.capUSD == nil):
		return "the key's cap is another"
	case sooner && hour:
		return "spent " + text.USD(*b.USDPerHour) + " in the last hour" + compared(*b.USDPerHour, *b.UsualUSDPerHour, "the usual "+text.USD(*b.UsualUSDPerHour)+" at this hour")
	case sooner && day >= dayFast:
		return "spent " + text.USD(*b.USDPerDay) + " in 24 h" + compared(*b.USDPerDay, *b.WeekUSDPerDay, "the week's "+text.USD(*b.WeekUSDPerDay)+" a day")
	case !sooner && !s.Forecast.LastSpend.IsZero() && s.Now.Sub(s.Forecast.LastSpend) >= longIdle:
		return "nothing was spent for " + text.Span(s.Now.Sub(s.Forecast.LastSpend))
	case !sooner && day <= daySlow:
		return "slower than usual, " + text.USD(*b.USDPerDay) + " in 24 h" + compared(*b.USDPerDay, *b.WeekUSDPerDay, "the week's "+text.USD(*b.WeekUSDPerDay)+" a day")
	}
	since, expected := s.At.Sub(was.At), was.P50.Sub(was.At)
	perDay := func(usd float64, d time.Duration) string {
		return text.USD(usd / max(d.Hours(), 1) * 24)
	}
	return "spent " + perDay(p.usageUSD-was.UsageUSD, since) + " a day since then, and not " + perDay(was.LeftUSD, expected)
}

// Standing is since when people are told the middle of a forecast, and what they were
// told before. A zero time is unknown.
type Standing struct {
	Since  time.Time `json:"since,omitzero"`
	Before time.Time `json:"before,omitzero"`
}

// standing is that of an outlook that comes after was. The date of another subject, or
// of numbers that do not go on, is not one before.
func (o *Outlook) standing(was *Outlook) Standing {
	is, before := o.Published[1], was.Published[1]
	switch {
	case is.IsZero():
		return Standing{}
	case is.Equal(before):
		return was.Standing
	case was.Forecast.Subject != o.Forecast.Subject || was.Segment != o.Segment:
		before = time.Time{}
	}
	return Standing{Since: o.Forecast.At, Before: before}
}
