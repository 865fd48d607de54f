package forecast

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"testing"
	"time"

	"ortop/internal/credit"
)

// What a model says is the same in scratch memory where others were before, longer and shorter
// ones and such of an account whose forecast looks back at its own.
func TestScratchIsNoMatter(t *testing.T) {
	var pasts [][]credit.Sample
	for _, step := range []time.Duration{time.Minute, 7 * time.Minute, time.Hour} {
		for _, length := range []time.Duration{40 * 24 * time.Hour, time.Hour, 4 * 24 * time.Hour} {
			pasts = append(pasts, steady(length, step, 1))
		}
	}
	pasts = append(pasts, bursty(20_000), nil, bursty(300))
	charges, over := evenly(rand.New(rand.NewPCG(4, 21)), steadyLeast+12, 60, 1, .01, .1)
	young := len(charges)
	for young > 0 && charges[young-1].At.After(t0.Add(time.Duration(over[steadyLeast])*time.Minute)) {
		young--
	}
	pasts = append(pasts, charges[:young], charges)
	scratch, eased, week := new(Scratch), 0, 0
	for i := range 3 * len(pasts) {
		samples := pasts[i*5%len(pasts)]
		now, o := t0, Options{}
		if n := len(samples); n > 0 {
			now = samples[n-1].At
			o.Gaps = []credit.Span{{From: samples[n/3].At, To: samples[n/2].At}}[:i%2]
		}
		alone := New(now, samples, o)
		o.Scratch = scratch
		shared := New(now, samples, o)
		for _, left := range []float64{.02, 3, 50, 4000} {
			if a, b := alone.Forecast(&left), shared.Forecast(&left); a != b {
				t.Fatalf("model %d of %v: %+v in scratch memory, %+v alone", i, left, b, a)
			}
		}
		a, _ := alone.Rhythm()
		if b, _ := shared.Rhythm(); a != b {
			t.Fatalf("model %d: rhythm %v in scratch memory, %v alone", i, b, a)
		}
		eased += len(shared.eased.models)
		if shared.week != nil {
			week++
		}
	}
	if eased == 0 || week == 0 {
		t.Errorf("%d models looked back at others, %d knew a week", eased, week)
	}
}

// A model of samples that have grown is what it is of the same samples alone, to the last
// bit: over gaps, new segments, and readings that show nothing.
func TestScratchGrows(t *testing.T) {
	kept := 0
	for seed := range uint64(14) {
		r := rand.New(rand.NewPCG(seed, 7))
		samples, gaps := account(seed)
		scratch, now := new(Scratch), samples[0].At
		for n := 1 + r.IntN(len(samples))/(1+r.IntN(50)); n <= len(samples); n += 1 + r.IntN(3)*r.IntN(max(2, len(samples)/40)) {
			if last := samples[n-1].At; last.After(now) {
				now = last
			}
			now = now.Add(time.Duration(r.IntN(200)) * time.Second)
			if r.IntN(20) == 0 {
				now = now.Add(time.Duration(r.IntN(70)) * time.Hour)
			}
			if r.IntN(30) == 0 { // a clock that was set back
				now = samples[r.IntN(n)].At.Add(-time.Duration(r.IntN(9000)) * time.Second)
			}
			if r.IntN(40) == 0 { // loaded anew
				samples = slices.Clone(samples)
				for i := range samples {
					samples[i].UsageUSD *= 1.5
				}
			}
			var o Options
			for _, g := range gaps {
				if !g.To.After(samples[n-1].At) {
					o.Gaps = append(o.Gaps, g)
				}
			}
			if r.IntN(40) == 0 {
				gaps = append(gaps, credit.Span{From: samples[n/2].At, To: samples[n/2].At.Add(time.Hour)})
			}
			alone := New(now, samples[:n], o)
			o.Scratch = scratch
			if len(scratch.grid.of.samples) > 0 && scratch.grid.of.until(&path{samples: samples[:n], first: alone.path.first, now: unix(now), gaps: alone.path.gaps, scratch: scratch}) > 0 {
				kept++
			}
			shared := New(now, samples[:n], o)
			a, b := *alone.path.grid, *shared.path.grid
			a.of, a.kept, b.of, b.kept = readOf{}, 0, readOf{}, 0
			if !reflect.DeepEqual(alone.path.end, shared.path.end) || fmt.Sprint(a) != fmt.Sprint(b) {
				t.Fatalf("seed %d, %d samples: the path ends as %+v in scratch memory, %+v alone", seed, n, shared.path.end, alone.path.end)
			}
			left := 3.0
			if a, b := alone.Forecast(&left), shared.Forecast(&left); a != b {
				t.Fatalf("seed %d, %d samples: %+v in scratch memory, %+v alone", seed, n, b, a)
			}
		}
	}
	if kept < 200 {
		t.Errorf("only %d models grew", kept)
	}
}

