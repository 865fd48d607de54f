package history

import "math"

// until returns what of list, which ascends, lies before a row. Of a stretch that
// goes on after it, what the rows from there on saw is not of the part before, where
// it tells that too; the rest is as far as it fits into what the row had used.
func (db *DB) until(s Series, id int64, list []stretch, from row) ([]stretch, error) {
	cut := clip(list, math.MinInt64, from.at)
	n := len(cut)
	if n == 0 || list[n-1].to <= from.at {
		return cut, nil
	}
	whole, part := list[n-1], &cut[n-1]
	seen, err := db.rows(s, id, from.at, whole.to, "ASC", -1)
	if err != nil {
		return nil, err
	}
	after, err := db.rows(s, id, whole.to+1, math.MaxInt64, "ASC", 1)
	if err != nil {
		return nil, err
	}
	end := from
	if len(seen) > 0 {
		end = seen[len(seen)-1]
	}
	if len(after) > 0 && end.at < whole.to {
		share := float64(whole.to-end.at) / float64(after[0].at-end.at)
		end = row{whole.to, end.usage + share*(after[0].usage-end.usage)}
	}
	if rise := end.usage - from.usage; rise >= 0 && rise <= whole.usd && end.at > from.at {
		before, later := float64(from.at-whole.from), float64(whole.to-end.at)
		part.usd = (whole.usd - rise) * before / (before + later)
	}
	part.usd = max(0, part.usd-max(0, sumOf(cut)-from.usage))
	return cut, nil
}
