package sim

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/longtest"
)

func TestEqualConfigsGiveEqualAccounts(t *testing.T) {
	for _, p := range Profiles() {
		c := Config{Profile: p.Name, Now: at(noon), Seed: 7}
		a, b := mustNew(t, c), mustNew(t, c)
		for _, path := range []string{"/credits", "/keys?include_disabled=true", "/activity", "/workspaces"} {
			_, x := ask(t, a, "GET", path, "")
			_, y := ask(t, b, "GET", path, "")
			if string(x) != string(y) {
				t.Errorf("%s: %s of equal configs differ:\n%s\n%s", p.Name, path, x, y)
			}
		}
		c.Seed = 8
		if other := mustNew(t, c); other.Usage(noon) == a.Usage(noon) {
			t.Errorf("%s: Usage of another seed = %v, the same", p.Name, other.Usage(noon))
		}
	}
}

// What an account does must not depend on how often it is looked at.
func TestPollingChangesNothing(t *testing.T) {
	for _, p := range Profiles() {
		clock := noon
		c := Config{Profile: p.Name, Now: func() time.Time { return clock }, TimeZone: time.UTC}
		polled, left := mustNew(t, c), mustNew(t, c)
		for range 400 {
			clock = clock.Add(17 * time.Minute)
			polled.Usage(clock)
		}
		for d := time.Duration(0); d < 120*time.Hour; d += 53 * time.Minute {
			at := clock.Add(-d)
			if x, y := polled.Usage(at), left.Usage(at); x != y {
				t.Fatalf("%s: Usage(%v) = %v polled, %v not", p.Name, at, x, y)
			}
			if x, y := polled.Credits(at), left.Credits(at); x != y {
				t.Fatalf("%s: Credits(%v) = %v polled, %v not", p.Name, at, x, y)
			}
		}
	}
}

func TestUsageOnlyRises(t *testing.T) {
	for _, p := range Profiles() {
		a := mustNew(t, Config{Profile: p.Name, Now: at(noon)})
		start := noon.AddDate(0, 0, -35)
		if got := a.Usage(start.Add(-time.Nanosecond)); got != 0 {
			t.Errorf("%s: Usage before the start = %v, want 0", p.Name, got)
		}
		if got := a.Usage(time.Time{}); got != 0 {
			t.Errorf("%s: Usage of the zero time = %v, want 0", p.Name, got)
		}
		if got := a.Credits(start); got <= 0 {
			t.Errorf("%s: Credits at the start = %v, want some", p.Name, got)
		}
		before := 0.0
		for at := start; !at.After(noon); at = at.Add(7 * time.Minute) {
			now := a.Usage(at)
			if now < before {
				t.Fatalf("%s: Usage(%v) = %v, fell from %v", p.Name, at, now, before)
			}
			if left := a.Credits(at) - now; left < -0.5 {
				t.Fatalf("%s: balance at %v = %v, far below 0", p.Name, at, left)
			}
			if math.Abs(now*1e9-math.Round(now*1e9)) > 1e-3 {
				t.Fatalf("%s: Usage(%v) = %v, has more than 9 decimals", p.Name, at, now)
			}
			before = now
		}
		if future := a.Usage(noon.AddDate(1, 0, 0)); future != a.Usage(noon) {
			t.Errorf("%s: Usage of the future = %v, want Now's %v", p.Name, future, a.Usage(noon))
		}
	}
}

