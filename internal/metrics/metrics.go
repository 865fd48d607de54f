// Package metrics tells Prometheus what is known of the accounts: values in
// base units under the names ortop_…, in the text format 0.0.4, over HTTP.
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
	// Failures is how many polls failed, by Fault.Kind.
	Failures map[credit.FaultKind]int
	// Keys and Models say what each spent in the last 24 h; empty is unknown.
	Keys, Models []Row
}

// Row is what one key or model spent.
type Row struct {
	ID       string // a key's hash or a model's slug
	Name     string // for people
	SpendUSD float64
}

// Text returns the metrics of accounts, each of which has another name, at now.
func Text(accounts []Account, now time.Time) []byte {
	p := &page{}
	for _, m := range values {
		f := family{name: m.name, kind: m.kind, help: m.help}
		for _, a := range accounts {
			if s := a.Snapshot; m.always || !s.Old(now) {
				if v := m.of(s, now); v != nil {
					f.add(*v, label{"account", s.Account})
				}
			}
		}
		p.write(f)
	}
	for _, f := range budgets(accounts, now) {
		p.write(f)
	}
	p.write(firing(accounts, now))
	p.write(failures(accounts))
	p.write(depletion(accounts, now))
	p.write(spenders("ortop_key_spend_usd", "What was spent with the key in the window.", accounts, now,
		func(a Account) []Row { return a.Keys },
		func(r Row) []label { return []label{{"key", r.Name}, {"id", cut(r.ID, idLength)}} }))
	p.write(spenders("ortop_model_spend_usd", "What was spent on the model in the window.", accounts, now,
		func(a Account) []Row { return a.Models },
		func(r Row) []label { return []label{{"model", r.ID}} }))
	return p.Bytes()
}

// values are the metrics that an account has one of. Only those that are
// always true are told of a snapshot that is old.
var values = []struct {
	name, kind, help string
	always           bool
	of               func(account.Snapshot, time.Time) *float64
}{
	{"ortop_up", gauge, "Whether the account was read at the last try, and lately.", true, up},
	{"ortop_last_success_timestamp_seconds", gauge, "When the account was last read.", true,
		func(s account.Snapshot, _ time.Time) *float64 { return seconds(s.At) }},
	{"ortop_history_damaged", gauge, "1 where readings of the history do not match their checksums and are left out.", true, damaged},
	{"ortop_balance_usd", gauge, "Credits bought less credits used; may be negative.", false, balance(credit.Balance.LeftUSD)},
	{"ortop_credits_usd", gauge, "Credits bought since the beginning; a refund lowers it.", false,
		totals(func(b credit.Balance) float64 { return b.CreditsUSD })},
	{"ortop_usage_usd_total", counter, "Credits used since the beginning.", false,
		totals(func(b credit.Balance) float64 { return b.UsageUSD })},
	{"ortop_spendable_usd", gauge, "What can still be spent: the least of the balance, the rest of the key's cap and its budget.", false,
		func(s account.Snapshot, _ time.Time) *float64 { return s.SpendableUSD }},
	{"ortop_free_requests_used", gauge, "Requests to free models that were made in this UTC day.", false,
		free(func(r credit.FreeRequests) *int64 { return r.Used })},
	{"ortop_free_requests_limit", gauge, "Requests to free models that are allowed in a UTC day.", false,
		free(func(r credit.FreeRequests) *int64 { return r.Limit })},
	{"ortop_free_requests_remaining", gauge, "Requests to free models that are left in this UTC day.", false,
		free(func(r credit.FreeRequests) *int64 { return r.Remaining })},
	{"ortop_burn_usd_per_hour", gauge, "What was spent in the last hour.", false,
		func(s account.Snapshot, _ time.Time) *float64 { return s.Burn.USDPerHour }},
	{"ortop_auto_topup_missing", gauge, "1 where an automatic top-up did not come; 0 while one is expected before the balance runs out.", false, topUpMissing},
}

