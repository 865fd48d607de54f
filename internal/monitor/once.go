package monitor

import (
	"context"
	"errors"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/text"
)

// onceLimit bounds a single answer in all, retries included.
const onceLimit = 20 * time.Second

// followWait is how long a poll that another process just began is waited for.
const followWait = 4 * time.Second

// Freshness is how old the values of a single answer may be. The zero Freshness
// requests new ones.
type Freshness struct {
	// MaxAge is how old stored values may be, whoever read them. If below 0,
	// none are good enough for that.
	MaxAge time.Duration
	// Live allows values that a live collector read within its interval, and no
	// longer ago than Live.
	Live time.Duration
	// Stored takes what is stored, however old, and requests nothing.
	Stored bool
	// Brief reports that the snapshot alone is wanted: the past need not be
	// loaded for questions about it. Planned wants the plan for a plain [forecast.Ask]
	// too.
	Brief, Planned bool
}

// The kinds of Freshness that are not an age.
var (
	// Live takes what a live collector read within its interval.
	Live = Freshness{MaxAge: -1, Live: 1<<63 - 1}
	// Fresh takes it within a minute too: what was spent since is not seen.
	Fresh = Freshness{MaxAge: -1, Live: time.Minute}
)

// Once returns one snapshot: from what is stored where that is fresh enough,
// and else it polls, and stores the reading. Where another key than the
// configured one read what is stored, that is fresh enough only by MaxAge.
//
// A fault is in the snapshot. The error is for a history that cannot be
// read, and is a *ConnectError where there is no key to use.
func (m *Monitor) Once(ctx context.Context, fresh Freshness) (account.Snapshot, error) {
	ctx, cancel := context.WithTimeout(ctx, onceLimit)
	defer cancel()
	st, err := openStore(ctx, m, fresh)
	if err != nil {
		return account.Snapshot{Account: m.o.Account, Forecast: forecast.Forecast{State: forecast.Unknown}}, err
	}
	if m.o.Follow {
		m.offline.Store(true)
		return st.followed(), nil
	}
	success := st.book.Poll.Success
	age := m.o.Now().Sub(success)
	if read := !success.IsZero() && age >= 0; fresh.Stored || read && age <= fresh.MaxAge {
		// An import of usage alone tells neither a balance nor whose it is.
		if s := st.storedView(); fresh.Stored || s.Source != "" {
			m.offline.Store(true)
			return s, nil
		}
	}
	api, fingerprint, err := m.o.Connect(ctx)
	if err != nil {
		return st.storedView(), &ConnectError{err}
	}
	m.connection.set(api)
	defer api.CloseIdle()
	if live := age >= 0 && age <= min(m.o.Interval, fresh.Live); live && st.collected() && fingerprint == st.state.Facts.Fingerprint {
		return st.storedView(), nil
	}
	s, err := st.refreshed(ctx, api, fingerprint)
	if s.Fault != nil && s.Fault.Kind == credit.FaultNetwork { // nothing else would be answered
		m.offline.Store(true)
	}
	return s, err
}

// Judge is the account's balance by totals that were read apart, as a poll with the same
// key would take them; nothing is stored. If they do not count, why says so, and the
// balance is what counts in their place, nil where nothing does. A key that could not be
// read is nil.
func (m *Monitor) Judge(ctx context.Context, fingerprint string, key *client.Key, totals credit.Balance) (b *credit.Balance, why string, err error) {
	st, err := openStore(ctx, m, Freshness{})
	if err != nil {
		return nil, "", err
	}
	r := account.Reading{At: st.o.Now(), Fingerprint: fingerprint, Totals: &totals}
	if key != nil {
		r.Key = KeyFacts(*key)
	}
	v := st.judge(ctx, r)
	for _, row := range v.Rows {
		if row.Of == account.OfAccount && row.CreditsUSD != nil {
			b = &credit.Balance{CreditsUSD: *row.CreditsUSD, UsageUSD: row.UsageUSD}
			if row.UsageUSD > totals.UsageUSD+.005 {
				why = "less usage than was read before: it counts if it stays so for 5 min"
			}
		}
	}
	if v.Fault != nil {
		b, why = st.storedView().Balance, v.Fault.Message
	}
	return b, why, nil
}