func TestProfilesAreWhatTheySay(t *testing.T) {
	// At any hour of any weekday at which somebody looks for the first time.
	for i := 0; i < 9; i += longtest.Of(2, 1) {
		now := noon.AddDate(0, 0, i).Add(time.Duration(i) * 163 * time.Minute)
		clock := now
		check := func(name string, left [2]float64, day [2]float64) *Account {
			clock = now
			a := mustNew(t, Config{Profile: name, Now: func() time.Time { return clock }})
			used := a.Usage(now)
			if got := a.Credits(now) - used; got < left[0] || got > left[1] {
				t.Errorf("%s at %v: left = %v, want from %v to %v", name, now, got, left[0], left[1])
			}
			if got := used - a.Usage(now.AddDate(0, 0, -1)); got < day[0] || got > day[1] {
				t.Errorf("%s at %v: last day = %v, want from %v to %v", name, now, got, day[0], day[1])
			}
			clock = clock.Add(3 * time.Minute)
			if alive := a.Usage(clock) > used; alive != (name != "idle") {
				t.Errorf("%s at %v: spends while looked at = %v", name, now, alive)
			}
			return a
		}
		solo := check("solo", [2]float64{85, 95}, [2]float64{2, 25})
		if share := 1 - solo.Usage(now)/solo.Credits(now); share < 0.5 || share > 0.72 {
			t.Errorf("solo at %v: share left = %v, want about 0.6", now, share)
		}
		check("batch", [2]float64{100, 120}, [2]float64{1, 80})
		check("steady", [2]float64{130, 150}, [2]float64{15, 28})
		check("idle", [2]float64{17, 19}, [2]float64{0, 0})

		empty := check("nearly-empty", [2]float64{1, 3}, [2]float64{6, 11})
		clock = now.Add(24 * time.Hour)
		if left := empty.Credits(clock) - empty.Usage(clock); left > 0 || left < -0.5 {
			t.Errorf("nearly-empty at %v: left a day later = %v, want just below 0", now, left)
		}

		auto := check("auto-top-up", [2]float64{10, 35}, [2]float64{4, 11})
		steps := 0
		for h := range 30 * 24 {
			at := now.Add(-time.Duration(h) * time.Hour)
			switch rise := auto.Credits(at) - auto.Credits(at.Add(-time.Hour)); {
			case rise == 25:
				steps++
			case rise != 0:
				t.Errorf("auto-top-up at %v: step = %v, want 25", at, rise)
			}
		}
		if steps < 4 || steps > 12 {
			t.Errorf("auto-top-up at %v: %d steps in 30 days, want several", now, steps)
		}
	}
}

func TestSoloSleeps(t *testing.T) {
	a := mustNew(t, Config{Now: at(noon), TimeZone: time.UTC})
	for d := range 30 {
		midnight := credit.DayStart(noon).AddDate(0, 0, -d)
		if spent := a.Usage(midnight.Add(9*time.Hour)) - a.Usage(midnight); spent != 0 {
			t.Errorf("spend from 0:00 to 9:00 on %v = %v, want 0", midnight, spent)
		}
	}
}

func TestSpendingStopsWhenNothingIsLeft(t *testing.T) {
	clock := noon
	a := mustNew(t, Config{Profile: "steady", Now: func() time.Time { return clock }})
	a.Refund(a.Credits(noon))
	empty := a.Usage(noon)
	if left := a.Credits(noon) - empty; left > -100 {
		t.Fatalf("balance after a refund = %v, want far below 0", left)
	}
	clock = clock.Add(24 * time.Hour)
	if got := a.Usage(clock); got != empty {
		t.Errorf("Usage a day after the refund = %v, want %v", got, empty)
	}
	a.TopUp(empty + 5)
	clock = clock.Add(3 * time.Hour)
	if got := a.Usage(clock); got <= empty {
		t.Errorf("Usage after a top-up = %v, want more than %v", got, empty)
	}
}

func TestTopUpRefundAndSpendHappenNow(t *testing.T) {
	clock := noon
	a := mustNew(t, Config{Profile: "idle", Now: func() time.Time { return clock }})
	credits, usage := a.Credits(noon), a.Usage(noon)
	clock = clock.Add(time.Hour)
	a.TopUp(25)
	a.Spend(1.25)
	clock = clock.Add(time.Hour)
	a.Refund(10)
	a.Spend(0.0000018)
	for _, c := range []struct {
		hours          time.Duration
		credits, spent float64
	}{{0, 0, 0}, {1, 25, 1.25}, {2, 15, 1.2500018}} {
		at := noon.Add(c.hours * time.Hour)
		if got := a.Credits(at) - credits; got != c.credits {
			t.Errorf("Credits after %d h rose by %v, want %v", c.hours, got, c.credits)
		}
		if got := a.Usage(at); math.Abs(got-usage-c.spent) > 1e-9 {
			t.Errorf("Usage after %d h rose by %v, want %v", c.hours, got-usage, c.spent)
		}
	}
	// A clock that was set back books where it stands.
	clock = noon.Add(30 * time.Minute)
	a.Spend(2)
	clock = noon.Add(2 * time.Hour)
	if got := a.Usage(noon.Add(time.Hour)) - usage; math.Abs(got-3.25) > 1e-9 {
		t.Errorf("Usage after spending in the past rose by %v, want 3.25", got)
	}
	keys := get[[]keyRow](t, a, "/keys")
	if first := keys[len(keys)-1]; math.Abs(first.Daily-3.2500018) > 1e-9 {
		t.Errorf("usage_daily of the first key = %v, want 3.2500018", first.Daily)
	}
}

