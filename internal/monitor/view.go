package monitor

import (
	"context"
	"fmt"
	"slices"
	"time"

	"ortop/history"
	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/text"
)

// lookBack is how far back a snapshot looks, by the hours of the clock; fine
// says where it looks closer.
const lookBack = 35 * 24 * time.Hour

var fine = []struct{ back, step time.Duration }{
	{time.Hour, time.Minute},
	{24 * time.Hour, 10 * time.Minute},
}

// snapshot makes the view of what is stored. A rough one does without a
// forecast that is not stored, for making one takes a while.
func (st *store) snapshot(ctx context.Context, now time.Time, rough bool) (Snapshot, error) {
	o := &st.m.o
	s := Snapshot{
		Account: o.Account, Host: o.Host, Demo: o.Demo, Now: now, At: st.poll.Success,
		Interval: o.Interval, Source: st.known.Source, Key: st.known.Key,
		BalanceNote: st.known.BalanceNote, StorageNote: st.note,
		Forecast: forecast.Forecast{State: forecast.Unknown, At: now},
	}
	if s.StorageNote == "" {
		s.StorageNote = st.db.Note()
	}
	if s.At.IsZero() {
		return s, nil
	}
	if st.known.Skew != 0 {
		s.Notes = append(s.Notes, fmt.Sprintf("the server's clock differs from this one by %s", st.known.Skew))
	}
	if s.Source == FromCredits && st.was.ok {
		s.Balance = st.was.sample.Balance()
	}
	s.SpendableUSD, s.Binding = credit.Spendable(s.Balance, s.Key)
	if s.Key == nil && s.Balance != nil {
		s.Notes = append(s.Notes, "the key's own cap is not known: it could not be read")
	}
	shown := st.account
	if s.Source == FromKey && st.key != 0 {
		shown = st.key
	}
	if at := st.known.AgreedAt; s.Balance != nil && !at.IsZero() && at.Before(s.At) {
		s.Notes = append(s.Notes, "lower usage was read than at "+clock(at, now)+": it counts if it stays so for 5 min")
	}
	past, err := st.past(ctx, shown, s.At)
	if err != nil {
		return s, err
	}
	s.HistorySince, s.OwnSince, s.Gaps = past.since, past.since, len(past.plot.Gaps)
	filled, err := st.db.Backfilled(ctx, shown, past.since, s.At)
	if err != nil {
		return s, err
	}
	if n := len(filled); n > 0 {
		s.OwnSince = filled[n-1].To
	}
	s.Spend, s.Burn = past.spend(), past.burn()
	hours := past.hours()
	s.Usual, s.Rise = hours.usual(), hours.rise(alert.LeastFactor(o.Rules, alert.Leak, o.Account))
	s.RanOutAt = past.ranOut()
	if s.Undelivered, err = st.undelivered(ctx); err != nil {
		return s, err
	}
	notes, err := st.segmentNotes(ctx, shown, s.At)
	if err != nil {
		return s, err
	}
	s.Notes = append(s.Notes, notes...)
	s.Track = st.outlook.Track
	if err := st.alarm.load(ctx, st); err != nil {
		return s, err
	}
	if s.Alerts, err = st.standing(ctx); err != nil {
		return s, err
	}
	made := st.outlook
	if !made.of(s.At) {
		if rough {
			return s, nil
		}
		made.AutoTopUp = nil
		_, err = st.forecast(ctx, s.At, &made)
	}
	s.Forecast, s.AutoTopUp = made.Forecast, made.AutoTopUp
	return s, err
}

// segmentNotes says where the series was broken in the last day.
func (st *store) segmentNotes(ctx context.Context, series history.Series, at time.Time) ([]string, error) {
	segments, err := st.db.Segments(ctx, series, at.Add(-24*time.Hour), at)
	if err != nil {
		return nil, err
	}
	var notes []string
	for _, g := range slices.Backward(segments) {
		switch g.Reason {
		case anotherAccount:
			notes = append(notes, "another account's numbers since "+clock(g.At, st.m.o.Now())+": a new series began")
		case "usage fell":
			notes = append(notes, "lifetime usage fell at "+clock(g.At, st.m.o.Now())+": a new series began")
		}
	}
	return notes, nil
}

func clock(t, now time.Time) string { return t.In(now.Location()).Format("15:04") }

func clean(s string) string { return text.Clean(s, 100) }
