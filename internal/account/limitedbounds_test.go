package account

import (
	"math"
	"strings"
	"testing"
	"time"

	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/forecast"
)

// A top-up is missing from the reading on that was first under its threshold, once that
// was long enough ago, with the same credits in the same series.
func TestTopUpIsMissingAtTheBounds(t *testing.T) {
	p := forecast.TopUpPattern{SureUSD: 5, Overdue: 30 * time.Minute}
	for _, c := range []struct {
		name  string
		under int     // minutes ago, from when on it is under
		left  float64 // then
		set   func(*credit.Sample)
		since int // minutes ago; -1: it is not missing
	}{
		{"for longer", 40, 4, nil, 40},
		{"for just as long", 30, 4, nil, 30},
		{"for less", 29, 4, nil, -1},
		{"at the threshold", 40, 5, nil, -1},
		{"in another series", 40, 4, func(s *credit.Sample) { s.Segment++ }, -1},
		{"with other credits", 40, 4, func(s *credit.Sample) { s.CreditsUSD, s.UsageUSD = s.CreditsUSD+1, s.UsageUSD+1 }, -1},
		{"with credits that are not known", 40, 4, func(s *credit.Sample) { s.CreditsKnown = false }, -1},
	} {
		b := bookOf(trailOf(60, func(ago int) float64 {
			if ago <= c.under {
				return 10 - c.left
			}
			return 4
		}, 10))
		newest, _ := b.Account.Newest()
		if c.set != nil {
			c.set(&newest)
		}
		want := time.Time{}
		if c.since >= 0 {
			want = t0.Add(-time.Duration(c.since) * time.Minute)
		}
		if got := b.missing(p, newest, t0); !got.Equal(want) {
			t.Errorf("%s: missing since %v, want %v", c.name, got, want)
		}
	}
}

func TestMuteInWords(t *testing.T) {
	const long = 120 * 24 * time.Hour
	for _, c := range []struct {
		m    alert.Mute
		want string
		zone bool
	}{
		{alert.Mute{Until: t0.Add(time.Hour)}, "alerts are muted until ", true},
		{alert.Mute{Rule: alert.Leak, Until: t0.Add(time.Hour)}, string(alert.Leak) + " alerts are muted until ", true},
		{alert.Mute{Until: t0.Add(long - 1)}, "alerts are muted until ", true},
		{alert.Mute{Until: t0.Add(long)}, "alerts are muted until 21 Mar 2027", false},
	} {
		for _, urgent := range []bool{false, true} {
			c.m.Urgent = urgent
			got := MuteWords(c.m, t0)
			if !strings.HasPrefix(got, c.want) || strings.Contains(got, "UTC") != c.zone || strings.HasSuffix(got, ", but for urgent ones") == urgent {
				t.Errorf("%+v: %q, want %q, with its zone: %v", c.m, got, c.want, c.zone)
			}
		}
	}
}

// A quota is passed by more than the slack, and what is left is nothing up to it.
func TestGuardAtTheSlack(t *testing.T) {
	for _, c := range []struct {
		name               string
		left, quota, spent float64
		want               Answer
	}{
		{"spent by the slack past it", 5, 0, slack, Enough},
		{"by more", 5, 0, 2 * slack, Short},
		{"the slack is left", slack, 1, 0, Short},
		{"more is left", 2 * slack, 1, 0, Enough},
	} {
		if got, why := (Guard{QuotaUSD: &c.quota}).Judge(Preflight{Answer: Enough, SpendableUSD: &c.left}, &c.spent); got != c.want {
			t.Errorf("%s: %s, %q, want %s", c.name, got, why, c.want)
		}
	}
}

// Who asks for money is told why it cannot be said.
func TestPreflightSaysWhatIsNotKnown(t *testing.T) {
	young := bookOf(trailOf(2, func(int) float64 { return 1 }, 10))
	balance := &credit.Balance{CreditsUSD: 10, UsageUSD: 1}
	key := func(limit, left *float64) *credit.Key {
		return &credit.Key{Kind: credit.KeyOrdinary, Cap: credit.Cap{LimitUSD: limit, RemainingUSD: left}}
	}
	for _, c := range []struct {
		name      string
		balance   *credit.Balance
		key       *credit.Key
		spendable *float64
		want      string
	}{
		{"too young", balance, key(nil, nil), usd(9), "$9.00 spendable, $5.00 needed, but "},
		{"no key", balance, nil, nil, "the key's own cap is not known"},
		{"a cap of which nobody knows what is left", balance, key(usd(20), nil), nil, "the key's own cap is not known"},
		{"no cap", balance, key(nil, nil), nil, "the rest of the key's budget is not known"},
		{"a cap", balance, key(usd(20), usd(9)), nil, "the rest of the key's budget is not known"},
		{"nothing", nil, nil, nil, "hidden"},
	} {
		s := Snapshot{At: t0, Now: t0, Interval: time.Minute, Source: FromCredits, Balance: c.balance, Key: c.key, SpendableUSD: c.spendable, BalanceNote: "hidden"}
		if p := s.Preflight(young, 5, time.Hour); p.Answer != CannotBeSaid || !strings.HasPrefix(p.Reason, c.want) {
			t.Errorf("%s: %+v, want %q", c.name, p, c.want)
		}
	}
}