func TestBreakdownsAgree(t *testing.T) {
	configs := []Config{
		{Profile: "solo"}, {Profile: "batch"}, {Profile: "auto-top-up"}, {Profile: "nearly-empty"},
		{Profile: "steady", Keys: 250, Models: 12, Workspaces: 3, Members: 4, Start: noon.AddDate(0, 0, -60)},
		{Profile: "solo", Keys: 1, Models: 1, Workspaces: 1},
	}
	for i, c := range configs {
		c.Now = at(noon)
		a := mustNew(t, c)
		t.Run(fmt.Sprint(i, c.Profile), func(t *testing.T) {
			whole := toNano(a.Usage(noon)) - toNano(a.Unattributed(noon))
			if share := a.Unattributed(noon) / a.Usage(noon); share <= 0 || share > 0.03 {
				t.Errorf("unattributed share = %v, want a small one", share)
			}
			keys := allKeys(t, a)
			var byKey, byok nano
			for _, k := range keys {
				byKey += toNano(k.Usage)
				byok += toNano(k.BYOK)
			}
			if byKey != whole {
				t.Errorf("sum over keys = %v, want %v", byKey.usd(), whole.usd())
			}
			all := `"metrics":["credits_usage","byok_usage","total_usage","request_count"],"limit":10000,` +
				`"time_range":{"start":"2026-01-01T00:00:00Z","end":"2027-01-01T00:00:00Z"}`
			for _, split := range []string{
				``, `,"dimensions":["model"]`, `,"dimensions":["provider"]`, `,"dimensions":["api_key_id"]`,
				`,"dimensions":["workspace"]`, `,"dimensions":["user"]`, `,"dimensions":["model","workspace"]`,
				`,"granularity":"hour"`, `,"granularity":"day"`, `,"granularity":"week"`, `,"granularity":"month"`,
				`,"granularity":"day","dimensions":["model"]`,
			} {
				result := post(t, a, "{"+all+split+"}")
				if result.Metadata.Truncated {
					t.Fatalf("%s: truncated", split)
				}
				sum := map[string]nano{}
				for _, row := range result.Data {
					for name, v := range row {
						if f, isNumber := v.(float64); isNumber {
							sum[name] += toNano(f)
						}
					}
				}
				if sum["credits_usage"] != whole || sum["byok_usage"] != byok || sum["total_usage"] != whole+byok {
					t.Errorf("sums by %q = %v, want credits %v, byok %v", split, sum, whole, byok)
				}
			}
			var days nano
			for _, row := range get[[]activityRow](t, a, "/activity") {
				days += toNano(row.Usage)
			}
			to := credit.DayStart(noon)
			from := to.AddDate(0, 0, -30)
			loose := a.loose.since(unix(from), unix(to)-1)
			if want := a.usage.since(unix(from), unix(to)-1) - loose; days != want {
				t.Errorf("sum over activity = %v, want %v", days.usd(), want.usd())
			}
			// Each key's own activity, and each workspace's, are parts of that.
			var parts nano
			for _, k := range keys {
				for _, row := range get[[]activityRow](t, a, "/activity?date=2026-11-17&api_key_hash="+k.Hash) {
					parts += toNano(row.Usage)
				}
			}
			for _, row := range get[[]activityRow](t, a, "/activity?date=2026-11-17&group_by=workspace") {
				parts -= toNano(row.Usage)
				if row.WorkspaceID == "" {
					t.Fatalf("row by workspace = %+v, without one", row)
				}
			}
			if parts != 0 {
				t.Errorf("a day by key less the same by workspace = %v, want 0", parts.usd())
			}
		})
	}
}

// allKeys pages through all workspaces.
func allKeys(t *testing.T, a *Account) []keyRow {
	t.Helper()
	var keys []keyRow
	for _, w := range get[[]workspaceRow](t, a, "/workspaces") {
		for offset := 0; ; {
			page := get[[]keyRow](t, a, fmt.Sprintf("/keys?include_disabled=true&workspace_id=%s&offset=%d", w.ID, offset))
			keys = append(keys, page...)
			if offset += len(page); len(page) < keysPerPage {
				break
			}
		}
	}
	return keys
}

