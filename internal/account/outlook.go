package account

import (
	"cmp"
	"slices"
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/sorted"
)

// A forecast is put by to be graded at most once in putBy, and not while the
// one before has waited for less than a putByShare-th of this one's middle.
const (
	putBy      = time.Hour
	putByShare = 40
)

// forecasts is when the account's balance runs out, and returns an outlook
// with the forecast of the first of balance, cap and budget, with what refills the
// balance, and with what would suit it.
func forecasts(f *Facts, b *Book, at time.Time) (account forecast.Forecast, o Outlook) {
	account = forecast.Forecast{State: forecast.Unknown, At: at}
	scratch, _ := scratches.Get().(*forecast.Scratch) // each model is done with before the next
	if scratch == nil {
		scratch = new(forecast.Scratch)
	}
	if newest, ok := b.Account.Newest(); ok && (f.Source == FromCredits || f.Source == "" && newest.CreditsKnown) { // an import, before any answer
		m := b.model(b.Account, at, scratch)
		left := newest.CreditsUSD - newest.UsageUSD
		account = m.Forecast(&left)
		o.AutoTopUp, o.Rhythm, o.Planned = b.autoTopUp(m, newest, at), rhythm(m), planned(m, left)
	}
	if stated := f.statedBalance(); stated != nil {
		left := stated.LeftUSD()
		m := model(b.Key, at, scratch)
		account, o.Rhythm, o.Planned = m.Forecast(&left), rhythm(m), planned(m, left)
	}
	o.Forecast = account
	k := f.KeyBy(at, at)
	switch {
	case b.Key == nil:
	case f.Ordinary() && k.Cap.RemainingUSD != nil:
		resets, _ := k.Cap.Reset.Next(at)
		o = o.limited(b.ofLimit(b.Cap, k.Cap.RemainingUSD, at, scratch), forecast.Key, resets)
	case f.Source == FromKey && f.statedBalance() == nil:
		o.Forecast = model(b.Key, at, scratch).Forecast(nil)
	}
	if g := k.Budget(); g != nil {
		resets, _ := g.Next(at)
		o = o.limited(b.ofLimit(b.Budget, g.RemainingUSD, at, scratch), forecast.Budget, resets)
	}
	if o.Forecast.Subject.Limit() { // whose spend is another's
		o.Rhythm = nil
	}
	scratches.Put(scratch)
	return account, o
}

// limited returns the outlook with a limit of the key: it is what the forecast is of
// where it is spent first, and before it resets.
func (o Outlook) limited(f forecast.Forecast, of forecast.Subject, resets time.Time) Outlook {
	o.Forecast = forecast.Sooner(o.Forecast, f, of, resets)
	f.Subject, f.ResetsAt = of, resets
	o.Bounds = append(o.Bounds, Bound{f, resets})
	return o
}

// rhythm is when a series is spent; nil where its forecast does not use it.
//
//go:noinline
func rhythm(m *forecast.Model) *forecast.Rhythm {
	if r, ok := m.Rhythm(); ok {
		return &r
	}
	return nil
}

// planned are settings of automatic top-up that suit a balance; nil where there are too
// few facts.
//
//go:noinline
func planned(m *forecast.Model, leftUSD float64) *forecast.AutoTopUp {
	return m.Plan(leftUSD, forecast.Ask{}).Auto
}

// ofLimit forecasts when what is left of a limit of the key is spent. While too little
// was seen of its own spend, the key's stands for it, which is the least that counts,
// or else the account's, and the range is wider.
func (b *Book) ofLimit(own *credit.Trail, leftUSD *float64, at time.Time, scratch *forecast.Scratch) forecast.Forecast {
	var first *forecast.Forecast
	for _, t := range []*credit.Trail{own, b.Key, b.Account} {
		if t.Empty() {
			continue
		}
		f := model(t, at, scratch).Forecast(leftUSD)
		young := f.State == forecast.Cold || f.State == forecast.Idle && f.History < forecast.MinHistory
		switch {
		case first == nil && !young:
			return f
		case !young:
			return f.Wider()
		case first == nil:
			first = &f
		}
	}
	if first == nil {
		return model(nil, at, nil).Forecast(leftUSD)
	}
	return *first
}

