package monitor

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"ortop/history"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/text"
)

// By is what spend is broken down by.
type By string

// The ways to break spend down.
const (
	ByKey       By = "key"
	ByModel     By = "model"
	ByProvider  By = "provider"
	ByWorkspace By = "workspace"
	ByMember    By = "member"
)

// Bys are all ways to break spend down, in the order in which to offer them.
var Bys = []By{ByKey, ByModel, ByProvider, ByWorkspace, ByMember}

// BreakdownQuery says which spend is broken down, and by what.
type BreakdownQuery struct {
	By       By
	From, To time.Time
}

// Breakdown says who spent what.
type Breakdown struct {
	By By
	// From and To are the span that is told of. It may differ from what was
	// asked for: it ends where the keys were last read, a cached answer is up to
	// five minutes older, and where only whole days are known it is those.
	From, To time.Time
	// Rows are by spend, largest first, and unknown spend last. They are nil
	// where nobody could tell; Notes then say why.
	Rows []BreakdownRow
	// TotalUSD is what the account spent; nil where history does not cover
	// the span.
	TotalUSD *float64
	// UnattributedUSD is the part of TotalUSD that is in no row: deleted keys,
	// the web chat, or what is still on its way. It is below 0 where rows
	// have more than the total, and nil where that or any row is not known.
	UnattributedUSD *float64
	// BYOKUSD was paid to providers directly by what is in Rows, and is in no
	// other sum; nil is unknown.
	BYOKUSD *float64
	// ReadAt is when the oldest of these numbers was true.
	ReadAt time.Time
	// Partial reports that rows are missing, so that their sums are too low.
	Partial bool
	// Notes are lines for a person: what could not be had, and why.
	Notes []string
}

// BreakdownRow is what one of those who spend did. A pointer is nil where the
// value is not known.
type BreakdownRow struct {
	// ID tells the row from others: a key's hash, a model's slug, the ID of a
	// workspace or member, and else the name. Name is for people.
	ID, Name string
	SpendUSD *float64
	// Share is the row's part of all that was spent, 0 to 1.
	Share    *float64
	Requests *int64
	Tokens   *int64
	// USDPerMtok is spend per million tokens of all kinds.
	USDPerMtok *float64
	// ChangeRatio is how far spend is above (0.61) or below (-0.2) that of the
	// same span before. New reports that there was none before.
	ChangeRatio *float64
	New         bool
	// BYOKUSD was paid to a provider directly, and is not in SpendUSD.
	BYOKUSD *float64
	// Cap is the key's cap, or the workspace's budget that is nearest to its
	// end; Cap.LimitUSD is nil where there is none. ResetsAt is when it starts
	// anew; zero: never.
	Cap      credit.Cap
	ResetsAt time.Time
	// SpendableUSD is what the key may still spend, and Binding names what
	// bounds it: its cap, or the account's balance.
	SpendableUSD *float64
	Binding      credit.Binding
	// Runway is when a workspace's budget is spent, if it goes on as before.
	Runway forecast.Forecast
	// Label is a key's masked form, Workspace the name of where it belongs.
	Label, Workspace string
	Disabled         bool
	// CreatedAt and LastUsed are zero where they are not known. LastUsed is
	// what was seen by this history alone.
	CreatedAt, LastUsed time.Time
}

// Errors of a question that has no answer.
var (
	errWhat   = errors.New("breaking spend down: by key, model, provider, workspace or member, over a span that has begun")
	errUnread = errors.New("breaking spend down: nothing was read yet")
)

// noteOrdinary is said once to a key that may not see the account.
const noteOrdinary = "this key sees itself alone: a management key shows every key, model, provider, workspace and member"

const noteTruncated = "the analytics left rows out: what is told of is not all"

// Breakdown says who spent what. It may wait for the network: what is asked is
// kept for five minutes.
//
// The error is a client's where the keys cannot be listed, which ByKey cannot
// do without; the breakdown then holds what was known before, if anything was.
// What else cannot be had is a note.
func (m *Monitor) Breakdown(ctx context.Context, q BreakdownQuery) (Breakdown, error) {
	now := m.o.Now()
	q.From, q.To = q.From.Truncate(time.Second), q.To.Truncate(time.Second)
	if q.To.After(now) {
		q.To = now.Truncate(time.Second)
	}
	b := Breakdown{By: q.By, From: q.From, To: q.To, ReadAt: now}
	if !slices.Contains(Bys, q.By) || !q.From.Before(q.To) {
		return b, errWhat
	}
	s := m.subj.Load()
	if s == nil || s.asker == nil {
		return b, errUnread
	}
	var err error
	ordinary := s.asker.Kind == credit.KeyOrdinary
	switch {
	case ordinary:
		b.Notes = append(b.Notes, noteOrdinary)
		if q.By == ByKey {
			err = m.ownRow(ctx, s, &b)
		}
	case q.By == ByKey:
		err = m.byKey(ctx, s, &b)
	default:
		err = m.byUse(ctx, s, &b)
	}
	if b.TotalUSD == nil && b.From.Before(b.To) {
		var totalErr error
		b.TotalUSD, totalErr = m.spent(ctx, s, s.account, b.From, b.To)
		err = cmp.Or(err, totalErr)
	}
	b.sum(ordinary)
	return b, err
}