// A cap binds an ordinary key that has one, and a budget without a limit that is known
// falls by what is spent.
func TestBoundsOfAKey(t *testing.T) {
	b := bookOf(trailOf(24*60, func(ago int) float64 { return 24 - float64(ago)/60 }, 100))
	b.Key = b.Account
	capped := credit.Cap{LimitUSD: usd(20), RemainingUSD: usd(9)}
	open := credit.Cap{RemainingUSD: usd(9)}
	for _, c := range []struct {
		name string
		key  credit.Key
		want string // the names of the bounds
	}{
		{"a cap", credit.Key{Kind: credit.KeyOrdinary, Cap: capped}, "the key's cap"},
		{"a management key's", credit.Key{Kind: credit.KeyManagement, Cap: capped}, ""},
		{"without a limit", credit.Key{Kind: credit.KeyOrdinary, Cap: open}, ""},
		{"of which nobody knows what is left", credit.Key{Kind: credit.KeyOrdinary, Cap: credit.Cap{LimitUSD: usd(20)}}, ""},
		{"a budget", credit.Key{Kind: credit.KeyOrdinary, Budgets: []credit.Budget{{Scope: "api_key", Cap: capped}}}, "the key budget"},
		{"a budget without a limit", credit.Key{Kind: credit.KeyOrdinary, Budgets: []credit.Budget{{Scope: "api_key", Cap: open}}}, "the key budget"},
		{"a budget of which nobody knows what is left", credit.Key{Kind: credit.KeyOrdinary, Budgets: []credit.Budget{{Scope: "api_key"}}}, ""},
	} {
		s := Snapshot{At: t0, Now: t0, Key: &c.key}
		var names []string
		for _, x := range s.bounds(b, time.Hour) {
			names = append(names, x.name)
			if x.afterUSD == nil || *x.afterUSD >= 9 || *x.afterUSD < 0 {
				t.Errorf("%s: %v left after an hour", c.name, deref(x.afterUSD))
			}
		}
		if got := strings.Join(names, ", "); got != c.want {
			t.Errorf("%s: bounds %q, want %q", c.name, got, c.want)
		}
	}
	if _, ok := (&Snapshot{At: t0}).Planner(b); ok {
		t.Error("a plan without a balance")
	}
	if _, ok := (&Snapshot{Balance: &credit.Balance{CreditsUSD: 9}}).Planner(b); ok {
		t.Error("a plan without a reading")
	}
}

// Nothing spent in the first minutes is too early to say, and dates are told only of a
// forecast that has some.
func TestOutlookInTheFirstMinutes(t *testing.T) {
	for _, c := range []struct {
		name string
		f    forecast.Forecast
		want forecast.State
	}{
		{"the first minutes", forecast.Forecast{State: forecast.Idle, History: forecast.MinHistory - 1}, forecast.Cold},
		{"longer", forecast.Forecast{State: forecast.Idle, History: forecast.MinHistory}, forecast.Idle},
		{"spent once", forecast.Forecast{State: forecast.Idle, LastSpend: t0}, forecast.Idle},
		{"a date", forecast.Forecast{State: forecast.OK}, forecast.OK},
	} {
		if got := (&Snapshot{Forecast: c.f}).Outlook(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	told := [3]time.Time{t0.Add(time.Hour), t0.Add(2 * time.Hour), t0.Add(3 * time.Hour)}
	for state, want := range map[forecast.State]float64{forecast.OK: 7200, forecast.Depleted: 0} {
		s := Snapshot{published: told, Forecast: forecast.Forecast{State: state, At: t0}}
		if got := s.Published().P50; got != want {
			t.Errorf("%s: told a middle of %v s, want %v", state, got, want)
		}
	}
	if since, missing := (&Snapshot{}).TopUpMissing(); missing || !since.IsZero() {
		t.Errorf("without top-ups one is missing since %v", since)
	}
	if since, missing := (&Snapshot{AutoTopUp: &AutoTopUp{MissingSince: t0}}).TopUpMissing(); !missing || !since.Equal(t0) {
		t.Errorf("missing %v, since %v", missing, since)
	}
}

// Each of what came in beside a reading lets dates come nearer.
func TestWhatInforms(t *testing.T) {
	for name, c := range map[string]struct {
		in   Input
		want bool
	}{
		"time":       {Input{}, false},
		"filled":     {Input{Filled: true}, true},
		"key filled": {Input{KeyFilled: true}, true},
		"adopted":    {Input{Adopted: "x"}, true},
		"imported":   {Input{Imported: true}, true},
		"stated":     {Input{Stated: &Statement{}}, true},
		"silence":    {Input{Unseen: time.Hour}, false},
	} {
		if got := c.in.informs(); got != c.want {
			t.Errorf("%s informs: %v, want %v", name, got, c.want)
		}
	}
	if got := DecodeMutes([]byte(`[{"until":"2026-11-21T10:42:00Z"}]`)); len(got) != 1 {
		t.Errorf("mutes = %+v", got)
	}
	if got := DecodeMutes([]byte(`[{"until":"2026-11-21T10:42:00Z"},{"until":7}]`)); got != nil {
		t.Errorf("mutes of what cannot be read = %+v", got)
	}
	day := Track{Made: 4, Taught: [2]float64{math.Log(1.02), math.Log(.98)}}
	if got := day.taught(); got != "" {
		t.Errorf("too little to be said: %q", got)
	}
}
