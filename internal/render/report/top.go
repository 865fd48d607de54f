package report

import (
	"cmp"
	"math"

	"ortop/internal/sorted"
	"ortop/internal/spenders"
	"ortop/internal/text"
)

// topRows is how many models and keys a report names.
const topRows = 5

// leastUSD is the least that is worth a row of its own.
const leastUSD = 0.005

// top is who spent most, and what besides adds up to the total.
type top struct {
	rows      []spenders.Row // nil: not known
	others    int            // the rows that are not named but spent something
	othersUSD *float64       // nil: not known apart from what is not attributed
	// unattributedUSD is what is in no row, and restUSD that together with the
	// others; nil is unknown.
	unattributedUSD, restUSD, totalUSD *float64
}

func topOf(b *spenders.Breakdown) top {
	t := top{totalUSD: b.TotalUSD}
	known, others := b.Rows != nil, 0.0
	for _, row := range b.Rows {
		switch {
		case row.SpendUSD == nil:
			known = false
		case len(t.rows) < topRows && *row.SpendUSD > 0:
			t.rows = append(t.rows, row)
		case *row.SpendUSD != 0:
			t.others++
			others += *row.SpendUSD
		}
	}
	if t.rows == nil && known {
		t.rows = []spenders.Row{}
	}
	if t.rows == nil {
		return t
	}
	t.restUSD = b.Besides(t.rows)
	if known && b.UnattributedUSD != nil {
		t.othersUSD, t.unattributedUSD = &others, b.UnattributedUSD
	}
	return t
}

// share is the part of the total that usd is; nil: there is none.
func (t top) share(usd *float64) *float64 {
	if usd == nil || t.totalUSD == nil || *t.totalUSD <= 0 {
		return nil
	}
	s := *usd / *t.totalUSD
	return &s
}

// table names who spent most, and all else: its shares are of the whole.
func (t top) table(title string) table {
	l := table{title: title, head: []string{"name", "spent", "share"}, empty: "nothing was spent"}
	switch {
	case t.rows == nil:
		l.empty = text.Unknown
	case t.totalUSD == nil:
		l.empty = "nothing attributed; what was spent is not known"
	}
	type part struct {
		name string
		usd  *float64
	}
	var parts []part
	for _, row := range t.rows {
		parts = append(parts, part{row.Name, row.SpendUSD})
	}
	worth := func(usd *float64) bool { return usd != nil && math.Abs(*usd) >= leastUSD }
	if t.othersUSD == nil && worth(t.restUSD) {
		parts = append(parts, part{"all others", t.restUSD})
	}
	if worth(t.othersUSD) {
		parts = append(parts, part{text.Many(t.others, "other"), t.othersUSD})
	}
	if worth(t.unattributedUSD) {
		parts = append(parts, part{"not attributed", t.unattributedUSD})
	}
	for _, p := range parts {
		l.shares = append(l.shares, t.share(p.usd))
	}
	for i, s := range wholePercents(l.shares) {
		l.rows = append(l.rows, []string{parts[i].name, text.MaybeUSD(parts[i].usd), s})
	}
	return l
}

// wholePercents writes shares in whole percent, each a neighbour of its own value,
// such that those of a whole add up to 100.
func wholePercents(shares []*float64) []string {
	lines, order := make([]string, len(shares)), []int{}
	floors, sum := make([]float64, len(shares)), 0.0
	left := 0.0
	for i, s := range shares {
		if s == nil {
			lines[i] = text.Unknown
			continue
		}
		floors[i] = math.Floor(*s * 100)
		sum, left = sum+*s*100, left-floors[i]
		order = append(order, i)
	}
	left += math.Round(sum)
	sorted.By(order, func(a, b int) int {
		return cmp.Compare(*shares[b]*100-floors[b], *shares[a]*100-floors[a])
	})
	for n, i := range order {
		if float64(n) < left {
			floors[i]++
		}
		lines[i] = text.Percent(floors[i] / 100)
		if floors[i] == 0 {
			lines[i] = text.Percent(min(*shares[i], 0.0049))
		}
	}
	return lines
}