// A model made in scratch memory that was used before takes next to no memory of its own.
func TestScratchIsUsedAgain(t *testing.T) {
	samples := steady(40*24*time.Hour, time.Hour, 1)
	now, scratch, left := samples[len(samples)-1].At, new(Scratch), 5.0
	took := func(o Options) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range 10 {
			New(now, samples, o).Forecast(&left)
		}
		runtime.ReadMemStats(&after)
		return (after.TotalAlloc - before.TotalAlloc) / 10
	}
	New(now, samples, Options{Scratch: scratch})
	if alone, shared := took(Options{}), took(Options{Scratch: scratch}); shared > alone/4 {
		t.Errorf("a model takes %d bytes in a scratch, and %d alone", shared, alone)
	}
}

// The path has what it would have if each of its moments were looked for on its own.
func TestPathIsLookedForOnce(t *testing.T) {
	even := 0
	for seed := range uint64(60) {
		samples, gaps := account(seed)
		if n := len(samples) / 2; seed%2 == 0 { // filled in by the hour before that
			gaps = append(gaps, credit.Span{From: samples[0].At, To: samples[n].At})
			var fewer []credit.Sample
			for i, v := range samples {
				if i%40 == 0 || i >= n {
					fewer = append(fewer, v)
				}
			}
			samples = fewer
		}
		p := newPath(samples[len(samples)-1].At, samples, gaps, nil)
		plain := func(at float64) cursor {
			c := p.grid.before(at)
			p.take(&c, at, len(p.samples))
			next := c
			if from, even := p.next(&next); even && at > from {
				share := (at - from) / (next.t - from)
				c.usd += share * (next.usd - c.usd)
				c.minutes += share * (next.minutes - c.minutes)
				c.squares += share * (next.squares - c.squares)
				c.rose = at
			}
			return c
		}
		same := func(what string, at, usd float64) {
			if want := plain(at); usd != want.usd {
				t.Fatalf("seed %d: %s at %v is %v, want %v", seed, what, at-p.first, usd, want.usd)
			}
		}
		for b, usd := range p.grid.usd {
			same("a block", p.grid.start+float64(b)*block, usd)
		}
		for h, usd := range p.grid.byHour.usd {
			same("an hour", (p.grid.hour+float64(h))*hour, usd)
		}
		for _, s := range p.gaps {
			for _, at := range []float64{s.from - 1, s.from, s.from + 1, (s.from + s.to) / 2, s.to - 1, s.to, s.to + 1, s.to + 1.5} {
				c := p.at(max(p.first, min(at, p.now)))
				if want := plain(max(p.first, min(at, p.now))); c != want {
					t.Fatalf("seed %d: at %v: %+v, want %+v", seed, at-p.first, c, want)
				} else if c.rose == at {
					even++
				}
			}
		}
	}
	if even == 0 {
		t.Error("nothing was spent in a gap")
	}
}
