package monitor

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"
)

// sum adds the rows up, and puts them in order.
func (b *Breakdown) sum() {
	if b.Rows == nil {
		return
	}
	rows, all := 0.0, true
	for _, r := range b.Rows {
		if r.SpendUSD != nil {
			rows += *r.SpendUSD
		} else {
			all = false
		}
		plus(&b.BYOKUSD, r.BYOKUSD)
	}
	whole := rows
	if b.TotalUSD != nil {
		rest := *b.TotalUSD - rows
		if math.Abs(rest) < slack {
			rest = 0
		}
		if all {
			b.UnattributedUSD = &rest
		}
		whole = max(rows, *b.TotalUSD)
	}
	for i := range b.Rows {
		if r := &b.Rows[i]; r.SpendUSD != nil && whole > 0 {
			share := *r.SpendUSD / whole
			r.Share = &share
		}
	}
	slices.SortStableFunc(b.Rows, func(x, y BreakdownRow) int {
		if c := cmp.Compare(spendOr(y), spendOr(x)); c != 0 {
			return c
		}
		return cmp.Or(strings.Compare(x.Name, y.Name), strings.Compare(x.ID, y.ID))
	})
}

// spendOr is a row's spend, or less than any for one that is unknown.
func spendOr(r BreakdownRow) float64 {
	if r.SpendUSD == nil {
		return math.Inf(-1)
	}
	return *r.SpendUSD
}

// use puts into a row what is known of its use.
func (r *BreakdownRow) use(u usage) {
	r.Requests, r.Tokens, r.BYOKUSD = whole(u.requests), whole(u.tokens), u.byokUSD
	if r.SpendUSD != nil && u.tokens != nil && *u.tokens > 0 {
		per := *r.SpendUSD / *u.tokens * 1e6
		r.USDPerMtok = &per
	}
}

// since puts into a row how its spend changed from what it was before.
func (r *BreakdownRow) since(before *float64) {
	switch {
	case r.SpendUSD == nil || before == nil:
	case *before > slack:
		change := *r.SpendUSD / *before - 1
		r.ChangeRatio = &change
	case *r.SpendUSD > slack:
		r.New = true
	}
}

func whole(v *float64) *int64 {
	if v == nil {
		return nil
	}
	n := int64(math.Round(*v))
	return &n
}

// note adds a line, once.
func (b *Breakdown) note(line string) {
	if !slices.Contains(b.Notes, line) {
		b.Notes = append(b.Notes, line)
	}
}

// seen takes over when what is told was true.
func (b *Breakdown) seen(at time.Time) {
	if at.Before(b.ReadAt) {
		b.ReadAt = at
	}
}
