package monitor

import (
	"bytes"
	"context"
	"errors"
	"time"

	"ortop/history"
	"ortop/internal/account"
)

// poll is what a step is to store of a poll beside its verdict.
type poll struct {
	due      time.Time
	held     bool // due is the end of a wait that the server named
	gapCause string
}

// overtakings is how often a step is made anew because another process stored a state
// meanwhile. After that the last one wins.
const overtakings = 4

// step takes in what came in, and stores what follows from it in one transaction, on
// what is stored by then: what another process wrote meanwhile is not lost. p is nil
// where nothing was polled. The result holds whatever the error, which is about the
// disk: see [history.DB.Record].
func (st *store) step(ctx context.Context, in *account.Input, p *poll, collects bool) (r account.Result, err error) {
	for try := 0; ; try++ {
		r, err = st.stepOnce(ctx, *in, p, collects, try < overtakings)
		if !errors.Is(err, history.ErrOvertaken) {
			return r, err
		}
		st.reset()
		if err := st.load(context.WithoutCancel(ctx)); err != nil { // what is held in memory has to do
			st.log.Warn("reading history", "error", oneLine(err))
		}
		if in.Verdict != nil {
			*in.Verdict = in.Verdict.Again(&st.state.Facts, &st.book)
		}
	}
}

func (st *store) stepOnce(ctx context.Context, in account.Input, p *poll, collects, follows bool) (account.Result, error) {
	u := history.PollUpdate{
		Series: st.of(), Interval: st.o.Interval,
		FaultKind: st.past.Poll.FaultKind, Fault: st.past.Poll.Fault,
	}
	var rows []history.Reading
	var seriesErr error
	if v := in.Verdict; v != nil {
		u.Attempt, u.Due, u.GapCause = v.At, p.due, p.gapCause
		if p.held {
			in.WaitUntil = p.due.UTC()
		}
		u.FaultKind, u.Fault = "", ""
		if v.Fault == nil {
			u.Success = v.At
		} else {
			u.FaultKind, u.Fault = v.Fault.Kind, v.Fault.Message
		}
		if rows, seriesErr = st.rows(ctx, *v); len(rows) > 0 {
			seriesErr = errors.Join(seriesErr, st.grow(u, rows))
		}
		st.book.Poll.Due, st.book.Poll.Fault = u.Due, v.Fault
		if v.Fault == nil {
			st.book.Poll.Success = u.Success.UTC().Truncate(time.Millisecond)
		}
		if v.AnotherAccount() {
			st.book.Limits = account.Limits{}
		}
	}
	r := account.Step(&st.state, &in, &st.book, st.rules(collects), st.o.Now())
	encoded, err := r.State.Encode()
	if err != nil {
		return r, err
	}
	was := st.state
	st.state = r.State
	if idle(&in, r) && sameButAlerts(was, r.State) {
		return r, nil
	}
	if !bytes.Equal(encoded, st.stored) {
		u.State, u.Follows, u.Was, st.stored = encoded, follows, st.stored, encoded
	}
	u.Events, u.Remember = stored(r.Events), r.Forecasts
	st.book.AddForecasts(r.Forecasts)
	st.remember(u)
	// What was decided is stored, also where the end came meanwhile: an alert may
	// have been delivered.
	err = st.db.Record(context.WithoutCancel(ctx), u, rows...)
	if st.o.Team != nil {
		st.o.Team.Stored()
	}
	var kept *history.StorageError
	if err != nil && !errors.As(err, &kept) { // nothing of it was taken
		st.reset()
	}
	st.log.Debug("stored", "readings", len(rows), "events", len(r.Events), "error", err)
	st.publish()
	return r, errors.Join(seriesErr, err)
}

// idle reports whether nothing came in and nothing came of that.
func idle(in *account.Input, r account.Result) bool {
	return in.Verdict == nil && in.Stated == nil && !in.Filled && !in.KeyFilled && in.Adopted == "" && in.Drivers == nil && len(in.Results) == 0 && len(r.Events)+len(r.Forecasts)+len(r.Notify) == 0
}

// sameButAlerts reports whether two states differ in the memory of the alerts at
// most. That alone is not worth a write: the next reading brings one.
func sameButAlerts(a, b account.State) bool {
	b.Alerts = a.Alerts
	was, err := a.Encode()
	is, err2 := b.Encode()
	return err == nil && err2 == nil && bytes.Equal(was, is)
}

// rows are a verdict's as history takes them.
func (st *store) rows(ctx context.Context, v account.Verdict) ([]history.Reading, error) {
	var rows []history.Reading
	for _, row := range v.Rows {
		series := st.series[row.Of]
		if series == 0 {
			var err error
			if series, err = st.find(ctx, row.Of); err != nil {
				return rows, err
			}
			st.series[row.Of] = series
		}
		r := history.Reading{Series: series, At: v.At, UsageUSD: row.UsageUSD}
		if row.CreditsUSD != nil {
			r.CreditsUSD, r.CreditsKnown = *row.CreditsUSD, true
		}
		if row.Segment != "" {
			r.NewSegment = &history.Segment{At: v.At, Fingerprint: v.Fingerprint, Reason: row.Segment}
			if row.Of == account.OfAccount {
				r.NewSegment.Creator = v.Facts.ReadCreator
			}
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// grow puts into the book what rows will add to the history.
func (st *store) grow(u history.PollUpdate, rows []history.Reading) error {
	growth, err := st.db.Preview(u, rows...)
	if err != nil {
		return err
	}
	for s, id := range st.series {
		if g, ok := growth[id]; ok && id != 0 {
			st.book.Add(account.Subject(s), g)
		}
	}
	st.book.Purchases = st.purchases.add(st.book.Account)
	return nil
}

// remember takes in what is about to be stored of a poll, as it is read again.
func (st *store) remember(u history.PollUpdate) {
	p := &st.past.Poll
	for _, t := range []struct{ from, to *time.Time }{{&u.Attempt, &p.Attempt}, {&u.Success, &p.Success}, {&u.Due, &p.Due}} {
		if !t.from.IsZero() {
			*t.to = t.from.UTC().Truncate(time.Millisecond)
		}
	}
	p.FaultKind, p.Fault = u.FaultKind, u.Fault
}

func stored(events []account.Event) []history.Event {
	var list []history.Event
	for _, e := range events {
		data, err := e.Data()
		if err != nil { // sums that are no numbers: the text has to do
			data = nil
		}
		list = append(list, history.Event{At: e.At, Kind: string(e.Kind), Level: string(e.Level), Text: e.Text, Data: data})
	}
	return list
}