// refreshed polls, or takes what another process just read.
func (st *store) refreshed(ctx context.Context, api API, fingerprint string) (account.Snapshot, error) {
	if fingerprint == st.state.Facts.Fingerprint && st.polledElsewhere(ctx, st.o.Now()) {
		return st.storedView(), nil
	}
	q := request{api: api, fingerprint: fingerprint, facts: st.state.Facts, now: st.o.Now, log: st.log}
	r := q.send(ctx)
	if errors.Is(ctx.Err(), context.Canceled) { // nobody waits for it any more, and nothing failed
		return st.storedView(), context.Cause(ctx)
	}
	v := st.judge(ctx, r.reading)
	sch := newSchedule(st.o.Interval, st.o.Now)
	sch.answered(st.o.Now(), &v, r.err(v.Fault))
	result, storeErr := st.step(ctx, &account.Input{Verdict: &v}, &poll{due: sch.due, held: sch.held, gapCause: gapNotRunning}, false)
	s := result.Snapshot
	if v.Fault == nil && storeErr == nil {
		young := st.young() // which an import would change
		adopted := st.adopt(ctx)
		in := st.fillPast(ctx, api, young)
		if in.Adopted = adopted; in.Adopted != "" || in.Filled || in.KeyFilled {
			result, storeErr = st.step(ctx, &in, nil, false)
			s = result.Snapshot
		}
	}
	st.rest(&s, st.book.Poll.Due)
	switch {
	case v.Fault != nil:
		s = stale(s)
	case storeErr != nil && s.At.IsZero():
		s.Fault = &account.Fault{Kind: credit.FaultStorage, Message: oneLine(storeErr)}
	}
	return s, nil
}

// polledElsewhere reports whether what is stored, or is about to be, has to do:
// the server named the time of the next request, a poll has failed just now, or another
// process polls.
func (st *store) polledElsewhere(ctx context.Context, now time.Time) bool {
	if st.held() && now.Before(st.past.Poll.Due) {
		return true
	}
	ok, err := st.db.Claim(ctx, st.of(), now, minGap)
	return err == nil && !ok && (st.justFailed(now) || st.await(ctx))
}

// justFailed reports whether the newest attempt has ended, and failed, so lately that
// none may follow yet.
func (st *store) justFailed(now time.Time) bool {
	attempt := st.past.Poll.Attempt
	age := now.Sub(attempt)
	return !attempt.IsZero() && attempt.Equal(st.state.FailedAt) && age >= 0 && age < minGap
}

// storedView is the snapshot of what is stored, marked as such.
func (st *store) storedView() account.Snapshot {
	s := stale(st.view(false))
	st.rest(&s, st.past.Poll.Due)
	return s
}

// rest puts into s when the next poll is due, and whether the server named that time.
//
//go:noinline
func (st *store) rest(s *account.Snapshot, due time.Time) {
	if s.Due = due; !st.state.WaitUntil.IsZero() {
		s.Phase = account.Held
	}
}

// followed is the snapshot of what a collector of the team stored, and says so where
// that is late.
func (st *store) followed() account.Snapshot {
	s, now := st.storedView(), st.o.Now()
	if s.Source == account.FromHistory {
		s.Source = account.FromShare
	}
	switch age, ok := s.Age(now); {
	case s.Fault != nil:
	case !ok:
		s.Fault = &account.Fault{Kind: credit.FaultStorage, Message: "the shared history has no reading of account " + text.Clean(st.o.Account, maxName)}
	case s.Stale(now):
		s.Fault = &account.Fault{Kind: credit.FaultStorage, Message: "nothing came to the shared history for " + text.Span(age) + ": no collector reads the account, or it cannot send"}
	}
	return s
}

// stale marks the values of a snapshot as stored ones.
func stale(s account.Snapshot) account.Snapshot {
	if s.Source != "" {
		if s.Source != account.FromPerson { // whose figure is always an older one
			s.Source = account.FromHistory
		}
	}
	return s
}

// await waits for the poll that another process has just begun,
// and reports whether it ended. One that cannot be stored never does.
func (st *store) await(ctx context.Context) bool {
	before, since := st.past.Poll, st.o.Now().Add(-minGap)
	deadline := time.NewTimer(followWait)
	defer deadline.Stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if err := st.load(ctx); err != nil {
			return false
		}
		// The attempt was ended, by a success or by a fault.
		if p := st.past.Poll; p.Attempt.After(since) && (!p.Success.Before(p.Attempt) || !p.Due.Equal(before.Due)) {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-deadline.C:
			return false
		case <-tick.C:
		}
	}
}

// collected reports whether a process polls this account on schedule.
func (st *store) collected() bool {
	if st.lockPath == "" {
		return false
	}
	lock, ok, err := history.TryLock(st.lockPath)
	if err != nil {
		return false
	}
	if ok {
		_ = lock.Unlock() // closing its file frees it in any case
	}
	return !ok
}
