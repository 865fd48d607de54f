package credit

import (
	"testing"
	"time"
)

func TestBudgetBinds(t *testing.T) {
	budget := func(left *float64) Budget { return Budget{Scope: "member", Cap: Cap{RemainingUSD: left}} }
	key := func(k Cap, g ...Budget) *Key { return &Key{Kind: KeyOrdinary, Cap: k, Budgets: g} }
	balance := &Balance{CreditsUSD: 20, UsageUSD: 8}
	for _, c := range []struct {
		name    string
		balance *Balance
		key     *Key
		want    *float64
		binding Binding
	}{
		{"below the balance", balance, key(Cap{}, budget(f(2))), f(2), BoundByBudget},
		{"above the balance", balance, key(Cap{}, budget(f(50))), f(12), BoundByAccount},
		{"below the cap", balance, key(Cap{LimitUSD: f(5), RemainingUSD: f(4)}, budget(f(3))), f(3), BoundByBudget},
		{"as much as the cap", balance, key(Cap{LimitUSD: f(5), RemainingUSD: f(3)}, budget(f(3))), f(3), BoundByKey},
		{"the least of two", balance, key(Cap{}, budget(f(7)), budget(f(6))), f(6), BoundByBudget},
		{"its rest is not known", balance, key(Cap{}, budget(nil)), nil, ""},
		{"one of two is not known", balance, key(Cap{}, budget(f(7)), budget(nil)), nil, ""},
		{"spent, beside one that is not known", balance, key(Cap{}, budget(f(0)), budget(nil)), f(0), BoundByBudget},
		{"overdrawn", balance, key(Cap{}, budget(f(-0.2))), f(-0.2), BoundByBudget},
		{"spent, and no balance is known", nil, key(Cap{}, budget(f(0))), nil, BoundByBudget},
		{"left, and no balance is known", nil, key(Cap{}, budget(f(4))), nil, ""},
		{"of a management key's member", balance, &Key{Kind: KeyManagement, Budgets: []Budget{budget(f(0))}}, f(0), BoundByBudget},
	} {
		got, binding := Spendable(c.balance, c.key)
		if (got == nil) != (c.want == nil) || got != nil && *got != *c.want || binding != c.binding {
			t.Errorf("%s: Spendable = %v, %q, want %v, %q", c.name, deref(got), binding, deref(c.want), c.binding)
		}
	}
}

func TestBudgetWords(t *testing.T) {
	now := time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC)
	for scope, want := range map[string]string{
		"member": "member budget", "workspace_default_member": "workspace's member budget", "key_limit": "key limit",
		"": "budget", "team_of_teams": "team of teams budget",
	} {
		if got := (Budget{Scope: scope}).Name(); got != want {
			t.Errorf("a budget of %q is called %q, want %q", scope, got, want)
		}
	}
	said := now.Add(time.Hour)
	for _, c := range []struct {
		name string
		g    Budget
		want time.Time
	}{
		{"at the time that is given", Budget{ResetsAt: said, Cap: Cap{Reset: ResetWeekly}}, said},
		{"past that, by its interval", Budget{ResetsAt: now.Add(-time.Hour), Cap: Cap{Reset: ResetDaily}}, DayStart(now).AddDate(0, 0, 1)},
		{"never", Budget{}, time.Time{}},
	} {
		if got, ok := c.g.Next(now); !got.Equal(c.want) || ok == c.want.IsZero() {
			t.Errorf("%s: %v, %t, want %v", c.name, got, ok, c.want)
		}
	}
}
