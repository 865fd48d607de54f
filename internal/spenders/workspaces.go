package spenders

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"ortop/history"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/sorted"
)

// maxRunways is for how many budgets, those nearest to their end, it is
// forecast when they are spent: each takes a question of its own.
const maxRunways = 12

// runwayBack is how far back the spend lies that such a forecast looks at.
const runwayBack = 28 * 24 * time.Hour

// byWorkspace adds a row for each workspace, those that spent nothing too,
// with the budget that is nearest to its end.
func (s *Service) byWorkspace(ctx context.Context, sub *Subject, b *Breakdown, named map[string]bool, add func(id, name string) *Row) {
	r, err := s.freshKeys(ctx, sub, time.Time{})
	switch now := s.o.Now(); {
	case err == nil || !due(r.WorkspacesAt, now): // what failed are the keys
	case len(r.Workspaces) == 0:
		b.note("budgets, and workspaces that spent nothing, are not known: " + oneLine(err))
	default:
		b.note("the workspaces may be others by now: " + oneLine(err))
	}
	if r.MoreWorkspaces {
		b.Partial = true
		b.note(fmt.Sprintf("there may be more workspaces than these %d: the list did not come whole", len(r.Workspaces)))
	}
	if r.DefaultOnly {
		b.note("budgets are not known: the workspaces cannot be listed")
	}
	names := map[string]int{}
	for _, w := range r.Workspaces {
		names[w.Name]++
	}
	now := s.o.Now().Truncate(time.Second)
	first := len(b.Rows)
	for _, w := range r.Workspaces {
		row := add(w.ID, w.Name)
		row.CreatedAt = w.CreatedAt
		named[w.Name] = true
		if names[w.Name] > 1 {
			*row = Row{ID: w.ID, Name: w.Name, CreatedAt: w.CreatedAt}
			b.note("workspaces that share a name cannot be told apart by the analytics: their spend is not known")
			continue
		}
		for _, x := range w.Budgets {
			left, known := s.budgetLeft(ctx, w, x, now)
			if row.Cap.LimitUSD != nil && (!known || row.Cap.RemainingUSD != nil && *row.Cap.RemainingUSD <= left) {
				continue
			}
			limit := x.LimitUSD
			row.Cap = credit.Cap{LimitUSD: &limit, Reset: x.Reset, IncludesBYOK: x.IncludesBYOK}
			if known {
				row.Cap.RemainingUSD = &left
			}
			row.ResetsAt, _ = x.Reset.Next(now)
		}
	}
	for _, row := range nearest(b.Rows[first:], maxRunways) {
		row.Runway, row.SpentChance = s.runway(ctx, row.ID, row.Cap, row.ResetsAt, now)
	}
}

// nearest returns the n rows of which the largest share of the budget is used,
// as far as that is known.
func nearest(rows []Row, n int) []*Row {
	var known []*Row
	for i := range rows {
		if rows[i].Cap.RemainingUSD != nil {
			known = append(known, &rows[i])
		}
	}
	used := func(r *Row) float64 {
		if ratio, ok := r.Cap.UsedRatio(); ok {
			return ratio
		}
		return math.Inf(1) // a budget of nothing
	}
	sorted.By(known, func(x, y *Row) int { return cmp.Compare(used(y), used(x)) })
	return known[:min(n, len(known))]
}

// budgetLeft is what is left of a budget in its current window.
func (s *Service) budgetLeft(ctx context.Context, w Workspace, x Budget, now time.Time) (usd float64, known bool) {
	var from time.Time
	switch x.Reset {
	case credit.ResetDaily:
		from = credit.DayStart(now)
	case credit.ResetWeekly:
		from = credit.WeekStart(now)
	case credit.ResetMonthly:
		from = credit.MonthStart(now)
	case credit.ResetNever:
		from = w.CreatedAt.Truncate(time.Second)
	}
	if now.Sub(from) > daysBack {
		return 0, false // not known, of another kind, or older than the analytics
	}
	if !from.Before(now) {
		return x.LimitUSD, true
	}
	used, err := s.analyze(ctx, ByWorkspace, from, now)
	if err != nil {
		return 0, false
	}
	u := used.of(w.Name)
	if u.usd == nil || x.IncludesBYOK && u.byokUSD == nil {
		return 0, false
	}
	usd = x.LimitUSD - *u.usd
	if x.IncludesBYOK {
		usd -= *u.byokUSD
	}
	return usd, true
}

// runway forecasts when what is left of a workspace's budget is spent, which
// is known. Where it lasts until its reset the forecast says so, and has
// no state. chance is how likely it is spent before; nil: not known, or it never resets.
func (s *Service) runway(ctx context.Context, id string, budget credit.Cap, resets, now time.Time) (f *forecast.Forecast, chance *float64) {
	metrics := []string{creditsUsage}
	if budget.IncludesBYOK {
		metrics = append(metrics, byokUsage)
	}
	spends, err := s.useOf(ctx, ByWorkspace, id, "hour", now.Add(-runwayBack).Truncate(time.Hour), now, metrics...)
	if err != nil && !errors.Is(err, errNoUse) {
		return &forecast.Forecast{State: forecast.Unknown, At: now}, nil
	}
	return spentBefore(spendModel(spends, now).Forecast(budget.RemainingUSD), resets, now)
}

// spendModel is what forecasts from spend that is known by spans.
func spendModel(spends []history.Spend, now time.Time) *forecast.Model {
	if len(spends) == 0 {
		return forecast.New(now, nil, forecast.Options{})
	}
	first := spends[0].From
	samples := []credit.Sample{{At: first, Segment: first.Unix()}}
	sum := 0.0
	for _, spend := range spends {
		sum += spend.USD
		samples = append(samples, credit.Sample{At: spend.To, UsageUSD: sum, Segment: first.Unix()})
	}
	// Within its span spend is even, as over a gap.
	return forecast.New(now, samples, forecast.Options{Gaps: []credit.Span{{From: first, To: spends[len(spends)-1].To}}})
}

// BudgetLeft is what is left of a budget in its current window.
type BudgetLeft struct {
	USD      *float64  // nil is unknown
	ResetsAt time.Time // zero: never, or not known
}

// Budgets returns what is left of each budget of the workspaces, in their
// order. What was spent since a UTC window began is one question for all of
// them; what was spent since a workspace was made, one for each.
func (s *Service) Budgets(ctx context.Context, workspaces []Workspace, now time.Time) (all []BudgetLeft) {
	names := map[string]int{}
	for _, w := range workspaces {
		names[w.Name]++
	}
	forever := 0
	for _, w := range workspaces {
		for _, x := range w.Budgets {
			var b BudgetLeft
			if x.Reset == credit.ResetNever {
				forever++
			}
			// Those that share a name cannot be told apart, and too many questions
			// are too many.
			if names[w.Name] == 1 && forever <= maxRunways {
				if left, known := s.budgetLeft(ctx, w, x, now); known {
					b.USD = &left
					b.ResetsAt, _ = x.Reset.Next(now)
				}
			}
			all = append(all, b)
		}
	}
	return all
}
