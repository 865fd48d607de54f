package sim

import (
	"cmp"
	"slices"
	"time"

	"ortop/internal/credit"
	"ortop/internal/sorted"
)

// group is one row of the answer.
type group struct {
	bucket int64 // Unix nanoseconds of its start
	places [2]int32
	sums
}

// analyticsFilters returns a predicate that all filters hold. A value that is
// not in the account matches nothing, and is warned of.
func (a *Account) analyticsFilters(filters []analyticsFilter) (match func(*request) bool, warnings []string, problem string) {
	var tests []func(*request) bool
	for _, f := range filters {
		i := slices.IndexFunc(dimensions, func(d dimension) bool { return d.name == f.Field })
		if i < 0 {
			return nil, nil, "Unknown filter field: " + f.Field
		}
		d, values := dimensions[i], []any{f.Value}
		if list, isList := f.Value.([]any); isList {
			values = list
		}
		if !slices.Contains(operators, f.Operator) {
			return nil, nil, "Unknown operator: " + f.Operator
		}
		chosen := make([]bool, d.size(a))
		for _, v := range values {
			found := false
			for p := range chosen {
				if d.id(a, int32(p)) == v {
					chosen[p], found = true, true
				}
			}
			if !found {
				warnings = append(warnings, "Could not resolve "+f.Field+" filter value")
			}
		}
		wanted := f.Operator == "eq" || f.Operator == "in"
		tests = append(tests, func(r *request) bool { return chosen[d.place(a, r)] == wanted })
	}
	return func(r *request) bool {
		for _, test := range tests {
			if !test(r) {
				return false
			}
		}
		return true
	}, warnings, ""
}

// groups sums the requests that the plan is about.
func (a *Account) groups(p *analyticsPlan) []group {
	type cell struct {
		bucket int64
		places [2]int32
	}
	index := map[cell]int{}
	var groups []group
	var c cell
	var end int64
	requests := a.between(unix(p.from), unix(p.to))
	for i := range requests {
		r := &requests[i]
		if r.key == noKey || !p.match(r) {
			continue
		}
		if p.granularity != "" && r.at >= end {
			c.bucket, end = bucket(p.granularity, fromUnix(r.at))
		}
		for j, d := range p.dimensions {
			c.places[j] = d.place(a, r)
		}
		at, known := index[c]
		if !known {
			at = len(groups)
			index[c] = at
			groups = append(groups, group{bucket: c.bucket, places: c.places})
		}
		groups[at].add(r, &a.catalog.models[r.model])
	}
	return groups
}

// bucket returns the start of the bucket around t, and its end. These weeks
// start on Sundays, unlike those of /key.
func bucket(granularity string, t time.Time) (from, to int64) {
	var start, end time.Time
	switch granularity {
	case "minute":
		start = t.Truncate(time.Minute)
		end = start.Add(time.Minute)
	case "hour":
		start = t.Truncate(time.Hour)
		end = start.Add(time.Hour)
	case "day":
		start = credit.DayStart(t)
		end = start.AddDate(0, 0, 1)
	case "week":
		start = credit.DayStart(t).AddDate(0, 0, -int(t.Weekday()))
		end = start.AddDate(0, 0, 7)
	default:
		start = credit.MonthStart(t)
		end = start.AddDate(0, 1, 0)
	}
	return unix(start), unix(end)
}

// sortGroups puts rows into the requested order, else oldest first, and within
// a bucket by cost.
func (a *Account) sortGroups(p analyticsPlan, groups []group) {
	natural := func(x, y *group) int {
		return cmp.Or(cmp.Compare(x.bucket, y.bucket), cmp.Compare(y.cost, x.cost), slices.Compare(x.places[:], y.places[:]))
	}
	by := func(*group, *group) int { return 0 }
	for _, m := range p.metrics {
		if m.name == p.order {
			by = func(x, y *group) int { return cmp.Compare(m.rank(&x.sums), m.rank(&y.sums)) }
		}
	}
	for i, d := range p.dimensions {
		if d.name == p.order {
			by = func(x, y *group) int { return cmp.Compare(d.show(a, x.places[i]), d.show(a, y.places[i])) }
		}
	}
	if p.order == p.column() {
		by = func(x, y *group) int { return cmp.Compare(x.bucket, y.bucket) }
	}
	sorted.Rows(groups, func(x, y *group) int {
		c := by(x, y)
		if p.descending {
			c = -c
		}
		return cmp.Or(c, natural(x, y))
	})
}
