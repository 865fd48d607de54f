package monitor

import (
	"cmp"
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"
	"time"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/sorted"
)

// subject is which series an account's numbers are stored in, where, and what
// was known at the last step. It is not changed once it is published.
type subject struct {
	db        *history.DB
	account   history.Series // the account's totals
	keySeries history.Series // an ordinary key's own; zero until the key is known
	shown     history.Series // the one whose spend the surfaces show
	facts     *account.Facts
	book      *account.Book
	plans     *plans
	starts    *sync.Map // of history.Series: its start, where a book that is brief was asked for it
}

// start is the first reading of a series; ok is false where there is none.
type start struct {
	at time.Time
	ok bool
}

type subjectPointer = atomic.Pointer[subject]

// began is the first reading of a series, the account's or the key's, that counts;
// ok is false where there is none. A book that is brief does not hold it.
func (s *subject) began(ctx context.Context, series history.Series) (first time.Time, ok bool, err error) {
	var t *credit.Trail
	switch {
	case series == 0:
	case s.book.Brief:
		if known, found := s.starts.Load(series); found {
			return known.(start).at, known.(start).ok, nil
		}
		if first, ok, err = s.db.Began(ctx, series, account.AnotherAccount); err == nil {
			s.starts.Store(series, start{first, ok})
		}
		return first, ok, err
	case series == s.account:
		t = s.book.Account
	case series == s.keySeries:
		t = s.book.Key
	}
	if t.Empty() {
		return first, false, nil
	}
	return t.First.At, true, nil
}

// Plot returns what was spent in n equal spans from one moment to another. A
// zero from is the first sample.
func (m *Monitor) Plot(ctx context.Context, from, to time.Time, n int) (history.Plot, error) {
	s := m.subject.Load()
	if s == nil {
		return history.Plot{}, nil
	}
	if from.IsZero() {
		first, ok, err := s.db.First(ctx, s.shown)
		if err != nil || !ok {
			return history.Plot{}, err
		}
		from = first.At
	}
	if !from.Before(to) {
		return history.Plot{}, nil
	}
	p, err := s.db.Buckets(ctx, s.shown, from, to, n)
	p.Segments = sorted.Without(p.Segments, func(g *history.Segment) bool { return g.Reason == account.FirstReading })
	return p, err
}

// Preflight checks whether needUSD can be spent now, and with 90 % certainty
// still after d: see [account.Snapshot.Preflight].
func (m *Monitor) Preflight(s *account.Snapshot, needUSD float64, d time.Duration) account.Preflight {
	b := &account.Book{}
	if at := m.subject.Load(); at != nil {
		b = at.book
	}
	return s.Preflight(b, needUSD, d)
}

// Damage says what of the history is damaged and was left out so far; empty:
// nothing.
func (m *Monitor) Damage() string {
	if at := m.subject.Load(); at != nil {
		return cmp.Or(at.book.Damage, at.db.Damage())
	}
	return ""
}

// Archive is where an account's history lies.
type Archive struct {
	DB      *history.DB
	Account history.Series // the account's totals and events
	Shown   history.Series // the one whose spend the surfaces show: the account, or a key that cannot read it

	store *store // nil of an archive that a monitor polls into
}

// Archive returns where the history lies; ok is false before it was opened.
func (m *Monitor) Archive() (a Archive, ok bool) {
	s := m.subject.Load()
	if s == nil {
		return Archive{}, false
	}
	return Archive{DB: s.db, Account: s.account, Shown: s.shown}, true
}

// OpenArchive opens the history in place of Run or Once. Nothing is requested, and
// no key is needed.
func (m *Monitor) OpenArchive(ctx context.Context) (Archive, error) {
	st, err := openStore(ctx, m, Freshness{})
	if err != nil {
		return Archive{}, err
	}
	a, _ := m.Archive()
	a.store = st
	return a, nil
}

