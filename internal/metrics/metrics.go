// Package metrics has what is known of the accounts as metrics: values in base units
// under the names ortop_…. It serves them to Prometheus in the text format 0.0.4.
//
// What is not known, or is older than a working collector would leave it, is
// absent; it is never 0.
package metrics

import (
	"maps"
	"slices"
	"time"

	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/forecast"
)

// Account is what is known of one account when it is asked for.
type Account struct {
	Snapshot account.Snapshot
	// Failures is how many polls failed, by Fault.Kind; nil where nobody counts.
	Failures map[credit.FaultKind]int
	// Unsent is how many entries wait to be sent to the team's history; nil: it is not
	// shared.
	Unsent *int
	// Keys and Models say what each spent in the last 24 h; empty is unknown.
	Keys, Models []Row
}

// Row is what one key or model spent.
type Row struct {
	ID       string // a key's hash or a model's slug
	Name     string // for people
	SpendUSD float64
}

// Families returns the metrics of accounts, each of which has another name, at now:
// those that have a value.
func Families(accounts []Account, now time.Time) (list []Family) {
	var all []Family
	for _, m := range values {
		f := Family{Name: m.name, Kind: m.kind, Help: m.help}
		for i := range accounts {
			if s := &accounts[i].Snapshot; m.always || !s.Old(now) {
				if v := m.of(s, now); v != nil {
					f.add(*v, Label{"account", s.Account})
				}
			}
		}
		all = append(all, f)
	}
	all = append(all, budgets(accounts, now)...)
	all = append(all, firing(accounts, now), failures(accounts), unsent(accounts), depletion(accounts, now),
		spenders("ortop_key_spend_usd", "What was spent with the key in the window.", accounts, now,
			func(a *Account) []Row { return a.Keys },
			func(r Row) []Label { return []Label{{"key", r.Name}, {"id", cut(r.ID, idLength)}} }),
		spenders("ortop_model_spend_usd", "What was spent on the model in the window.", accounts, now,
			func(a *Account) []Row { return a.Models },
			func(r Row) []Label { return []Label{{"model", r.ID}} }))
	for _, f := range all {
		if len(f.Points) > 0 {
			list = append(list, f)
		}
	}
	return list
}

// values are the metrics that an account has one of. Only those that are
// always true are told of a snapshot that is old.
var values = []struct {
	name   string
	kind   Kind
	help   string
	always bool
	of     func(*account.Snapshot, time.Time) *float64
}{
	{"ortop_up", Gauge, "Whether the account was read at the last try, and lately.", true, up},
	{"ortop_last_success_timestamp_seconds", Gauge, "When the account was last read.", true,
		func(s *account.Snapshot, _ time.Time) *float64 { return seconds(s.At) }},
	{"ortop_key_expiry_timestamp_seconds", Gauge, "When the key expires; absent where it does not.", false,
		func(s *account.Snapshot, _ time.Time) *float64 {
			if s.Key == nil {
				return nil
			}
			return seconds(s.Key.ExpiresAt)
		}},
	{"ortop_alerts_undelivered", Gauge, "Alerts that wait to be delivered, one for each of their channels.", true,
		func(s *account.Snapshot, _ time.Time) *float64 {
			if s.At.IsZero() || s.Waiting < 0 {
				return nil
			}
			v := float64(s.Waiting)
			return &v
		}},
	{"ortop_history_damaged", Gauge, "1 where readings of the history do not match their checksums and are left out.", true, damaged},
	{"ortop_balance_usd", Gauge, "Credits bought less credits used; may be negative.", false, balance(credit.Balance.LeftUSD)},
	{"ortop_credits_usd", Gauge, "Credits bought since the beginning; a refund lowers it.", false,
		totals(func(b credit.Balance) float64 { return b.CreditsUSD })},
	{"ortop_usage_usd_total", Counter, "Credits used since the beginning.", false,
		totals(func(b credit.Balance) float64 { return b.UsageUSD })},
	{"ortop_spendable_usd", Gauge, "What can still be spent: the least of the balance, the rest of the key's cap and its budget.", false,
		func(s *account.Snapshot, _ time.Time) *float64 { return s.SpendableUSD }},
	{"ortop_free_requests_used", Gauge, "Requests to free models that were made in this UTC day.", false,
		free(func(r credit.FreeRequests) *int64 { return r.Used })},
	{"ortop_free_requests_limit", Gauge, "Requests to free models that are allowed in a UTC day.", false,
		free(func(r credit.FreeRequests) *int64 { return r.Limit })},
	{"ortop_free_requests_remaining", Gauge, "Requests to free models that are left in this UTC day.", false,
		free(func(r credit.FreeRequests) *int64 { return r.Remaining })},
	{"ortop_burn_usd_per_hour", Gauge, "What was spent in the last hour.", false,
		func(s *account.Snapshot, _ time.Time) *float64 { return s.Burn.USDPerHour }},
	{"ortop_auto_topup_missing", Gauge, "1 where an automatic top-up did not come; 0 while one is expected before the balance runs out.", false, topUpMissing},
}

