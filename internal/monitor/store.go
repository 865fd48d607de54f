package monitor

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/text"
)

// store is the account's place in the history: its state and its past, which
// are loaded once and then grow with each reading.
type store struct {
	o        *Options
	log      *slog.Logger
	subject  *subjectPointer
	db       *history.DB
	note     string // why the history is in memory only
	damage   string // where that is for damage, the same
	lockPath string // of the file whose lock makes a process the collector; empty: this one is

	series      [account.Subjects]history.Series // 0 where there is none
	fingerprint string                           // of the key whose series they are
	past        history.Past                     // as last loaded
	loaded      bool
	looked      time.Time // when it was loaded, or was still all that is stored
	stored      []byte    // the state as it is stored
	state       account.State
	book        account.Book
	purchases   purchases
}

// openStore opens the account's place in the history and loads its past; where it may
// be brief it does without that, if what is stored of the newest reading is enough.
func openStore(ctx context.Context, m *Monitor, want Freshness) (*store, error) {
	st, err := findStore(ctx, m, m.o.Open)
	if err == nil {
		err = st.loadFor(ctx, want)
	}
	if history.Damaged(err) && m.o.Spare != nil {
		st, err = findStore(ctx, m, func(ctx context.Context) (*history.DB, string, error) { return m.o.Spare(ctx, err) })
		if err == nil {
			st.damage = st.note
			err = st.loadFor(ctx, want)
		}
	}
	return st, err
}

// loadFor loads the state alone where that is enough, and else the past.
func (st *store) loadFor(ctx context.Context, want Freshness) error {
	if !want.Brief {
		return st.load(ctx)
	}
	past, err := st.db.Load(ctx, history.Want{Account: st.of(), Brief: true})
	if err != nil || past.State == nil {
		return errors.Join(err, st.load(ctx))
	}
	st.take(past)
	if !st.state.Brief(past.Poll.Success) || want.Planned && st.state.Outlook.Planned == nil {
		return st.load(ctx)
	}
	st.book.Brief = true
	if f := st.state.Facts; f.Ordinary() {
		err = st.findKey(ctx, f.Fingerprint)
	}
	st.publish()
	return err
}

func findStore(ctx context.Context, m *Monitor, open func(context.Context) (*history.DB, string, error)) (*store, error) {
	st := &store{o: &m.o, log: m.log, subject: &m.subject}
	var err error
	if st.db, st.note, err = open(ctx); err != nil {
		return nil, err
	}
	st.lockPath = history.LockPath(st.db.Path(), m.o.Account, m.o.BaseURL)
	st.series[account.OfAccount], err = st.find(ctx, account.OfAccount)
	return st, err
}

func (st *store) find(ctx context.Context, s account.Subject) (history.Series, error) {
	return st.db.Series(ctx, st.o.Account, st.o.BaseURL, s.Name(st.fingerprint))
}

// of is the account's own series.
func (st *store) of() history.Series { return st.series[account.OfAccount] }

// load brings the state and the book up to what is stored.
func (st *store) load(ctx context.Context) error {
	if err := st.loadPast(ctx); err != nil {
		return err
	}
	if f := st.state.Facts; f.Ordinary() && f.Fingerprint != st.fingerprint {
		return st.useKey(ctx, f.Fingerprint)
	}
	return nil
}

// useKey loads the series of the key with this fingerprint, which may be an
// ordinary one.
func (st *store) useKey(ctx context.Context, fingerprint string) error {
	if fingerprint == st.fingerprint {
		return nil
	}
	if err := st.findKey(ctx, fingerprint); err != nil {
		return err
	}
	return st.loadPast(ctx)
}

// findKey finds the series of the key with this fingerprint.
func (st *store) findKey(ctx context.Context, fingerprint string) error {
	st.fingerprint, st.loaded = fingerprint, false
	for _, s := range []account.Subject{account.OfKey, account.OfCap, account.OfBudget} {
		series, err := st.find(ctx, s)
		if err != nil && !errors.Is(err, history.ErrNoSeries) { // a file that is only read may have none
			return err
		}
		st.series[s] = series
		*st.book.Trail(s) = nil
	}
	return nil
}

// lastPoll is when this account was last polled, by whichever process. Where the past was
// not loaded yet it is not loaded for that: the first screen would wait.
func (st *store) lastPoll(ctx context.Context) (time.Time, error) {
	if st.loaded {
		err := st.load(ctx)
		return st.past.Poll.Attempt, err
	}
	p, _, err := st.db.Poll(ctx, st.of())
	return p.Attempt, err
}

func (st *store) loadPast(ctx context.Context) error {
	now := time.Now()
	if st.loaded && st.db.Unchanged(st.of()) {
		st.looked = now
		return nil
	}
	want := history.Want{
		Account: st.of(), Since: st.o.Now().Add(-account.TrailBack), FromReason: account.AnotherAccount,
		Have: map[history.Series]*credit.Trail{},
	}
	for s := account.OfAccount; s < account.Subjects; s++ {
		if id := st.series[s]; id != 0 {
			want.Series = append(want.Series, id)
			if t := *st.book.Trail(s); t != nil {
				want.Have[id] = t
			}
		}
	}
	past, err := st.db.Load(ctx, want)
	if err != nil {
		if history.Damaged(err) {
			st.book.Damage = oneLine(err)
		}
		return err
	}
	st.loaded, st.looked, st.book.Brief = true, now, false
	for s := account.OfAccount; s < account.Subjects; s++ {
		if t := past.Trails[st.series[s]]; st.series[s] != 0 && !t.Empty() {
			t.Forget(want.Since)
			*st.book.Trail(s) = t
		}
	}
	st.take(past)
	if st.book.Purchases, err = st.purchases.find(ctx, st.db, st.of(), st.book.Account); err != nil {
		return err
	}
	st.publish()
	return nil
}