// Imported follows an import into an archive that OpenArchive opened: what is
// answered of it without loading the past is brought up to it, and forecasts from
// it. note is what became of spend that was imported before the first reading, if
// this brought one; a process that collects sees to that itself.
func (a Archive) Imported(ctx context.Context) (note string, err error) {
	st := a.store
	if st == nil {
		return "", nil
	}
	if err := st.load(ctx); err != nil || st.book.Poll.Success.IsZero() {
		return "", err
	}
	if !st.collected() {
		note = st.adopt(ctx)
	}
	_, err = st.step(ctx, &account.Input{Adopted: note, Imported: true}, nil, false)
	return note, err
}

// StateBalance takes in what a person says is left of the account, or with nil
// takes that back, in an archive that OpenArchive opened.
func (a Archive) StateBalance(ctx context.Context, usd *float64) error {
	if err := a.store.load(ctx); err != nil {
		return err
	}
	if err := a.store.useKey(ctx, a.store.state.Facts.Fingerprint); err != nil {
		return err
	}
	_, err := a.store.step(ctx, &account.Input{Stated: &account.Statement{USD: usd}}, nil, false)
	return err
}

// Mute takes in what a person mutes, in an archive that OpenArchive opened, and
// returns what is muted then.
func (a Archive) Mute(ctx context.Context, m alert.Mute) (alert.Mutes, error) {
	if err := a.store.load(ctx); err != nil {
		return nil, err
	}
	mutes := a.store.state.Mutes.Set(m, a.store.o.Now())
	text, err := json.Marshal(mutes)
	if err != nil {
		return nil, err
	}
	return mutes, a.DB.SetState(ctx, a.Account, history.MutesState, text)
}

// StateBalance does so in the account that is watched, and returns at once.
func (m *Monitor) StateBalance(usd *float64) {
	m.calls.put(func(l *loop) { l.step(account.Input{Stated: &account.Statement{USD: usd}}, nil) })
}

// SpendBetween returns what was spent from each of the ascending bounds to the
// next: one sum less than there are bounds, and nil where history covers that
// span only in part or guesses much of it.
func (m *Monitor) SpendBetween(ctx context.Context, bounds ...time.Time) ([]*float64, error) {
	sums := make([]*float64, len(bounds)-1)
	s := m.subject.Load()
	if s == nil {
		return sums, nil
	}
	first, ok, err := s.began(ctx, s.shown)
	if err != nil || !ok {
		return sums, err
	}
	poll, ok, err := s.db.Poll(ctx, s.shown)
	if err != nil || !ok {
		return sums, err
	}
	plot, err := s.db.BucketsAt(ctx, s.shown, bounds)
	if err != nil {
		return sums, err
	}
	for i, b := range plot.Buckets {
		if b.Known && !b.From.Before(first) && !b.To.After(poll.Success) && !b.Blurred {
			sums[i] = &plot.Buckets[i].SpendUSD
		}
	}
	return sums, nil
}

// spent is what a series spent in a span, as far as it was read; nil where too
// much of that is not known, with the reason.
func (m *Monitor) spent(ctx context.Context, series history.Series, from, to time.Time) (usd *float64, why string, err error) {
	const moment = "Mon 2 Jan, 15:04 UTC"
	s := m.subject.Load()
	poll, ok, err := s.db.Poll(ctx, series)
	if err != nil || !ok || poll.Success.IsZero() {
		return nil, "it was never read", err
	}
	if late := to.Sub(poll.Success); !poll.Success.After(from) || late > 2*m.o.Interval && late.Seconds() > credit.EdgeShare*to.Sub(from).Seconds() {
		return nil, "nothing was read since " + poll.Success.UTC().Format(moment), nil
	}
	first, ok, err := s.began(ctx, series)
	switch {
	case err != nil || !ok:
		return nil, "it was never read", err
	case first.After(from):
		return nil, "history begins " + first.UTC().Format(moment), nil
	}
	plot, err := s.db.BucketsAt(ctx, series, []time.Time{from, to})
	if err != nil {
		return nil, "", err
	}
	switch b := plot.Buckets[0]; {
	case b.Blurred:
		return nil, account.PartSeen(b), nil
	case !b.Known:
		return nil, "its history is damaged", nil
	}
	return &plot.Buckets[0].SpendUSD, "", nil
}
