package monitor

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"time"

	"ortop/history"
	"ortop/internal/alert"
	"ortop/internal/credit"
)

// store is the account's place in the history, and what was last found there.
type store struct {
	m        *Monitor
	db       *history.DB
	note     string // why the history is in memory only
	lockPath string // of the file whose lock makes a process the collector; empty: this one is
	account  history.Series
	key      history.Series // 0 until the key is known
	capUse   history.Series // what counts against its cap, where that is more; or 0
	known    known
	poll     history.Poll
	was      last
	outlook  outlook
	alarm    alarm
	allow    allowances
	judged   time.Time // the reading whose forecast was last compared with the one told
	stamp    stamp
	trails   map[history.Series]*trail
	shopping shopping
}

func openStore(ctx context.Context, m *Monitor) (*store, error) {
	st := &store{m: m}
	var err error
	if st.db, st.note, err = m.o.Open(ctx); err != nil {
		return nil, err
	}
	st.lockPath = history.LockPath(st.db.Path(), m.o.Account, m.o.BaseURL)
	if st.account, err = st.series(ctx, accountSubject); err != nil {
		return nil, err
	}
	_, _, err = st.load(ctx)
	return st, err
}

func (st *store) series(ctx context.Context, name string) (history.Series, error) {
	return st.db.Series(ctx, st.m.o.Account, st.m.o.BaseURL, name)
}

// changed reports whether another process, or another account's monitor, stored
// something that this account's snapshot shows.
func (st *store) changed(ctx context.Context) (bool, error) {
	if changed, err := st.db.Changed(ctx); err != nil || !changed {
		return false, err
	}
	var now stamp
	var err error
	if now.poll, _, err = st.db.Poll(ctx, st.account); err != nil {
		return true, nil // what went wrong is found, and said, by who looks
	}
	if now.alerts, err = st.standing(ctx); err != nil { // one may have been acknowledged
		return true, nil
	}
	for i, name := range stamped {
		if now.states[i], err = st.db.State(ctx, st.account, name); err != nil {
			return true, nil
		}
	}
	same := reflect.DeepEqual(now, st.stamp)
	st.stamp = now
	return !same, nil
}

// stamp is what differs where something that a snapshot shows was stored. Many
// accounts share a file: without it each would look whenever any was polled.
type stamp struct {
	poll   history.Poll
	alerts []alert.Event
	states [len(stamped)][]byte
}

var stamped = [...]string{alarmState, undeliveredState, toldState}

// load reads what was last stored.
func (st *store) load(ctx context.Context) (history.Poll, bool, error) {
	p, ok, err := st.db.Poll(ctx, st.account)
	if err != nil {
		return p, ok, err
	}
	st.poll, st.known = p, known{}
	if len(p.Key) > 0 {
		// What another version wrote and this one cannot read is asked anew.
		_ = json.Unmarshal(p.Key, &st.known)
	}
	st.outlook = outlook{}
	_ = json.Unmarshal(p.Forecast, &st.outlook) // the same
	if st.known.Key != nil {
		st.known.Key.Label = clean(st.known.Key.Label)
	}
	return p, ok, st.settle(ctx)
}

// settle finds the newest sample and the series that the surfaces show.
func (st *store) settle(ctx context.Context) error {
	var err error
	st.was = last{}
	if st.was.sample, st.was.ok, err = st.db.At(ctx, st.account, endOfTime); err != nil {
		return err
	}
	st.key, st.capUse = 0, 0
	if k := st.known.Key; k != nil && k.Kind == credit.KeyOrdinary {
		// A file that is only read may have none.
		if st.key, err = st.series(ctx, keySubject(st.known.Fingerprint)); err != nil && !errors.Is(err, history.ErrNoSeries) {
			return err
		}
		if towardsCap(k) != nil {
			if st.capUse, err = st.series(ctx, capSubject(st.known.Fingerprint)); err != nil && !errors.Is(err, history.ErrNoSeries) {
				return err
			}
		}
	}
	s := subject{db: st.db, account: st.account, key: st.key, shown: st.account, asker: st.known.Key}
	if st.known.Source == FromKey && st.key != 0 {
		s.shown = st.key
	}
	st.m.subj.Store(&s)
	return nil
}

// endOfTime is after every sample, wherever a clock that was wrong put it.
var endOfTime = time.Unix(1<<40, 0)

// keep stores what a poll found, and the forecast that follows from it.
func (st *store) keep(ctx context.Context, a answer, v verdict, due time.Time, gapCause string) error {
	before := st.was.sample
	before.At = st.poll.Success
	if err := st.record(ctx, a, v, due, gapCause); err != nil || v.err != nil {
		return err
	}
	if err := st.fillKey(ctx, a.at); err != nil {
		return err
	}
	return st.foresee(ctx, before)
}

// record stores what a poll found, and what it means from now on.
func (st *store) record(ctx context.Context, a answer, v verdict, due time.Time, gapCause string) error {
	st.known = v.known
	u := history.PollUpdate{
		Series: st.account, Attempt: a.at, Due: due, Interval: st.m.o.Interval, GapCause: gapCause,
	}
	if v.err == nil {
		u.Success = a.at
	}
	if v.err != nil {
		f := newFault(v.err)
		u.FaultKind, u.Fault = f.Kind, f.Message
	}
	var readings []history.Reading
	if v.balance != nil {
		r := history.Reading{
			Series: st.account, At: a.at, UsageUSD: v.balance.UsageUSD,
			CreditsUSD: v.balance.CreditsUSD, CreditsKnown: true,
		}
		if v.segment == anotherAccount { // what stood was not about this one
			st.alarm, st.allow = alarm{failed: true}, allowances{}
		}
		if v.segment != "" {
			r.NewSegment = &history.Segment{At: a.at, Fingerprint: a.fingerprint, Creator: v.known.ReadCreator, Reason: v.segment}
		}
		readings = append(readings, r)
	}
	if v.keyUSD != nil {
		k, err := st.series(ctx, keySubject(a.fingerprint))
		if err != nil {
			return err
		}
		r, err := st.keyReading(ctx, k, a, *v.keyUSD)
		if err != nil {
			return err
		}
		readings = append(readings, r)
		if readings, err = st.capReading(ctx, readings, a); err != nil {
			return err
		}
	}
	var err error
	if u.Key, err = json.Marshal(st.known); err != nil {
		return err
	}
	err = st.db.Record(ctx, u, readings...)
	st.m.log.Debug("stored", "readings", len(readings), "next", due.UTC().Format(time.RFC3339), "fault", u.Fault)
	if _, _, loadErr := st.load(ctx); err == nil {
		err = loadErr
	}
	return err
}

// keyReading is a key's lifetime usage. A key has one fingerprint for life, so
// its series breaks only where the number itself does.
func (st *store) keyReading(ctx context.Context, k history.Series, a answer, usd float64) (history.Reading, error) {
	r := history.Reading{Series: k, At: a.at, UsageUSD: usd}
	was, ok, err := st.db.At(ctx, k, endOfTime)
	if err != nil {
		return r, err
	}
	switch {
	case !ok:
		r.NewSegment = &history.Segment{At: a.at, Fingerprint: a.fingerprint, Reason: firstReading}
	case usd < was.UsageUSD-slack && recent(st.known.KeyAgreedAt, a.at):
		r.UsageUSD = was.UsageUSD
		return r, nil
	case usd < was.UsageUSD-slack:
		r.NewSegment = &history.Segment{At: a.at, Fingerprint: a.fingerprint, Reason: "usage fell"}
	}
	st.known.KeyAgreedAt = a.at
	return r, nil
}
