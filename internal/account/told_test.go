package account

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/longtest"
)

// A day of seven accounts, polled every quarter of an hour, or every five minutes with
// ORTOP_LONG: what people are told moves rarely, each time for a cause, and never nearer
// without a charge.
func TestTheHeadlineStandsStill(t *testing.T) {
	type spender func(r *rand.Rand, m int) float64
	profiles := []struct {
		name  string
		most  int // changes in the day
		spend spender
	}{
		{"steady", 3, func(_ *rand.Rand, m int) float64 {
			if m%5 == 0 {
				return .08
			}
			return 0
		}},
		{"every minute", 3, func(r *rand.Rand, _ int) float64 { return .016 * r.ExpFloat64() }},
		{"hourly job", 3, func(_ *rand.Rand, m int) float64 {
			if m%60 == 7 {
				return 1
			}
			return 0
		}},
		{"bursts each hour", 3, func(r *rand.Rand, m int) float64 {
			if m%60 < 3 {
				return r.ExpFloat64() / 3
			}
			return 0
		}},
		{"person", 8, func(r *rand.Rand, m int) float64 {
			if h := m / 60 % 24; h >= 9 && h < 18 && r.IntN(6) == 0 {
				return r.ExpFloat64() / 8
			}
			return 0
		}},
		{"bursts", 8, func(r *rand.Rand, m int) float64 {
			if m/240%3 == 0 && r.IntN(3) == 0 {
				return r.ExpFloat64() / 10
			}
			return 0
		}},
		{"lumps", 8, func(r *rand.Rand, _ int) float64 {
			if r.IntN(700) == 0 {
				return 5
			}
			return 0
		}},
	}
	every, day := 15, 24*60
	if longtest.On() {
		every = 5
	}
	if testing.Short() {
		day = 90 // it is arithmetic: the race detector finds nothing here
	}
	for _, p := range profiles {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(5, 6))
			const minutes = 4 * 24 * 60
			u, usage := 0.0, make([]float64, minutes)
			for m := range usage {
				u += p.spend(r, m)
				usage[m] = u
			}
			credits := u + 120
			b := bookOf(trailOf(minutes-1, func(ago int) float64 { return usage[minutes-1-ago] }, credits))
			st := State{Facts: Facts{
				Key: &credit.Key{Kind: credit.KeyManagement}, Fingerprint: "fp", ReadBy: "fp", AgreedAt: t0, Source: FromCredits, KeyAt: t0,
			}}
			var told time.Time
			var words string
			changes, list := 0, ""
			for m := every; m <= day; m += every {
				spent := 0.0
				for ago := range every {
					spent += p.spend(r, minutes+m-ago)
				}
				u += spent
				var res Result
				res, b = poll(st, b, credit.Balance{CreditsUSD: credits, UsageUSD: u}, t0.Add(time.Duration(m)*time.Minute))
				st = res.State
				f := res.Snapshot.Published()
				is := f.Time(f.P50)
				d, says := is.Sub(told), EndOf(f, f.At).Date()
				moved := d.Abs() > time.Second
				if !told.IsZero() && (moved || says != words) {
					changes++
					cause := fmt.Sprintf("a charge of $%.2f", spent)
					switch {
					case !moved:
						cause = "it is near enough to be said more finely"
					case spent == 0:
						cause = "a tenth of the range, without a charge"
					}
					list += fmt.Sprintf("\n%02d:%02d  %s, not %s (%+.1f h): %s", m/60, m%60, says, words, d.Hours(), cause)
					if moved && d < 0 && spent == 0 {
						t.Errorf("minute %d: nearer by %v without a charge", m, -d)
					}
				}
				told, words = is, says
			}
			t.Logf("%d changes%s", changes, list)
			if changes > p.most {
				t.Errorf("%d changes in a day, want at most %d", changes, p.most)
			}
		})
	}
}

