package credit

import (
	"fmt"
	"math"
	"testing"
	"time"
)

func f(v float64) *float64 { return &v }

func TestSpendable(t *testing.T) {
	ordinary := func(limit, remaining *float64) *Key {
		return &Key{Kind: KeyOrdinary, Cap: Cap{LimitUSD: limit, RemainingUSD: remaining}}
	}
	balance := &Balance{CreditsUSD: 20, UsageUSD: 8}
	for _, c := range []struct {
		name    string
		balance *Balance
		key     *Key
		want    *float64
		binding Binding
	}{
		{"key not known", balance, nil, nil, ""},
		{"key not known, balance spent", &Balance{CreditsUSD: 1, UsageUSD: 1.34}, nil, f(-0.34), BoundByAccount},
		{"key not known, balance spent to the cent", &Balance{CreditsUSD: 1, UsageUSD: 1}, nil, f(0), BoundByAccount},
		{"rest of the cap not known", balance, ordinary(f(5), nil), nil, ""},
		{"no cap", balance, ordinary(nil, nil), f(12), BoundByAccount},
		{"cap below balance", balance, ordinary(f(5), f(3)), f(3), BoundByKey},
		{"cap above balance", balance, ordinary(f(50), f(30)), f(12), BoundByAccount},
		{"cap as large as balance", balance, ordinary(f(50), f(12)), f(12), BoundByAccount},
		{"overdrawn cap", balance, ordinary(f(5), f(-0.1)), f(-0.1), BoundByKey},
		{"overdrawn balance", &Balance{CreditsUSD: 1, UsageUSD: 1.34}, ordinary(f(5), f(3)), f(-0.34), BoundByAccount},
		{"a management key's cap never binds", balance, &Key{Kind: KeyManagement, Cap: Cap{LimitUSD: f(1), RemainingUSD: f(0)}}, f(12), BoundByAccount},
		{"unknown balance", nil, ordinary(f(5), f(3)), nil, ""},
		{"unknown balance, spent cap", nil, ordinary(f(5), f(0)), nil, BoundByKey},
		{"nothing known", nil, nil, nil, ""},
	} {
		got, binding := Spendable(c.balance, c.key)
		if (got == nil) != (c.want == nil) || got != nil && math.Abs(*got-*c.want) > 1e-9 || binding != c.binding {
			t.Errorf("%s: Spendable = %v, %q, want %v, %q", c.name, deref(got), binding, deref(c.want), c.binding)
		}
	}
}

func deref(v *float64) any {
	if v == nil {
		return nil
	}
	return *v
}

func TestUsedRatio(t *testing.T) {
	if r, ok := (Balance{CreditsUSD: 100, UsageUSD: 36.48}).UsedRatio(); !ok || math.Abs(r-0.3648) > 1e-12 {
		t.Errorf("UsedRatio = %v, %v, want 0.3648, true", r, ok)
	}
	if r, ok := (Balance{UsageUSD: 0.34}).UsedRatio(); ok {
		t.Errorf("UsedRatio of nothing bought = %v, true, want false", r)
	}
}

func TestResetNext(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct {
		reset     Reset
		now, want string
	}{
		{ResetDaily, "2026-11-21T10:42:00Z", "2026-11-22T00:00:00Z"},
		{ResetDaily, "2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z"},
		{ResetDaily, "2026-11-21T01:00:00+02:00", "2026-11-21T00:00:00Z"},
		{ResetDaily, "2028-02-28T12:00:00Z", "2028-02-29T00:00:00Z"},
		{ResetWeekly, "2026-11-21T10:42:00Z", "2026-11-23T00:00:00Z"}, // a Saturday
		{ResetWeekly, "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z"}, // a Monday
		{ResetWeekly, "2026-11-22T23:59:59Z", "2026-11-23T00:00:00Z"}, // a Sunday
		{ResetMonthly, "2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z"},
		{ResetMonthly, "2027-01-31T12:00:00Z", "2027-02-01T00:00:00Z"},
	} {
		got, ok := c.reset.Next(at(c.now))
		if !ok || !got.Equal(at(c.want)) {
			t.Errorf("%s.Next(%s) = %s, %v, want %s", c.reset, c.now, got.Format(time.RFC3339), ok, c.want)
		}
	}
	for _, r := range []Reset{ResetNever, "fortnightly"} {
		if got, ok := r.Next(at("2026-11-21T10:42:00Z")); ok {
			t.Errorf("%q.Next = %s, true, want false", r, got)
		}
	}
}

func TestPlausible(t *testing.T) {
	for _, v := range []float64{0, -0.34, 1e9, 0.0000018} {
		if !Plausible(v) {
			t.Errorf("Plausible(%v) = false, want true", v)
		}
	}
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1.1e9, -1e12} {
		if Plausible(v) {
			t.Errorf("Plausible(%v) = true, want false", v)
		}
	}
}

func TestCapUsed(t *testing.T) {
	for _, c := range []struct {
		name string
		cap  Cap
		used *float64
		of   float64 // -1: not known
	}{
		{"a quarter", Cap{LimitUSD: f(20), RemainingUSD: f(15)}, f(5), 0.25},
		{"more than there is", Cap{LimitUSD: f(20), RemainingUSD: f(-5)}, f(25), 1.25},
		{"nothing may be spent", Cap{LimitUSD: f(0), RemainingUSD: f(0)}, f(0), -1},
		{"no cap", Cap{}, nil, -1},
		{"what is left is not known", Cap{LimitUSD: f(20)}, nil, -1},
	} {
		used := c.cap.UsedUSD()
		if (used == nil) != (c.used == nil) || used != nil && *used != *c.used {
			t.Errorf("%s: UsedUSD = %v, want %v", c.name, used, c.used)
		}
		if ratio, ok := c.cap.UsedRatio(); ok != (c.of >= 0) || ok && ratio != c.of {
			t.Errorf("%s: UsedRatio = %v, %v, want %v", c.name, ratio, ok, c.of)
		}
	}
}

func TestFreeRequestsToday(t *testing.T) {
	n := func(v int64) *int64 { return &v }
	now := time.Date(2026, 11, 27, 0, 5, 0, 0, time.UTC)
	for _, tc := range []struct {
		name string
		in   *FreeRequests
		read time.Time
		want string
	}{
		{"all told", &FreeRequests{n(3), n(50), n(47)}, now, "3 50 47"},
		{"as told, though they do not add up", &FreeRequests{n(3), n(50), n(40)}, now, "3 50 40"},
		{"the rest", &FreeRequests{n(3), n(50), nil}, now, "3 50 47"},
		{"what was used", &FreeRequests{nil, n(50), n(47)}, now, "3 50 47"},
		{"the limit", &FreeRequests{n(3), nil, n(47)}, now, "3 50 47"},
		{"one alone", &FreeRequests{n(3), nil, nil}, now, "3 - -"},
		{"none", &FreeRequests{}, now, "nil"},
		{"not counted", nil, now, "nil"},
		{"of the day before", &FreeRequests{n(50), n(50), n(0)}, now.Add(-6 * time.Minute), "nil"},
	} {
		got := "nil"
		if r := tc.in.Today(tc.read, now); r != nil {
			say := func(v *int64) string {
				if v == nil {
					return "-"
				}
				return fmt.Sprint(*v)
			}
			got = say(r.Used) + " " + say(r.Limit) + " " + say(r.Remaining)
		}
		if got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
}