// foresee forecasts from the newest reading, and returns the forecasts that
// are to be stored: those that have ended, and this one where it is put by.
// before is the reading before the newest.
func foresee(was *Outlook, f *Facts, b *Book, before credit.Sample) (Outlook, []credit.Forecast) {
	at := b.Poll.Success
	account, o := forecasts(f, b, at)
	o = o.after(was, f, b)
	o.Track, o.Made = was.Track, was.Made
	newest, have := b.Account.Newest()
	var stored []credit.Forecast
	if have {
		newest.At = at
		stored = grade(b.Open, before, newest)
	}
	if len(stored) > 0 || o.Track.Made == 0 {
		o.Track = track(b.Ended, stored)
	}
	spacing := max(putBy, time.Duration(min(account.P50, 1e9)/putByShare*float64(time.Second)))
	if account.State == forecast.OK && have && (at.Sub(o.Made) >= spacing || at.Before(o.Made)) {
		o.Made = at
		stored = append(stored, credit.Forecast{
			At: at, UsageUSD: newest.UsageUSD, BalanceUSD: newest.CreditsUSD - newest.UsageUSD,
			P10: account.P10, P50: account.P50, P90: account.P90,
		})
	}
	return o, stored
}

// after returns the outlook with what it rests on, and with no date nearer than was
// had it where nothing was spent since, nor taken back: no news is no reason to
// think it nearer.
func (o Outlook) after(was *Outlook, f *Facts, b *Book) Outlook {
	trail, left := b.Account, (*float64)(nil)
	switch o.Forecast.Subject {
	case forecast.Key:
		trail, left = cmp.Or(b.Cap, b.Key), f.Key.Cap.RemainingUSD
	case forecast.Budget:
		trail = cmp.Or(b.Budget, b.Key, b.Account)
		if g := f.Key.Budget(); g != nil {
			left = g.RemainingUSD
		}
	default:
		if stated := f.statedBalance(); stated != nil {
			usd := stated.LeftUSD()
			trail, left = b.Key, &usd
		} else if newest, ok := b.Account.Newest(); ok {
			usd := newest.CreditsUSD - newest.UsageUSD
			left = &usd
		}
	}
	newest, ok := trail.Newest()
	if !ok || left == nil {
		return o
	}
	o.LeftUSD, o.UsageUSD, o.Segment = *left, newest.UsageUSD, newest.Segment
	spent := was.Segment != o.Segment || o.UsageUSD > was.UsageUSD+slack || o.UsageUSD < was.UsageUSD-slack
	if spent || was.Forecast.Subject != o.Forecast.Subject || o.LeftUSD < was.LeftUSD-slack || !o.Forecast.ResetsAt.Equal(was.Forecast.ResetsAt) {
		o.Published = o.published(was, true)
		o.Standing = o.standing(was)
		return o
	}
	o.Forecast = o.Forecast.NotBefore(was.Forecast)
	o.Bounds = slices.Clone(o.Bounds)
	for i := range o.Bounds {
		if f := &o.Bounds[i].Forecast; f.Subject == o.Forecast.Subject {
			f.P10, f.P50, f.P90 = o.Forecast.P10, o.Forecast.P50, o.Forecast.P90
		}
	}
	o.Published = o.published(was, false)
	o.Standing = o.standing(was)
	if a, w := o.AutoTopUp, was.AutoTopUp; a != nil && w != nil && a.ThresholdUSD == w.ThresholdUSD {
		held := *a
		held.Next = a.Next.NotBefore(w.Next)
		o.AutoTopUp = &held
	}
	return o
}

// middleShare and endsShare are by which share of the range its middle, or an end of it,
// must have moved for another date to be published.
const (
	middleShare = .1
	endsShare   = .5
)

