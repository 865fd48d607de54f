package account

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/forecast/backtest"
	"ortop/internal/longtest"
)

// movesOf replays a trace with a balance that lasts about so many days at its
// mean rate, and is filled up again when a tenth is left. It returns when the
// forecast moved, and the days that this took.
func movesOf(trace *backtest.Trace, lasts, every time.Duration) (moves []time.Time, days float64) {
	from, to := trace.From(), trace.To()
	full := (trace.UsageUSD(to) - trace.UsageUSD(from)) / float64(to-from) * lasts.Seconds()
	credits := full
	var a Headline
	for at := from; at <= to; at += int64(every.Seconds()) {
		used := trace.UsageUSD(at)
		for credits-used < full/10 {
			credits += full
		}
		left, bought := credits-used, credits
		moved := false
		a, moved = a.follow(standpoint{forecast: trace.Model(from, at).Forecast(&left), leftUSD: left, usageUSD: used, creditsUSD: &bought})
		if moved {
			moves = append(moves, a.At)
		}
	}
	return moves, float64(to-from) / 86400
}

// TestMovesOfTraces counts how often a person would be told that the forecast
// of a real account moved, of the trace in testdata and of the folder that
// ORTOP_TRACES names.
func TestMovesOfTraces(t *testing.T) {
	said, every := 0, 2*time.Hour
	if longtest.On() {
		every = time.Hour
	}
	for _, file := range traces(t) {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		trace, err := backtest.ReadTrace(filepath.Base(file), f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, lasts := range []time.Duration{3 * 24 * time.Hour, 14 * 24 * time.Hour, 45 * 24 * time.Hour} {
			moves, days := movesOf(trace, lasts, every)
			said += len(moves)
			week := float64(len(moves)) / days * 7
			t.Logf("%-22s %5.1f d, %2.0f d of balance: %2d moves, %.2f a day", trace.Name, days, lasts.Hours()/24, len(moves), float64(len(moves))/days)
			if week > 3.5 && len(moves) > 3 {
				t.Errorf("%s: %.1f moves a week, want a few", trace.Name, week)
			}
		}
	}
	if said == 0 {
		t.Error("not one move in all of the traces")
	}
}

func TestHeadlineFollows(t *testing.T) {
	const day = 24 * time.Hour
	start := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	type step struct {
		after time.Duration // since the step before
		p50   time.Duration // left; the range is from a half to twice of it
		set   func(*standpoint)
		moved bool
	}
	capped := func(resets time.Time) func(*standpoint) {
		return func(p *standpoint) { p.forecast.Subject, p.forecast.ResetsAt = forecast.Key, resets }
	}
	none := func(p *standpoint) { p.forecast.State = forecast.Idle }
	for _, c := range []struct {
		name  string
		steps []step
	}{
		{"as it was", []step{{0, 10 * day, nil, false}, {day, 9 * day, nil, false}, {day, 8 * day, nil, false}}},
		{"within the range", []step{{0, 10 * day, nil, false}, {day, 6 * day, nil, false}, {day, 6 * day, nil, false}}},
		{"sooner, for long enough", []step{{0, 10 * day, nil, false}, {day, 2 * day, nil, false}, {4 * time.Hour, 2 * day, nil, false}, {time.Hour, 2 * day, nil, true}, {day, day, nil, false}}},
		{"sooner for a moment", []step{{0, 10 * day, nil, false}, {day, 2 * day, nil, false}, {time.Hour, 9 * day, nil, false}, {8 * time.Hour, 2 * day, nil, false}, {time.Hour, 2 * day, nil, false}}},
		{"later", []step{{0, 10 * day, nil, false}, {day, 40 * day, nil, false}, {7 * time.Hour, 40 * day, nil, true}}},
		{"it should have run out by now", []step{{0, day, nil, false}, {3 * day, day, nil, false}, {3 * time.Hour, day, nil, true}}},
		{"both too far away to matter", []step{{0, 500 * day, nil, false}, {day, 5000 * day, nil, false}, {day, 5000 * day, nil, false}}},
		{"soon after one that was told", []step{{0, 10 * day, nil, false}, {day, 2 * day, nil, false}, {5 * time.Hour, 2 * day, nil, true},
			{time.Hour, 20 * day, nil, false}, {7 * time.Hour, 20 * day, nil, false}, {5 * time.Hour, 20 * day, nil, true}}},
		{"a top-up", []step{{0, 10 * day, nil, false}, {day, 40 * day, func(p *standpoint) { v := 150.0; p.creditsUSD = &v }, false}, {day, 39 * day, func(p *standpoint) { v := 150.0; p.creditsUSD = &v }, false}}},
		{"another series", []step{{0, 10 * day, nil, false}, {day, day, func(p *standpoint) { p.segment = 9 }, false}, {day, day, func(p *standpoint) { p.segment = 9 }, false}}},
		{"a cap that resets", []step{{0, 8 * time.Hour, capped(start.Add(day)), false}, {day, 12 * time.Hour, capped(start.Add(2 * day)), false}, {2 * time.Hour, 10 * time.Hour, capped(start.Add(2 * day)), false}}},
		{"no forecast between", []step{{0, 10 * day, nil, false}, {day, 2 * day, nil, false}, {3 * time.Hour, 0, none, false}, {3 * time.Hour, 2 * day, nil, true}}},
		{"a clock that was set back", []step{{0, 10 * day, nil, false}, {-3 * day, day, nil, false}, {day, day, nil, false}}},
	} {
		var a Headline
		now, credits := start, 100.0
		for i, st := range c.steps {
			now = now.Add(st.after)
			s := st.p50.Seconds()
			p := standpoint{
				forecast: forecast.Forecast{State: forecast.OK, Subject: forecast.Account, At: now, P10: s / 2, P50: s, P90: 2 * s}, creditsUSD: &credits, leftUSD: 50,
			}
			if st.set != nil {
				st.set(&p)
			}
			b, err := json.Marshal(a) // a restart changes nothing
			if err == nil {
				err = json.Unmarshal(b, &a)
			}
			if err != nil {
				t.Fatal(err)
			}
			var moved bool
			if a, moved = a.follow(p); moved != st.moved {
				t.Errorf("%s, step %d: moved = %v, want %v", c.name, i, moved, st.moved)
			}
		}
	}
}

func TestWhyItMoved(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)
	f := func(v float64) *float64 { return &v }
	was := Headline{At: now.AddDate(0, 0, -2), P50: now.AddDate(0, 0, 8), LeftUSD: 50, CapUSD: f(10)}
	p := standpoint{capUSD: f(10), usageUSD: 8}
	for _, c := range []struct {
		name   string
		burn   Burn
		sooner bool
		set    func(*Snapshot, *standpoint)
		want   string
	}{
		{"a burst", Burn{USDPerHour: f(8.2), UsualUSDPerHour: f(2.05)}, true, nil, "spent $8.20 in the last hour, 4 times the usual $2.05 at this hour"},
		{"a dear day", Burn{USDPerHour: f(2), UsualUSDPerHour: f(2), USDPerDay: f(30), WeekUSDPerDay: f(20)}, true, nil, "spent $30.00 in 24 h, 50 % above the week's $20.00 a day"},
		{"a cheap day", Burn{USDPerDay: f(5), WeekUSDPerDay: f(20)}, false, nil, "slower than usual, $5.00 in 24 h, 75 % below the week's $20.00 a day"},
		{"nothing at all", Burn{}, false, func(s *Snapshot, _ *standpoint) { s.Forecast.LastSpend = now.Add(-14 * time.Hour) }, "nothing was spent for 14 h"},
		{"a cap", Burn{}, false, func(_ *Snapshot, p *standpoint) { p.capUSD = f(25) }, "the key's cap was raised from $10.00 to $25.00"},
		{"a smaller cap", Burn{}, true, func(_ *Snapshot, p *standpoint) { p.capUSD = f(5) }, "the key's cap was lowered from $10.00 to $5.00"},
		{"no cap any more", Burn{}, false, func(_ *Snapshot, p *standpoint) { p.capUSD = nil }, "the key's cap is another"},
		{"a little every day", Burn{USDPerDay: f(21), WeekUSDPerDay: f(20)}, true, nil, "spent $4.00 a day since then, and not $5.00"},
	} {
		s, at := Snapshot{At: now, Now: now, Burn: c.burn}, p
		if c.set != nil {
			c.set(&s, &at)
		}
		if got := movedCause(&s, &was, c.sooner, at); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// What a forecast was made from is the account's, or the key's where that runs
// out or is all that is known.
func TestStandpoint(t *testing.T) {
	limit, left, used := 20.0, 5.0, 15.0
	newest := credit.Sample{UsageUSD: 36, Segment: 7}
	balance := &credit.Balance{CreditsUSD: 100, UsageUSD: 36}
	key := func(kind credit.KeyKind) *credit.Key {
		return &credit.Key{Kind: kind, Cap: credit.Cap{LimitUSD: &limit, RemainingUSD: &left}, Usage: credit.Usage{TotalUSD: &used}}
	}
	for _, c := range []struct {
		name    string
		s       Snapshot
		left    float64
		usage   float64
		segment int64
		capped  bool
		ok      bool
	}{
		{"a management key", Snapshot{Balance: balance, Key: key(credit.KeyManagement)}, 64, 36, 7, false, true},
		{"a key, and the balance runs out", Snapshot{Balance: balance, Key: key(credit.KeyOrdinary)}, 64, 36, 7, true, true},
		{"a key whose cap runs out", Snapshot{Balance: balance, Key: key(credit.KeyOrdinary), Forecast: forecast.Forecast{Subject: forecast.Key}}, 5, 36, 7, true, true},
		{"a key alone", Snapshot{Key: key(credit.KeyOrdinary), Forecast: forecast.Forecast{Subject: forecast.Key}}, 5, 15, 0, true, true},
		{"nothing", Snapshot{}, 0, 36, 7, false, false},
		{"a key without a cap, alone", Snapshot{Key: &credit.Key{Kind: credit.KeyOrdinary}}, 0, 36, 7, false, false},
	} {
		p, ok := c.s.standpoint(newest)
		if ok != c.ok || p.leftUSD != c.left || p.usageUSD != c.usage || p.segment != c.segment || (p.capUSD != nil) != c.capped {
			t.Errorf("%s: %+v, %v, want %v left, %v used in segment %d, capped %v, %v", c.name, p, ok, c.left, c.usage, c.segment, c.capped, c.ok)
		}
	}
}

// A forecast is compared once, and only where it is the account's of now.
func TestHeadlineComparesWhatIsNew(t *testing.T) {
	now := t0
	good := Snapshot{
		At: now, Now: now, Balance: &credit.Balance{CreditsUSD: 100, UsageUSD: 36},
		Forecast: forecast.Forecast{State: forecast.OK, Subject: forecast.Account, At: now, P10: 3600, P50: 7200, P90: 10800},
	}
	newest := credit.Sample{UsageUSD: 36}
	for name, change := range map[string]func(*Snapshot){
		"a fault":             func(s *Snapshot) { s.Fault = &Fault{} },
		"an older forecast":   func(s *Snapshot) { s.Forecast.At = now.Add(-time.Minute) },
		"no balance":          func(s *Snapshot) { s.Balance = nil },
		"an automatic top-up": func(s *Snapshot) { s.AutoTopUp = &AutoTopUp{ThresholdUSD: 5} },
		"compared before":     nil,
	} {
		s := good
		was := Headline{}
		if change == nil {
			was.ComparedAt = now
		} else {
			change(&s)
		}
		if next, e := was.compare(&s, newest); e != nil || next != was {
			t.Errorf("%s: %+v, %+v, want that nothing is compared", name, next, e)
		}
	}
	next, e := Headline{}.compare(&good, newest)
	if e != nil || next.At != now || !next.ComparedAt.Equal(now) {
		t.Errorf("the first: %+v, %+v, want it taken without an event", next, e)
	}
	// It is sooner by more than half, and stays so.
	moved := next
	for i := range 4 {
		at := now.Add(time.Duration(i+1) * 13 * time.Hour)
		s := good
		s.At, s.Now, s.Forecast.At = at, at, at
		s.Forecast.P10, s.Forecast.P50, s.Forecast.P90 = 9e5, 1e6, 2e6
		if moved, e = moved.compare(&s, newest); e != nil {
			if e.Kind != EventForecast || e.Move == nil || !e.Move.P50.After(now) || !e.Move.Was.ComparedAt.IsZero() {
				t.Errorf("the event of a move is %+v", e)
			}
			return
		}
	}
	t.Error("a forecast that moved by weeks is no event")
}