func TestWindowsRollOverInUTC(t *testing.T) {
	// A key's spend of $1 at each of these moments, then read a second later.
	clock := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) // a Friday
	a := mustNew(t, Config{Profile: "idle", Start: clock, Now: func() time.Time { return clock }, Keys: 1})
	for _, c := range []struct {
		at                         time.Time
		daily, weekly, month, life float64
	}{
		{time.Date(2026, 11, 20, 23, 59, 58, 0, time.UTC), 1, 1, 1, 1},
		{time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC), 1, 2, 2, 2},
		{time.Date(2026, 11, 22, 23, 59, 58, 0, time.UTC), 1, 3, 3, 3},
		{time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), 1, 1, 4, 4}, // Monday
		{time.Date(2026, 11, 30, 23, 0, 0, 0, time.UTC), 1, 1, 5, 5},
		{time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), 1, 2, 1, 6},
		{time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), 1, 1, 1, 7}, // a Friday
	} {
		clock = c.at
		a.Spend(1)
		clock = clock.Add(time.Second)
		k := get[[]keyRow](t, a, "/keys")[0]
		if got, want := [4]float64{k.Daily, k.Weekly, k.Monthly, k.Usage}, [4]float64{c.daily, c.weekly, c.month, c.life}; got != want {
			t.Errorf("usage daily, weekly, monthly, lifetime at %v = %v, want %v", c.at, got, want)
		}
	}
}

func TestCapsHold(t *testing.T) {
	clock := noon
	a := mustNew(t, Config{Profile: "steady", Now: func() time.Time { return clock }, Keys: 20, CreditsUSD: 0})
	a.TopUp(5000)
	smallest := math.Inf(1)
	for range 60 {
		clock = clock.Add(12 * time.Hour)
		for _, k := range allKeys(t, a) {
			if k.Limit == nil {
				continue
			}
			smallest = min(smallest, *k.Remaining)
			if *k.Remaining < -1 || *k.Remaining > *k.Limit {
				t.Fatalf("limit_remaining of %s at %v = %v of %v", k.Name, clock, *k.Remaining, *k.Limit)
			}
		}
	}
	a.catalog.keys[1].limitUSD = 0.5 // a cap that is lowered binds at once
	before := a.catalog.keys[1].usage.last()
	clock = clock.Add(48 * time.Hour)
	a.Usage(clock)
	if spent := (a.catalog.keys[1].usage.last() - before).usd(); spent > 1 {
		t.Errorf("a key with a cap of $0.50 a week spent %v in 2 days", spent)
	}
}

func TestDisabledKeyStops(t *testing.T) {
	a := mustNew(t, Config{Profile: "steady", Now: at(noon)})
	k := &a.catalog.keys[3]
	if spent := k.usage.since(unix(k.disabledAt), unix(noon)); spent != 0 || k.usage.last() == 0 {
		t.Errorf("spend of a disabled key = %v since, %v in all; want 0 and some", spent.usd(), k.usage.last().usd())
	}
}

func TestNewRefuses(t *testing.T) {
	later := noon.Add(time.Minute)
	for name, c := range map[string]Config{
		"unknown profile": {Profile: "nope"},
		"falling trace":   {Trace: []Point{{noon, 2}, {later, 1}}},
		"backward trace":  {Trace: []Point{{later, 1}, {noon, 2}}},
		"negative trace":  {Trace: []Point{{noon, -1}}},
		"endless trace":   {Trace: []Point{{noon, math.Inf(1)}}},
		"unknown in it":   {Trace: []Point{{noon, 1}, {later, math.NaN()}}},
		"too much in it":  {Trace: []Point{{noon, 1e300}}},
		"negative keys":   {Keys: -1},
	} {
		if _, err := New(c); err == nil {
			t.Errorf("New(%s) = nil error, want one", name)
		}
	}
	_, err := New(Config{Profile: "nope"})
	for _, p := range Profiles() {
		if !strings.Contains(err.Error(), p.Name) {
			t.Errorf("New(unknown profile) = %q, does not name %q", err, p.Name)
		}
	}
}
