package monitor

import (
	"context"
	"errors"
	"time"

	"ortop/history"
	"ortop/internal/credit"
)

// Spent is what was spent in a span, as the history has it.
type Spent struct {
	// Subject is whose spend it is: the account's, or the key's where the
	// account's is not known.
	Subject credit.Binding
	USD     float64
	// UnsureUSD is how much of the spend around the two ends of the span may
	// lie on the other side of them: it is 0 where readings were taken there,
	// and the spend of the hour or the day where that was filled in.
	UnsureUSD float64
	// Covered is what the history covers in one piece, up to the last reading.
	Covered credit.Span
}

// ErrNotCovered is a span of which the history does not cover all.
var ErrNotCovered = errors.New("history does not cover it")

// Spent returns what was spent from one moment to another, both inside what
// the history covers; if they are not, the error is ErrNotCovered, and only
// Subject and Covered are set, the latter as far as there is any. It reads
// history, and requests nothing. Once or Run must have opened it.
func (m *Monitor) Spent(ctx context.Context, from, to time.Time) (s Spent, err error) {
	at := m.subject.Load()
	if at == nil {
		return s, ErrNotCovered
	}
	s.Subject = credit.BoundByAccount
	if at.shown != at.account {
		s.Subject = credit.BoundByKey
	}
	first, ok, err := at.began(ctx, at.shown)
	if err != nil {
		return s, err
	}
	if !ok || at.book.Poll.Success.IsZero() {
		return s, ErrNotCovered
	}
	s.Covered = credit.Span{From: first, To: at.book.Poll.Success}
	gaps, err := at.db.Gaps(ctx, at.shown, s.Covered.From, s.Covered.To)
	if err != nil {
		return s, err
	}
	for _, g := range gaps {
		if (g.Cause == history.NotKnown || g.Cause == credit.Damaged) && g.To.After(from) && g.From.Before(to) {
			s.Covered.From = g.To
		}
	}
	from = from.Truncate(time.Second) // as readings are
	if from.Before(s.Covered.From) || to.After(s.Covered.To) {
		return s, ErrNotCovered
	}
	if !from.Before(to) {
		return s, nil
	}
	plot, err := at.db.Buckets(ctx, at.shown, from, to, 1)
	if err != nil {
		return s, err
	}
	s.USD = plot.Buckets[0].SpendUSD
	unread := plot.Backfilled
	for _, g := range plot.Gaps {
		unread = append(unread, g.Span)
	}
	for _, end := range []time.Time{from, to} {
		usd, err := around(ctx, at.db, at.shown, end, unread)
		if err != nil {
			return s, err
		}
		s.UnsureUSD += usd
	}
	return s, nil
}

// around is what was spent between the readings before and after t, where t
// lies in a span in which none was taken.
func around(ctx context.Context, db *history.DB, series history.Series, t time.Time, unread []credit.Span) (float64, error) {
	for _, u := range unread {
		if !u.From.Before(t) || !u.To.After(t) {
			continue
		}
		before, ok, err := db.At(ctx, series, t)
		if err != nil || !ok || before.At.Equal(t.Truncate(time.Second)) {
			return 0, err
		}
		after, err := db.Range(ctx, series, t.Add(time.Second), u.To)
		if err != nil || len(after) == 0 || after[0].Segment != before.Segment {
			return 0, err
		}
		return max(0, after[0].UsageUSD-before.UsageUSD), nil
	}
	return 0, nil
}
