package account

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"ortop/internal/credit"
)

// A day of six accounts, minute by minute: what people are told moves rarely, each
// time for a cause, and never nearer without a charge.
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
			for m := 1; m <= 24*60; m++ {
				spent := p.spend(r, minutes+m)
				u += spent
				var res Result
				res, b = poll(st, b, credit.Balance{CreditsUSD: credits, UsageUSD: u}, t0.Add(time.Duration(m)*time.Minute))
				st = res.State
				f := res.Snapshot.Told()
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
