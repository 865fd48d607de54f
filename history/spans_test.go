package history

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// spent is a span of whole hours of the tests' time.
func spent(from, to, usd float64) Spend { return Spend{From: at(60 * from), To: at(60 * to), USD: usd} }

func TestFlatten(t *testing.T) {
	for _, c := range []struct {
		name  string
		spans []Spend
		want  []Spend // nil is a refusal
	}{
		{"in any order", []Spend{spent(2, 3, 2), spent(0, 1, 1)}, []Spend{spent(0, 1, 1), spent(2, 3, 2)}},
		{"an hour of its day", []Spend{spent(0, 24, 10), spent(6, 7, 4)}, []Spend{spent(0, 6, 6*6./23), spent(6, 7, 4), spent(7, 24, 6*17./23)}},
		{"hours at both ends of their day", []Spend{spent(0, 1, 1), spent(23, 24, 2), spent(0, 24, 10)}, []Spend{spent(0, 1, 1), spent(1, 23, 7), spent(23, 24, 2)}},
		{"hours that fill their span", []Spend{spent(0, 2, 9), spent(0, 1, 1), spent(1, 2, 2)}, []Spend{spent(0, 1, 1), spent(1, 2, 2)}},
		{"hours above their day", []Spend{spent(0, 24, 1), spent(0, 12, 5)}, []Spend{spent(0, 12, 5), spent(12, 24, 0)}},
		{"three deep", []Spend{spent(0, 8, 16), spent(0, 4, 10), spent(0, 1, 4)}, []Spend{spent(0, 1, 4), spent(1, 4, 6), spent(4, 8, 6)}},
		{"half in another", []Spend{spent(0, 2, 1), spent(1, 3, 1)}, nil},
		{"the same twice", []Spend{spent(0, 1, 1), spent(0, 1, 1)}, nil},
		{"half in another, within a third", []Spend{spent(0, 9, 9), spent(0, 2, 1), spent(1, 3, 1)}, nil},
		{"empty", []Spend{spent(1, 1, 1)}, nil},
		{"backwards", []Spend{spent(2, 1, 1)}, nil},
		{"less than a second", []Spend{{From: at(0), To: at(0).Add(time.Second / 2), USD: 1}}, nil},
		{"negative", []Spend{spent(0, 1, -1)}, nil},
		{"NaN", []Spend{spent(0, 1, math.NaN())}, nil},
		{"infinite", []Spend{spent(0, 1, math.Inf(1))}, nil},
	} {
		got, err := flatten(c.spans)
		if (err == nil) != (c.want != nil) || len(got) != len(c.want) {
			t.Errorf("%s: flatten() = %v, %v, want %v", c.name, got, err, c.want)
			continue
		}
		for i, w := range c.want {
			if g := got[i]; g.from != w.From.Unix() || g.to != w.To.Unix() || !near(g.usd, w.USD) {
				t.Errorf("%s: flatten()[%d] = %v, want %v", c.name, i, g, w)
			}
		}
	}
}

// nested returns random spans within [from, to), some within others, and what
// they tell in all.
func nested(rng *rand.Rand, from, to int64, depth int) (spans []Spend, usd float64) {
	for at := from; at < to; {
		end := min(to, at+1+rng.Int64N(1+(to-from)/2))
		if rng.IntN(4) > 0 && (at > from || end < to) {
			s := Spend{From: time.Unix(at, 0), To: time.Unix(end, 0), USD: rng.ExpFloat64()}
			told, inner := s.USD, []Spend(nil)
			if depth > 0 && end-at > 1 {
				inner, told = nested(rng, at, end, depth-1)
				full := int64(0)
				for _, i := range slices.Clone(inner) {
					full += i.To.Unix() - i.From.Unix()
				}
				if told = max(told, s.USD); full >= end-at {
					// Perhaps all of it is told of; then it adds nothing.
					inner, told = nil, s.USD
				}
			}
			spans, usd = append(append(spans, s), inner...), usd+told
		}
		at = end
	}
	return spans, usd
}

func TestFlattenKeepsTheSum(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	for range 500 {
		spans, want := nested(rng, 0, 1000, 2)
		rng.Shuffle(len(spans), func(i, j int) { spans[i], spans[j] = spans[j], spans[i] })
		flat, err := flatten(spans)
		if err != nil {
			t.Fatalf("flatten(%v) = %v", spans, err)
		}
		sum, at := 0.0, int64(0)
		for _, s := range flat {
			if s.from < at || s.to <= s.from || s.usd < 0 {
				t.Fatalf("flatten(%v) = %v, want it in order", spans, flat)
			}
			at, sum = s.to, sum+s.usd
		}
		if math.Abs(sum-want) > 1e-9 {
			t.Fatalf("flatten(%v) sums to %v, want %v", spans, sum, want)
		}
		half := append(clip(flat, 0, 500), clip(flat, 500, 1000)...)
		for _, s := range half {
			sum -= s.usd
		}
		if math.Abs(sum) > 1e-9 {
			t.Fatalf("clip(%v) leaves %v", flat, sum)
		}
	}
}