// spent is what a series spent in a span, as far as it was read; nil where too
// much of that is not known.
func (m *Monitor) spent(ctx context.Context, s *subject, series history.Series, from, to time.Time) (*float64, error) {
	st := &store{m: m, db: s.db}
	poll, ok, err := s.db.Poll(ctx, series)
	if err != nil || !ok || poll.Success.IsZero() {
		return nil, err
	}
	if late := to.Sub(poll.Success); late > 2*m.o.Interval && late.Seconds() > edgeShare*to.Sub(from).Seconds() {
		return nil, nil
	}
	first, ok, err := st.first(ctx, series, to)
	if err != nil || !ok {
		return nil, err
	}
	p := past{at: to, since: first.At}
	if p.plot, err = s.db.BucketsAt(ctx, series, []time.Time{from, to}); err != nil {
		return nil, err
	}
	return p.over(from), nil
}

// ownRow is all that an ordinary key may know: what it spent itself.
func (m *Monitor) ownRow(ctx context.Context, s *subject, b *Breakdown) error {
	k := s.asker
	r := BreakdownRow{ID: k.Label, Name: k.Label, Label: k.Label, Cap: k.Cap}
	r.ResetsAt, _ = k.Cap.Reset.Next(b.To)
	var before *float64
	var err error
	if s.key != 0 {
		if r.SpendUSD, err = m.spent(ctx, s, s.key, b.From, b.To); err != nil {
			return err
		}
		if before, err = m.spent(ctx, s, s.key, b.From.Add(-b.To.Sub(b.From)), b.From); err != nil {
			return err
		}
	}
	if r.SpendUSD == nil && b.From.Equal(credit.DayStart(b.To)) {
		r.SpendUSD = k.Usage.DailyUSD
	}
	r.since(before)
	if b.From.Equal(credit.DayStart(b.To)) {
		r.BYOKUSD = k.BYOK.DailyUSD
	}
	b.noteBYOK(k)
	balance, err := m.balance(ctx, s)
	r.SpendableUSD, r.Binding = credit.Spendable(balance, k)
	b.Rows = []BreakdownRow{r}
	return err
}

// noteBYOK says what an ordinary key had paid to providers directly, if
// anything: it is known by the day, week and month alone.
func (b *Breakdown) noteBYOK(k *credit.Key) {
	var sums []string
	for _, w := range []struct {
		usd  *float64
		span string
	}{{k.BYOK.DailyUSD, "today"}, {k.BYOK.WeeklyUSD, "this week"}, {k.BYOK.MonthlyUSD, "this month"}, {k.BYOK.TotalUSD, "ever"}} {
		if w.usd != nil && *w.usd > 0 {
			sums = append(sums, text.USD(*w.usd)+" "+w.span)
		}
	}
	if len(sums) == 0 {
		return
	}
	line := "BYOK, not in spend: " + strings.Join(sums, ", ") + " (UTC)"
	if k.Cap.LimitUSD != nil && k.Cap.IncludesBYOK {
		line += "; it counts against the cap"
	}
	b.note(line)
}

// balance is the account's, as it was last read; nil is unknown.
func (m *Monitor) balance(ctx context.Context, s *subject) (*credit.Balance, error) {
	newest, ok, err := s.db.At(ctx, s.account, endOfTime)
	if err != nil || !ok {
		return nil, err
	}
	return newest.Balance(), nil
}

// byUse breaks spend down by what the analytics know it by.
func (m *Monitor) byUse(ctx context.Context, s *subject, b *Breakdown) error {
	used, err := m.attribute(ctx, b.By, b.From, b.To)
	if err != nil {
		b.note("what was spent by " + string(b.By) + " is not known: " + oneLine(err))
		return nil
	}
	b.From, b.To, b.Partial = used.from, used.to, used.truncated
	b.seen(used.at)
	if used.days {
		b.note("in whole UTC days, without today: the analytics do not answer")
	}
	if used.truncated {
		b.note(noteTruncated)
	}
	before, err := m.attribute(ctx, b.By, b.From.Add(-b.To.Sub(b.From)), b.From)
	if err != nil || before.days != used.days {
		before = nil
	}
	b.Rows = []BreakdownRow{}
	add := func(id, name string) *BreakdownRow {
		u := used.of(name)
		r := BreakdownRow{ID: id, Name: name, SpendUSD: u.usd}
		r.use(u)
		if before != nil {
			r.since(before.of(name).usd)
		}
		b.Rows = append(b.Rows, r)
		return &b.Rows[len(b.Rows)-1]
	}
	named := map[string]bool{}
	switch b.By {
	case ByWorkspace:
		m.byWorkspace(ctx, s, b, named, add)
	case ByMember:
		for name, id := range m.memberNames(ctx) {
			switch {
			case used.by[name] == nil:
			case id == "":
				b.note("members that share a name share a row: the analytics cannot tell them apart")
			default:
				named[name] = true
				add(id, name)
			}
		}
	}
	for name := range used.by {
		if !named[name] {
			add(name, name)
		}
	}
	return nil
}
