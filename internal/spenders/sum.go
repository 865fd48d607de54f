package spenders

import (
	"cmp"
	"math"
	"ortop/internal/sorted"
	"slices"
	"strings"
	"time"
)

// sum adds the rows up, and puts them in order. Rows that stand alone
// have no share where the account's spend is not known.
func (b *Breakdown) sum(alone bool) {
	if b.Rows == nil {
		return
	}
	rows, paid, all := 0.0, 0.0, true
	for _, r := range b.Rows {
		if r.SpendUSD != nil {
			rows += *r.SpendUSD
			paid += max(0, *r.SpendUSD) // discounts alone can be below 0
		} else {
			all = false
		}
		plus(&b.BYOKUSD, r.BYOKUSD)
	}
	whole := paid
	if alone && b.TotalUSD == nil {
		whole = 0
	}
	if b.TotalUSD != nil {
		rest := *b.TotalUSD - rows
		if math.Abs(rest) < slack {
			rest = 0
		}
		if all {
			b.UnattributedUSD = &rest
		}
		whole = max(paid, *b.TotalUSD)
	}
	shares := make([]float64, len(b.Rows))
	for i := range b.Rows {
		if r := &b.Rows[i]; r.SpendUSD != nil && whole > 0 {
			r.Share, shares[i] = &shares[i], *r.SpendUSD/whole
		}
	}
	sorted.Rows(b.Rows, func(x, y *Row) int {
		if c := cmp.Compare(spendOr(y), spendOr(x)); c != 0 {
			return c
		}
		return cmp.Or(strings.Compare(x.Name, y.Name), strings.Compare(x.ID, y.ID))
	})
}

// spendOr is a row's spend, or less than any for one that is unknown.
func spendOr(r *Row) float64 {
	if r.SpendUSD == nil {
		return math.Inf(-1)
	}
	return *r.SpendUSD
}

// Together adds rows up as one of a name: their spend, shares and BYOK, each as
// far as it is known; nil where it is known of none. Its trend is known where
// that of each row is.
func Together(name string, rows []Row) Row {
	sum := Row{Name: name, Trend: together(rows)}
	for i := range rows {
		sum.Add(&rows[i])
	}
	return sum
}

// Add adds what another row spent, its share and its BYOK, each as far as it is known.
func (r *Row) Add(other *Row) {
	plus(&r.SpendUSD, other.SpendUSD)
	plus(&r.Share, other.Share)
	plus(&r.BYOKUSD, other.BYOKUSD)
}

// Top keeps the n rows that spent most, and adds the rest up.
func (b Breakdown) Top(n int) Breakdown {
	if n >= len(b.Rows) {
		return b
	}
	others := Together("", b.Rows[n:])
	b.Others, b.OthersCount, b.Rows = &others, len(b.Rows)-n, b.Rows[:n]
	return b
}

// Only keeps these rows, as if they were all that spent.
func (b Breakdown) Only(rows []Row) Breakdown {
	sum := Together("", rows)
	b.Rows, b.TotalUSD, b.BYOKUSD, b.UnattributedUSD, b.Selected = rows, sum.SpendUSD, sum.BYOKUSD, nil, true
	return b
}

func together(rows []Row) (sum []float64) {
	for i := range rows { // which are large
		r := &rows[i]
		switch {
		case r.Trend == nil:
			return nil
		case i == 0:
			sum = slices.Clone(r.Trend)
			continue
		case len(r.Trend) != len(sum):
			return nil
		}
		for k, v := range r.Trend {
			sum[k] += v
		}
	}
	return sum
}

// ShareOf is which part of the whole a sum is; nil is unknown.
func (b Breakdown) ShareOf(usd *float64) *float64 {
	if usd == nil || b.TotalUSD == nil || *b.TotalUSD <= 0 {
		return nil
	}
	share := *usd / *b.TotalUSD
	return &share
}

// Besides is what was spent besides some rows; nil is unknown.
func (b Breakdown) Besides(rows []Row) *float64 {
	if b.TotalUSD == nil {
		return nil
	}
	rest := *b.TotalUSD
	for _, r := range rows {
		if r.SpendUSD == nil {
			return nil
		}
		rest -= *r.SpendUSD
	}
	return &rest
}

// use puts into a row what is known of its use.
func (r *Row) use(u usage) {
	r.Requests, r.Tokens, r.BYOKUSD = counted(u.requests), counted(u.tokens), u.byokUSD
	if r.SpendUSD != nil && *r.SpendUSD >= 0 && u.tokens != nil && *u.tokens > 0 {
		per := *r.SpendUSD / *u.tokens * 1e6
		r.USDPerMtok = &per
	}
}

// Change is how far spent is above (0.61) or below (-0.2) what it was before,
// which is above 0, without the noise of sums in floating point.
//
//go:noinline
func Change(spent, before float64) *float64 {
	ratio := spent/before - 1
	if math.Abs(ratio) < slack {
		ratio = 0
	}
	return &ratio
}

// since puts into a row how its spend changed from what it was before.
//
//go:noinline
func (r *Row) since(before *float64) {
	switch {
	case r.SpendUSD == nil || before == nil:
	case *before > slack:
		r.ChangeRatio = Change(*r.SpendUSD, *before)
	case *r.SpendUSD > slack:
		r.New = true
	}
}

// maxCount is up to which a float64 counts one by one.
const maxCount = 1 << 53

// counted is a count as a whole number; nil where it cannot be one.
func counted(v *float64) *int64 {
	if v == nil || *v < 0 || *v > maxCount {
		return nil
	}
	n := int64(math.Round(*v))
	return &n
}

// note adds a line, once.
//
//go:noinline
func (b *Breakdown) note(line string) {
	if !slices.Contains(b.Notes, line) {
		b.Notes = append(b.Notes, line)
	}
}

// seen takes in when a part of the numbers was true.
func (b *Breakdown) seen(at time.Time) {
	if at.Before(b.ReadAt) {
		b.ReadAt = at
	}
}