// published returns the dates that people are published after was: of each another where it has
// moved by its share of the range and by more than it is said by, or has passed.
// Without a charge none of them is nearer.
func (o *Outlook) published(was *Outlook, spent bool) [3]time.Time {
	f := o.Forecast
	if f.State != forecast.OK {
		return [3]time.Time{}
	}
	dates := [3]time.Time{f.Time(f.P10), f.Time(f.P50), f.Time(f.P90)}
	bought := o.LeftUSD+o.UsageUSD-was.LeftUSD-was.UsageUSD > slack || o.LeftUSD+o.UsageUSD-was.LeftUSD-was.UsageUSD < -slack
	if was.Published[1].IsZero() || was.Forecast.Subject != f.Subject || was.Segment != o.Segment || bought {
		return dates
	}
	shown, least := was.Published, min(EndOf(f, f.At).Unit(), time.Hour).Seconds()
	for i, share := range [3]float64{endsShare, middleShare, endsShare} {
		moved := dates[i].Sub(shown[i]).Seconds()
		if past := !shown[i].After(f.At); past || max(moved, -moved) > max(least, share*(f.P90-f.P10)) && (spent || moved > 0) {
			shown[i] = dates[i]
		}
	}
	if shown[0].After(shown[1]) {
		shown[0] = shown[1]
	}
	if shown[2].Before(shown[1]) {
		shown[2] = shown[1]
	}
	return shown
}

// grade returns the open forecasts whose outcome the newest reading shows.
func grade(open []credit.Forecast, before, newest credit.Sample) []credit.Forecast {
	var ended []credit.Forecast
	for _, f := range open {
		if newest.Segment > f.At.Unix() { // its numbers do not go on
			f.Outcome, f.EndedAt = credit.OutcomeVoid, newest.At
			ended = append(ended, f)
			continue
		}
		made := forecast.Made{At: f.At, UsageUSD: f.UsageUSD, BalanceUSD: f.BalanceUSD, Segment: newest.Segment, P10: f.P10, P50: f.P50, P90: f.P90}
		g, over := made.Grade(before, newest)
		if !over {
			continue
		}
		f.EndedAt = newest.At
		switch {
		case g.Held():
			f.Outcome = credit.OutcomeHeld
		case g.Censored || g.TookS > f.P90:
			f.Outcome = credit.OutcomeLate
		default:
			f.Outcome = credit.OutcomeEarly
		}
		if !g.Censored {
			f.True = &g.TookS
		}
		ended = append(ended, f)
	}
	return ended
}

// teach is how much an outcome beyond one end of a range widens that side, in logs.
const teach = .03

// taught is how much wider, in logs, the range is below and above its middle by the
// last forecasts that have ended, the newest first: adaptive conformal inference. What
// ended before another series began teaches nothing.
//
//go:noinline
func taught(ended []credit.Forecast) (t [2]float64) {
	for i, f := range ended {
		if f.Outcome == credit.OutcomeVoid || i == mostEnded {
			break
		}
		for side, beyond := range [2]credit.Outcome{credit.OutcomeEarly, credit.OutcomeLate} {
			if t[side] -= teach * .1; f.Outcome == beyond {
				t[side] += teach
			}
		}
	}
	return t
}

// track sums up the forecasts that have ended, the newest end first, and those
// that end now.
func track(ended, now []credit.Forecast) Track {
	all := slices.Clone(ended)
	slices.Reverse(all)
	var graded []forecast.Graded
	for _, f := range append(all, now...) {
		if f.Outcome == credit.OutcomeVoid {
			continue
		}
		g := forecast.Graded{Made: forecast.Made{At: f.At, P10: f.P10, P50: f.P50, P90: f.P90}, TookS: f.P90, Censored: f.True == nil}
		if f.True != nil {
			g.TookS = *f.True
		}
		graded = append(graded, g)
	}
	var t Track
	t.Made, t.Held, t.Factor = forecast.Track(graded)
	t.Taught = taught(slices.Concat(now, ended))
	return t
}

// AddForecasts puts the forecasts of a step into the book.
func (b *Book) AddForecasts(stored []credit.Forecast) {
	if len(stored) == 0 {
		return
	}
	open, ended := slices.Clone(b.Open), slices.Clone(b.Ended)
	for _, f := range stored {
		f.At = f.At.Truncate(time.Second)
		open = sorted.Without(open, func(o *credit.Forecast) bool { return o.At.Equal(f.At) })
		if f.EndedAt.IsZero() {
			f.Outcome = credit.OutcomeOpen
			open = append(open, f)
		} else {
			ended = append([]credit.Forecast{f}, ended...)
		}
	}
	b.Open, b.Ended = open, ended[:min(len(ended), mostEnded)]
}

// mostEnded is how many forecasts that have ended a book holds.
const mostEnded = 40
