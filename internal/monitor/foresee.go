package monitor

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"ortop/history"
	"ortop/internal/credit"
	"ortop/internal/forecast"
)

// outlook is what is kept of the latest forecast, so that every process shows
// the same one and none has to make it again.
type outlook struct {
	Forecast  forecast.Forecast `json:"forecast"`
	AutoTopUp *AutoTopUp        `json:"auto_top_up,omitempty"`
	Track     Track             `json:"track"`
	// Made is when a forecast was last put by to be graded.
	Made time.Time `json:"made,omitzero"`
}

// of reports whether the outlook is about the reading of at.
func (o outlook) of(at time.Time) bool { return !o.Forecast.At.IsZero() && o.Forecast.At.Equal(at) }

// putBy is the least time between two forecasts that are kept to be graded, and
// each has at most this share of its middle to wait for the next.
const (
	putBy      = time.Hour
	putByShare = 40
)

// foresee forecasts from the newest reading, grades the forecasts before, and
// stores both. before is the reading before the newest.
func (st *store) foresee(ctx context.Context, before credit.Sample) error {
	at := st.poll.Success
	o := outlook{Track: st.outlook.Track, Made: st.outlook.Made}
	account, err := st.forecast(ctx, at, &o)
	if err != nil {
		return err
	}
	ended, err := st.grade(ctx, before)
	if err != nil {
		return err
	}
	kept := ended
	spacing := max(putBy, time.Duration(min(account.P50, 1e9)/putByShare*float64(time.Second)))
	if account.State == forecast.OK && (at.Sub(o.Made) >= spacing || at.Before(o.Made)) && st.was.ok {
		o.Made = at
		kept = append(kept, history.Forecast{
			At: at, UsageUSD: st.was.sample.UsageUSD, BalanceUSD: st.was.sample.Balance().LeftUSD(),
			P10: account.P10, P50: account.P50, P90: account.P90,
		})
	}
	if len(ended) > 0 || o.Track.Made == 0 {
		if o.Track, err = st.track(ctx, ended); err != nil {
			return err
		}
	}
	u := history.PollUpdate{Series: st.account, FaultKind: st.poll.FaultKind, Fault: st.poll.Fault, Remember: kept}
	if u.Forecast, err = json.Marshal(o); err != nil {
		return err
	}
	if u.Key, err = json.Marshal(st.known); err != nil {
		return err
	}
	st.outlook = o
	return st.db.Record(ctx, u)
}

// forecast says when the account's balance runs out, and fills in o with the
// forecast of the first of balance and cap, and with what refills the balance.
func (st *store) forecast(ctx context.Context, at time.Time, o *outlook) (account forecast.Forecast, err error) {
	account = forecast.Forecast{State: forecast.Unknown, At: at}
	o.Forecast = account
	if st.known.Source == FromCredits && st.was.ok {
		t, err := st.trail(ctx, st.account, at)
		if err != nil {
			return account, err
		}
		m := t.model(at)
		left := st.was.sample.Balance().LeftUSD()
		account = m.Forecast(&left)
		if o.AutoTopUp, err = st.autoTopUp(ctx, t, m, at); err != nil {
			return account, err
		}
	}
	o.Forecast = account
	k := st.known.Key
	if k == nil || k.Kind != credit.KeyOrdinary || k.Cap.RemainingUSD == nil || st.key == 0 {
		if st.known.Source == FromKey && st.key != 0 {
			m, err := st.modelOf(ctx, st.key, at)
			if err != nil {
				return account, err
			}
			o.Forecast = m.Forecast(nil)
		}
		return account, nil
	}
	series := st.key
	if st.capUse != 0 {
		series = st.capUse
	}
	m, err := st.modelOf(ctx, series, at)
	if err != nil {
		return account, err
	}
	resets, _ := k.Cap.Reset.Next(at)
	o.Forecast = forecast.Sooner(account, m.Forecast(k.Cap.RemainingUSD), resets)
	return account, nil
}

func (st *store) modelOf(ctx context.Context, series history.Series, at time.Time) (*forecast.Model, error) {
	t, err := st.trail(ctx, series, at)
	if err != nil {
		return nil, err
	}
	return t.model(at), nil
}

// grade ends the forecasts whose outcome the newest reading tells.
func (st *store) grade(ctx context.Context, before credit.Sample) ([]history.Forecast, error) {
	open, err := st.db.OpenForecasts(ctx, st.account)
	if err != nil || !st.was.ok {
		return nil, err
	}
	newest := st.was.sample
	newest.At = st.poll.Success
	var ended []history.Forecast
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
		case g.Censored:
			f.Outcome = credit.OutcomeLate
		default:
			f.Outcome = credit.OutcomeEarly
			if g.TookS > f.P90 {
				f.Outcome = credit.OutcomeLate
			}
		}
		if !g.Censored {
			f.True = &g.TookS
		}
		ended = append(ended, f)
	}
	return ended, nil
}

// trackLength is how many forecasts a track record is about.
const trackLength = 40

// track sums up the forecasts that have ended, of which just ended are not
// stored yet.
func (st *store) track(ctx context.Context, just []history.Forecast) (Track, error) {
	stored, err := st.db.Forecasts(ctx, st.account, trackLength)
	if err != nil {
		return Track{}, err
	}
	slices.Reverse(stored)
	var graded []forecast.Graded
	for _, f := range append(stored, just...) {
		if f.Outcome == credit.OutcomeVoid {
			continue
		}
		g := forecast.Graded{Made: forecast.Made{At: f.At, P10: f.P10, P50: f.P50, P90: f.P90}, TookS: f.P90, Censored: f.True == nil}
		if f.True != nil {
			g.TookS = *f.True
		}
		graded = append(graded, g)
	}
	t := Track{}
	t.Made, t.Held, t.Factor = forecast.Track(graded)
	return t, nil
}
