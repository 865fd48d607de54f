package monitor

import (
	"context"
	"time"

	"ortop/history"
	"ortop/internal/credit"
)

// Archive is where an account's history lies.
type Archive struct {
	DB      *history.DB
	Account history.Series // the account's totals and events
	Shown   history.Series // the one whose spend the surfaces show: the account, or a key that cannot read it
}

// Archive returns where the history lies; ok is false before it was opened.
func (m *Monitor) Archive() (a Archive, ok bool) {
	s := m.subj.Load()
	if s == nil {
		return Archive{}, false
	}
	return Archive{s.db, s.account, s.shown}, true
}

// OpenArchive opens the history in place of Run or Once. Nothing is asked, and
// no key is needed.
func (m *Monitor) OpenArchive(ctx context.Context) (Archive, error) {
	if _, err := openStore(ctx, m); err != nil {
		return Archive{}, err
	}
	a, _ := m.Archive()
	return a, nil
}

// SpendBetween returns what was spent from each of the ascending bounds to the
// next: one sum less than there are bounds, and nil where history covers that
// span only in part or guesses much of it.
func (m *Monitor) SpendBetween(ctx context.Context, bounds ...time.Time) ([]*float64, error) {
	sums := make([]*float64, len(bounds)-1)
	s := m.subj.Load()
	if s == nil {
		return sums, nil
	}
	st := &store{m: m, db: s.db}
	poll, ok, err := s.db.Poll(ctx, s.shown)
	if err != nil || !ok {
		return sums, err
	}
	first, ok, err := st.first(ctx, s.shown, poll.Success)
	if err != nil || !ok {
		return sums, err
	}
	plot, err := s.db.BucketsAt(ctx, s.shown, bounds)
	if err != nil {
		return sums, err
	}
	for i, b := range plot.Buckets {
		if b.Known && !b.From.Before(first.At) && !b.To.After(poll.Success) && !guessed(plot.Gaps, b.From, b.To) {
			sums[i] = &plot.Buckets[i].SpendUSD
		}
	}
	return sums, nil
}

// edgeShare is how much of a span may be guessed because it begins or ends
// inside a gap.
const edgeShare = 0.1

// guessed reports whether too much of a span lies in a gap that reaches out of
// it: what was spent in the gap is known, and when is not.
func guessed(gaps []credit.Gap, from, to time.Time) bool {
	few := edgeShare * to.Sub(from).Seconds()
	for _, g := range gaps {
		if g.From.Before(from) && g.To.Sub(from).Seconds() > few || g.To.After(to) && to.Sub(g.From).Seconds() > few {
			return true
		}
	}
	return false
}
