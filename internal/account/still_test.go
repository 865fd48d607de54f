package account

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/longtest"
)

// While nothing is spent no date comes nearer, minute by minute, whatever was
// spent before and whoever asks: the process that polls, or one that starts from
// what it stored. A charge may bring it nearer.
func TestDatesComeNoNearerWhileNothingIsSpent(t *testing.T) {
	patterns := map[string]func(r *rand.Rand, minute int) float64{
		"steady": func(_ *rand.Rand, m int) float64 {
			if m%5 == 0 {
				return .08
			}
			return 0
		},
		"bursts": func(r *rand.Rand, m int) float64 {
			if m/240%3 == 0 && r.IntN(3) == 0 {
				return r.ExpFloat64() / 10
			}
			return 0
		},
		"person": func(r *rand.Rand, m int) float64 {
			if h := m / 60 % 24; h >= 9 && h < 18 && r.IntN(6) == 0 {
				return r.ExpFloat64() / 8
			}
			return 0
		},
		"lumps": func(r *rand.Rand, _ int) float64 {
			if r.IntN(700) == 0 {
				return 5
			}
			return 0
		},
	}
	long, seeds := 120, uint64(1)
	switch {
	case longtest.On():
		seeds = 2
	case testing.Short():
		long = 35
	}
	var nearer atomic.Int32
	t.Cleanup(func() {
		if nearer.Load() == 0 && !testing.Short() {
			t.Error("the regression alone says no nearer date either")
		}
	})
	for name, spend := range patterns {
		for seed := range seeds {
			t.Run(fmt.Sprint(name, " ", seed), func(t *testing.T) {
				t.Parallel()
				r := rand.New(rand.NewPCG(seed, 6))
				const minutes = 3 * 24 * 60
				u, usage := 0.0, make([]float64, minutes)
				for m := range usage {
					u += spend(r, m)
					usage[m] = u
				}
				b := bookOf(trailOf(minutes-1, func(ago int) float64 { return usage[minutes-1-ago] }, u+20))
				st := State{Facts: Facts{
					Key: &credit.Key{Kind: credit.KeyManagement}, Fingerprint: "fp", ReadBy: "fp", AgreedAt: t0, Source: FromCredits, KeyAt: t0,
				}}
				var last forecast.Forecast
				for m := 1; m <= long; m++ {
					if m%30 == 0 { // a charge, and as much is bought
						u += .5
						last = forecast.Forecast{}
					}
					var res Result
					res, b = poll(st, b, credit.Balance{CreditsUSD: u + 20, UsageUSD: u}, t0.Add(time.Duration(m)*time.Minute))
					stored, err := res.State.Encode()
					if err != nil {
						t.Fatal(err)
					}
					st = DecodeState(stored)
					f := res.Snapshot.Forecast
					if f.State != forecast.OK {
						t.Fatalf("minute %d: state %s", m, f.State)
					}
					if left := 20.0; m%10 == 0 && model(b.Account, f.At, nil).Forecast(&left).P50 < f.P50*.99 {
						nearer.Add(1)
					}
					if last.State == forecast.OK {
						for i, q := range [3][2]float64{{last.P10, f.P10}, {last.P50, f.P50}, {last.P90, f.P90}} {
							if was, is := last.Time(q[0]), f.Time(q[1]); is.Before(was.Add(-time.Second)) {
								t.Fatalf("minute %d: quantile %d comes nearer, from %v to %v", m, i, was, is)
							}
						}
					}
					last = f
				}
			})
		}
	}
}
