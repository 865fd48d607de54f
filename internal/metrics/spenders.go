package metrics

import (
	"cmp"
	"math"
	"ortop/internal/sorted"
	"time"
)

// Bounds of what is told of those who spend: hundreds of accounts with hundreds of keys
// would be more series than a server of metrics should be given.
const (
	top      = 50   // rows of an account that are told one by one
	topOfAll = 2000 // and of all accounts together
	idLength = 12   // characters of a key's hash
)

// spenders are the top rows of each account, and the sum of all others.
func spenders(name, help string, accounts []Account, now time.Time, rows func(*Account) []Row, named func(Row) []Label) Family {
	f := Family{Name: name, Kind: Gauge, Help: help}
	top := min(top, max(1, topOfAll/max(1, len(accounts))))
	for i := range accounts {
		a := &accounts[i]
		if a.Snapshot.Old(now) {
			continue
		}
		all := sorted.Without(rows(a), func(r *Row) bool { return math.IsNaN(r.SpendUSD) })
		sorted.Rows(all, func(x, y *Row) int {
			return cmp.Or(cmp.Compare(y.SpendUSD, x.SpendUSD), cmp.Compare(x.ID, y.ID))
		})
		if len(all) > top {
			other := Row{ID: "other", Name: "other"}
			for _, r := range all[top:] {
				other.SpendUSD += r.SpendUSD
			}
			all = append(all[:top], other)
		}
		for _, r := range all {
			f.add(r.SpendUSD, append([]Label{{"account", a.Snapshot.Account}, {"window", "24h"}}, named(r)...)...)
		}
	}
	return f
}