// topUpMissing is nil where nothing is known of an automatic top-up, or where it
// is not the balance that ends first.
func topUpMissing(s account.Snapshot, _ time.Time) *float64 {
	v := 0.0
	if _, missing := s.TopUpMissing(); missing {
		v = 1
	} else if !s.Refilled() {
		return nil
	}
	return &v
}

func damaged(s account.Snapshot, _ time.Time) *float64 {
	if s.Damage == "" {
		return nil
	}
	v := 1.0
	return &v
}

func up(s account.Snapshot, now time.Time) *float64 {
	v := 0.0
	if !s.Stale(now) {
		v = 1
	}
	return &v
}

func balance(of func(credit.Balance) float64) func(account.Snapshot, time.Time) *float64 {
	return func(s account.Snapshot, _ time.Time) *float64 {
		if s.Balance == nil {
			return nil
		}
		v := of(*s.Balance)
		return &v
	}
}

// totals are not known where a person stated the balance.
func totals(of func(credit.Balance) float64) func(account.Snapshot, time.Time) *float64 {
	return func(s account.Snapshot, now time.Time) *float64 {
		if s.Source == account.FromPerson {
			return nil
		}
		return balance(of)(s, now)
	}
}

func free(of func(credit.FreeRequests) *int64) func(account.Snapshot, time.Time) *float64 {
	return func(s account.Snapshot, now time.Time) *float64 {
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

func seconds(t time.Time) *float64 {
	if t.IsZero() {
		return nil
	}
	v := float64(t.UnixMilli()) / 1000
	return &v
}

// budgets are what is left of the budget that binds each key, and when it resets.
func budgets(accounts []Account, now time.Time) []family {
	left := family{name: "ortop_budget_remaining_usd", kind: gauge, help: "What is left of the budget that binds the key."}
	resets := family{name: "ortop_budget_reset_timestamp_seconds", kind: gauge, help: "When the budget that binds the key starts anew."}
	for _, a := range accounts {
		g := a.Snapshot.Key.Budget()
		if g == nil || a.Snapshot.Old(now) {
			continue
		}
		labels := []label{{"account", a.Snapshot.Account}, {"scope", g.Name()}}
		left.add(*g.RemainingUSD, labels...)
		if at, ok := g.Next(now); ok {
			resets.add(*seconds(at), labels...)
		}
	}
	return []family{left, resets}
}

func firing(accounts []Account, now time.Time) family {
	f := family{name: "ortop_alerts_firing", kind: gauge, help: "Alerts that fire and were not acknowledged."}
	for _, a := range accounts {
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
			f.add(n, label{"account", a.Snapshot.Account}, label{"level", string(level)})
		}
	}
	return f
}

func failures(accounts []Account) family {
	f := family{name: "ortop_poll_errors_total", kind: counter, help: "Polls that failed, and readings that could not be stored, since the start."}
	for _, a := range accounts {
		counts := map[credit.FaultKind]int{}
		for _, kind := range credit.FaultKinds {
			counts[kind] = 0 // from the beginning, so that the first of a kind is a rise
		}
		maps.Copy(counts, a.Failures)
		for _, kind := range slices.Sorted(maps.Keys(counts)) {
			f.add(float64(counts[kind]), label{"account", a.Snapshot.Account}, label{"kind", string(kind)})
		}
	}
	return f
}

func depletion(accounts []Account, now time.Time) family {
	f := family{name: "ortop_depletion_timestamp_seconds", kind: summary,
		help: "When the balance, the key's cap or its budget, whichever is first, is spent with this probability."}
	for _, a := range accounts {
		c := a.Snapshot.Forecast
		if c.State != forecast.OK || a.Snapshot.Old(now) {
			continue
		}
		for _, q := range []struct {
			name    string
			seconds float64
		}{{"0.1", c.P10}, {"0.5", c.P50}, {"0.9", c.P90}} {
			f.add(*seconds(c.Time(q.seconds)), label{"account", a.Snapshot.Account}, label{"quantile", q.name})
		}
	}
	return f
}
