package forecast

import (
	"math"
	"testing"
	"time"

	"ortop/internal/credit"
)

func TestGrade(t *testing.T) {
	made := Made{At: t0, UsageUSD: 100, BalanceUSD: 10, Segment: 1, P10: 1800, P50: 3600, P90: 7200}
	at := func(minutes int, usage float64) credit.Sample {
		return credit.Sample{At: t0.Add(time.Duration(minutes) * time.Minute), UsageUSD: usage, Segment: 1}
	}
	other := at(60, 200)
	other.Segment = 2
	for _, c := range []struct {
		name           string
		before, newest credit.Sample
		ended, held    bool
		tookS          float64
		censored       bool
	}{
		{"open", at(58, 105), at(59, 106), false, false, 0, false},
		{"spent between two readings", at(50, 108), at(60, 112), true, true, 3300, false},
		{"spent at a reading", at(50, 108), at(60, 110), true, true, 3600, false},
		{"sooner than P10", at(10, 100), at(20, 120), true, false, 900, false},
		{"the first reading after", at(-10, 99), at(1, 111), true, false, 55, false},
		{"later than P90", at(119, 104), at(121, 105), true, false, 7260, true},
		{"spent after P90", at(60, 104), at(180, 110), true, false, 10800, false},
		{"just P90", at(119, 104), at(120, 105), false, false, 0, false},
		{"another segment", at(50, 108), other, false, false, 0, false},
		{"a clock that was set back", at(50, 108), at(-60, 112), false, false, 0, false},
		{"the reading before is of another segment", other, at(61, 112), true, true, 3660, false},
	} {
		g, ended := made.Grade(c.before, c.newest)
		if ended != c.ended {
			t.Errorf("%s: ended = %v, want %v", c.name, ended, c.ended)
		}
		if ended && (math.Abs(g.TookS-c.tookS) > 1e-6 || g.Censored != c.censored || g.Held() != c.held) {
			t.Errorf("%s: Grade = %v s, censored %v, held %v, want %v, %v, %v", c.name, g.TookS, g.Censored, g.Held(), c.tookS, c.censored, c.held)
		}
	}
}

func TestTrack(t *testing.T) {
	if made, held, factor := Track(nil); made != 0 || held != 0 || factor != 0 {
		t.Errorf("Track of nothing = %d, %d, %v, want zeros", made, held, factor)
	}
	var graded []Graded
	for i := range 50 {
		g := Graded{Made: Made{P10: 50, P50: 100, P90: 250}, TookS: 200}
		if i%2 == 0 {
			g.TookS = 50
		}
		if i < 5 {
			g.TookS = 1e6 // beyond the last 40
		}
		if i == 49 {
			g.TookS, g.Censored = 260, true
		}
		graded = append(graded, g)
	}
	if made, held, factor := Track(graded); made != 40 || held != 39 || math.Abs(factor-2) > 1e-9 {
		t.Errorf("Track = %d, %d, %v, want 40, 39, 2", made, held, factor)
	}
}