// take takes in what was loaded, but for the series.
func (st *store) take(past history.Past) {
	st.past = past
	switch {
	case past.State != nil && !bytes.Equal(past.State, st.stored):
		st.stored, st.state = past.State, account.DecodeState(past.State)
	case past.State == nil && st.stored == nil && len(past.Old) > 0:
		st.state = account.DecodeOldState(past.Old)
	}
	if past.Mutes != nil {
		st.state.Mutes = account.DecodeMutes(past.Mutes)
	}
	st.book.Open, st.book.Ended = past.Open, past.Ended
	st.book.Acknowledged = nil
	for _, e := range past.Acknowledged {
		st.book.Acknowledged = append(st.book.Acknowledged, eventOf(e))
	}
	st.takePoll(past.Poll)
	if st.book.StorageNote = st.note; st.note == "" {
		st.book.StorageNote = st.db.Note()
	}
	st.book.Damage = cmp.Or(st.damage, st.db.Damage())
}

func (st *store) takePoll(p history.Poll) {
	st.book.Poll = account.Poll{Success: p.Success, Due: p.Due}
	if p.UsageUSD != nil && p.CreditsUSD != nil {
		st.book.Poll.Totals = &credit.Balance{CreditsUSD: *p.CreditsUSD, UsageUSD: *p.UsageUSD}
	}
	if p.FaultKind != "" {
		st.book.Poll.Fault = &account.Fault{Kind: p.FaultKind, Message: text.Clean(p.Fault, maxFault)}
	}
}

// publish lets the questions of other goroutines see what is known now.
func (st *store) publish() {
	f := st.state.Facts
	s := &subject{
		db: st.db, account: st.of(), shown: st.of(), facts: &f, book: st.book.Copy(), plans: new(plans), starts: new(sync.Map),
	}
	if f.Ordinary() {
		s.keySeries = st.series[account.OfKey]
	}
	if f.Source == account.FromKey && s.keySeries != 0 {
		s.shown = s.keySeries
	}
	st.subject.Store(s)
}

// judge decides what of a reading is believed, against what is stored by now, or was when
// it was requested where that is not long ago: a step finds out what another process
// stored meanwhile.
func (st *store) judge(ctx context.Context, r account.Reading) account.Verdict {
	var err error
	if !st.loaded || time.Since(st.looked) >= tickEvery {
		err = st.load(ctx)
	}
	if err == nil && r.Key != nil && r.Key.Kind == credit.KeyOrdinary {
		err = st.useKey(ctx, r.Fingerprint)
	}
	if err != nil { // what is held in memory has to do
		st.log.Warn("reading history", "error", oneLine(err))
	}
	return account.Judge(&st.state.Facts, r, &st.book)
}

//go:noinline
func (st *store) rules(collects bool) account.Rules {
	r := account.Rules{
		Account: st.o.Account, Host: st.o.Host, Demo: st.o.Demo, Note: st.o.Note, Interval: st.o.Interval, Collects: collects, Alerts: st.o.Rules,
	}
	if st.o.Follow && st.past.Poll.Interval > 0 {
		r.Interval = st.past.Poll.Interval
	}
	if st.o.Alerts != nil {
		r.Sends, r.Channels = true, st.o.Alerts.Channels
	}
	return r
}

// view is the snapshot of what is stored.
func (st *store) view(quick bool) account.Snapshot {
	return account.View(&st.state, &st.book, st.rules(false), st.o.Now(), quick)
}

// changed reports whether another process, or another account's monitor, stored
// something that this account's snapshot shows, and takes it in.
func (st *store) changed(ctx context.Context) (bool, error) {
	if changed, err := st.db.Touched(ctx, st.of()); err != nil || !changed {
		return false, err
	}
	poll, state, seen := st.past.Poll, st.stored, len(st.book.Acknowledged)
	if err := st.load(ctx); err != nil {
		return false, err
	}
	same := samePoll(st.past.Poll, poll) && bytes.Equal(st.stored, state) && len(st.book.Acknowledged) == seen
	return !same, nil
}

// samePoll reports whether nothing was polled between two.
func samePoll(a, b history.Poll) bool {
	return a.Attempt.Equal(b.Attempt) && a.Success.Equal(b.Success) && a.Due.Equal(b.Due) && a.FaultKind == b.FaultKind && a.Fault == b.Fault
}

// reset forgets what is held in memory, so that all of it is loaded anew.
//
//go:noinline
func (st *store) reset() {
	st.loaded, st.stored, st.purchases = false, nil, purchases{}
	st.book.Account, st.book.Key, st.book.Cap, st.book.Budget = nil, nil, nil, nil
}

func eventOf(h history.Event) account.Event {
	e := account.Event{
		ID: h.ID, At: h.At, Kind: account.EventKind(h.Kind), Level: alert.Level(text.Clean(h.Level, maxName)), Text: text.Clean(h.Text, maxEvent), Acknowledged: h.Acknowledged,
	}
	e.SetData(h.Data)
	return e
}