// topUpMissing is nil where nothing is known of an automatic top-up, or where it
// is not the balance that ends first.
func topUpMissing(s *account.Snapshot, _ time.Time) *float64 {
	v := 0.0
	if _, missing := s.TopUpMissing(); missing {
		v = 1
	} else if !s.Refilled() {
		return nil
	}
	return &v
}

func damaged(s *account.Snapshot, _ time.Time) *float64 {
	if s.Damage == "" {
		return nil
	}
	v := 1.0
	return &v
}

func up(s *account.Snapshot, now time.Time) *float64 {
	v := 0.0
	if !s.Stale(now) {
		v = 1
	}
	return &v
}

func balance(of func(credit.Balance) float64) func(*account.Snapshot, time.Time) *float64 {
	return func(s *account.Snapshot, _ time.Time) *float64 {
		if s.Balance == nil {
			return nil
		}
		v := of(*s.Balance)
		return &v
	}
}

// totals are not known where a person stated the balance.
func totals(of func(credit.Balance) float64) func(*account.Snapshot, time.Time) *float64 {
	return func(s *account.Snapshot, now time.Time) *float64 {
		if s.Source == account.FromPerson {
			return nil
		}
		return balance(of)(s, now)
	}
}

func free(of func(credit.FreeRequests) *int64) func(*account.Snapshot, time.Time) *float64 {
	return func(s *account.Snapshot, now time.Time) *float64 {
		if s.Key == nil {
			return nil
		}
		r := s.Key.FreeRequests.Today(s.Now, now)
		if r == nil || of(*r) == nil {
			return nil
		}
		v := float64(*of(*r))
		return &v
	}
}

//go:noinline
func seconds(t time.Time) *float64 {
	if t.IsZero() {
		return nil
	}
	v := float64(t.UnixMilli()) / 1000
	return &v
}

// budgets are what is left of the budget that binds each key, and when it resets.
func budgets(accounts []Account, now time.Time) []Family {
	left := Family{Name: "ortop_budget_remaining_usd", Kind: Gauge, Help: "What is left of the budget that binds the key."}
	resets := Family{Name: "ortop_budget_reset_timestamp_seconds", Kind: Gauge, Help: "When the budget that binds the key resets."}
	for i := range accounts {
		a := &accounts[i]
		g := a.Snapshot.Key.Budget()
		if g == nil || a.Snapshot.Old(now) {
			continue
		}
		labels := []Label{{"account", a.Snapshot.Account}, {"scope", g.Name()}}
		left.add(*g.RemainingUSD, labels...)
		if at, ok := g.Next(now); ok {
			resets.add(*seconds(at), labels...)
		}
	}
	return []Family{left, resets}
}

func firing(accounts []Account, now time.Time) Family {
	f := Family{Name: "ortop_alerts_firing", Kind: Gauge, Help: "Alerts that fire and were not acknowledged."}
	for i := range accounts {
		a := &accounts[i]
		if a.Snapshot.Alerts == nil || a.Snapshot.Old(now) {
			continue
		}
		for _, level := range []alert.Level{alert.Info, alert.Warning, alert.Urgent} {
			n := 0.0
			for _, e := range a.Snapshot.Alerts {
				if e.Level == level {
					n++
				}
			}
			f.add(n, Label{"account", a.Snapshot.Account}, Label{"level", string(level)})
		}
	}
	return f
}

func failures(accounts []Account) Family {
	f := Family{Name: "ortop_poll_errors_total", Kind: Counter, Help: "Polls that failed, and readings that could not be stored, since the start."}
	for i := range accounts {
		a := &accounts[i]
		if a.Failures == nil {
			continue
		}
		counts := map[credit.FaultKind]int{}
		for _, kind := range credit.FaultKinds {
			counts[kind] = 0 // from the beginning, so that the first of a kind is a rise
		}
		maps.Copy(counts, a.Failures)
		for _, kind := range slices.Sorted(maps.Keys(counts)) {
			f.add(float64(counts[kind]), Label{"account", a.Snapshot.Account}, Label{"kind", string(kind)})
		}
	}
	return f
}

func unsent(accounts []Account) Family {
	f := Family{Name: "ortop_share_waiting", Kind: Gauge, Help: "Entries that wait on this machine to be sent to the team's history."}
	for i := range accounts {
		a := &accounts[i]
		if a.Unsent != nil {
			f.add(float64(*a.Unsent), Label{"account", a.Snapshot.Account})
		}
	}
	return f
}

func depletion(accounts []Account, now time.Time) Family {
	f := Family{Name: "ortop_depletion_timestamp_seconds", Kind: Summary,
		Help: "When the balance, the key's cap or its budget, whichever is first, is spent with this probability."}
	for i := range accounts {
		a := &accounts[i]
		c := a.Snapshot.Forecast
		if c.State != forecast.OK || a.Snapshot.Old(now) {
			continue
		}
		for _, q := range []struct {
			name    string
			seconds float64
		}{{"0.1", c.P10}, {"0.5", c.P50}, {"0.9", c.P90}} {
			f.add(*seconds(c.Time(q.seconds)), Label{"account", a.Snapshot.Account}, Label{"quantile", q.name})
		}
	}
	return f
}
