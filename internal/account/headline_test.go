package account

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ortop/internal/forecast"
	"ortop/internal/forecast/backtest"
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
	said := 0
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
			moves, days := movesOf(trace, lasts, 15*time.Minute)
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
		{"a cap that starts anew", []step{{0, 8 * time.Hour, capped(start.Add(day)), false}, {day, 12 * time.Hour, capped(start.Add(2 * day)), false}, {2 * time.Hour, 10 * time.Hour, capped(start.Add(2 * day)), false}}},
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
		if got := movedCause(s, was, c.sooner, at); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