// No alert says anything else than the headline beside it: it comes when what people
// are told is near enough, and says that.
func TestAlertsSayWhatTheHeadlineSays(t *testing.T) {
	const within = 36 * time.Hour
	rules := testRules
	rules.Alerts = []alert.Rule{{Kind: alert.Runway, Within: within, Chance: .5}}
	differ, fired := 0, 0
	seeds, fewest := uint64(1), 10
	switch {
	case longtest.On():
		seeds, fewest = 2, 20
	case testing.Short():
		fewest = 1
	}
	for seed := range seeds {
		r := rand.New(rand.NewPCG(seed, 8))
		const minutes = 3 * 24 * 60
		spend := func(m int) float64 {
			if h := m / 60 % 24; h >= 7 && h < 20 && r.IntN(9) == 0 {
				return r.ExpFloat64() / 4
			}
			return 0
		}
		u, usage := 0.0, make([]float64, minutes)
		for m := range usage {
			u += spend(m)
			usage[m] = u
		}
		credits := u + 45
		b := bookOf(trailOf(minutes-1, func(ago int) float64 { return usage[minutes-1-ago] }, credits))
		st := State{Facts: Facts{
			Key: &credit.Key{Kind: credit.KeyManagement}, Fingerprint: "fp", ReadBy: "fp", AgreedAt: t0, Source: FromCredits, KeyAt: t0,
		}}
		for m := 1; m <= 2*24*60; m += 3 {
			u += spend(minutes+m) + spend(minutes+m+1) + spend(minutes+m+2)
			now := t0.Add(time.Duration(m) * time.Minute)
			totals := credit.Balance{CreditsUSD: credits, UsageUSD: u}
			v := Judge(&st.Facts, Reading{At: now, Fingerprint: "fp", Key: &credit.Key{Kind: credit.KeyManagement}, Totals: &totals}, b)
			last, _ := b.Account.Newest()
			b = b.Copy()
			b.Add(OfAccount, credit.Growth{ReadAt: now, Sample: &credit.Sample{At: now, UsageUSD: u, CreditsUSD: credits, CreditsKnown: true, Segment: last.Segment}})
			b.Poll = Poll{Success: now, Due: now.Add(time.Minute)}
			res := Step(&st, &Input{Verdict: &v}, b, rules, now)
			st = res.State
			s := res.Snapshot
			if s.Forecast.State != forecast.OK {
				continue
			}
			told := s.Published()
			if is := s.Forecast.P50 <= within.Seconds(); is != (told.P50 <= within.Seconds()) {
				differ++
			}
			if near := told.P50 <= within.Seconds(); near != (len(s.Alerts) > 0) {
				t.Fatalf("seed %d, minute %d: the headline says %v, the alerts %v", seed, m, EndOf(told, now).In(), s.Alerts)
			}
			for _, e := range s.Alerts {
				fired++
				if *e.Number != told.P50 || !strings.Contains(e.Text, EndOf(told, now).Date()) {
					t.Fatalf("seed %d, minute %d: %q beside %q", seed, m, e.Text, EndOf(told, now).Date())
				}
			}
		}
	}
	if differ < fewest || fired < fewest {
		t.Errorf("the exact quantiles say otherwise %d times, an alert fired in %d minutes: too few to tell", differ, fired)
	}
}

// A date that people are told goes when it has passed, or has moved by its share of the
// range and by more than it is said by; without a charge none of them is nearer then.
func TestToldDatesAreLeftBehind(t *testing.T) {
	at := func(h float64) time.Time { return t0.Add(time.Duration(h * float64(time.Hour))) }
	was := Outlook{LeftUSD: 10, UsageUSD: 5, Forecast: forecast.Forecast{State: forecast.OK, At: t0, P10: 3600, P50: 10 * 3600, P90: 30 * 3600}}
	was.Published = [3]time.Time{at(1), at(10), at(30)}
	for _, c := range []struct {
		name          string
		now           float64
		p10, p50, p90 float64 // hours from then
		spent         bool
		want          [3]float64 // hours from t0
	}{
		{"as it was", .5, .5, 9.5, 29.5, false, [3]float64{1, 10, 30}},
		{"a little nearer by a charge", .5, .5, 8.5, 29.5, true, [3]float64{1, 10, 30}},
		{"nearer by a charge", .5, .5, 5.5, 29.5, true, [3]float64{1, 6, 30}},
		{"the first has passed", 1, .5, 8.5, 20, false, [3]float64{1.5, 10, 30}},
		{"the first has passed, at a charge", 1, .5, 8.5, 20, true, [3]float64{1.5, 10, 30}},
		{"the middle is before the first", .75, .1, .2, 29.5, true, [3]float64{.95, .95, 30}},
		{"the last is far later", .5, .5, 9.5, 70, true, [3]float64{1, 10, 70.5}},
	} {
		o := Outlook{LeftUSD: 10, UsageUSD: 5, Forecast: forecast.Forecast{State: forecast.OK, At: at(c.now), P10: c.p10 * 3600, P50: c.p50 * 3600, P90: c.p90 * 3600}}
		if got, want := o.published(&was, c.spent), [3]time.Time{at(c.want[0]), at(c.want[1]), at(c.want[2])}; got != want {
			t.Errorf("%s: %v, want %v", c.name, got, want)
		}
	}
	was.Published = [3]time.Time{at(9.9), at(10), at(10.2)} // which are said by the hour
	o := Outlook{LeftUSD: 10, UsageUSD: 5, Forecast: forecast.Forecast{State: forecast.OK, At: at(.5), P10: 9.1 * 3600, P50: 9.2 * 3600, P90: 9.4 * 3600}}
	if got := o.published(&was, true); got != was.Published {
		t.Errorf("moved by less than an hour: %v, want %v", got, was.Published)
	}
}

// What people are told comes nearer for a charge, or where its date is past, and by
// nothing else: not by a range that is narrower now, either.
func TestNearerForAChargeAlone(t *testing.T) {
	const day = 24 * time.Hour
	in := func(days ...float64) (dates [3]time.Time) {
		for i, d := range days {
			dates[i] = t0.Add(time.Duration(d * float64(day)))
		}
		return dates
	}
	is := Outlook{LeftUSD: 50, UsageUSD: 10, Forecast: forecast.Forecast{State: forecast.OK, At: t0, P10: 9 * 86400, P50: 10 * 86400, P90: 11 * 86400}}
	for _, c := range []struct {
		name      string
		spent     bool
		was, want [3]time.Time
	}{
		{"nearer, for a charge", true, in(12, 14, 20), in(9, 10, 11)},
		{"nearer, without one", false, in(12, 14, 20), in(12, 14, 20)},
		{"later, without one", false, in(4, 6, 8), in(9, 10, 11)},
		{"by less than its share of the range, for a charge", true, in(9.5, 10.15, 11.5), in(9.5, 10.15, 11.5)},
		{"past, without one", false, in(-1, 14, 20), in(9, 14, 20)},
	} {
		was := is
		was.Published = c.was
		if got := is.published(&was, c.spent); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
