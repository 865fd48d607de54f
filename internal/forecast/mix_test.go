package forecast

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// bruteForce is the least cost in cents of what adds needed cents, and the most credits
// for that, by what each amount up to it takes at the least.
func bruteForce(offers []offer, needed int64) (cost, credits int64) {
	longest := int64(0)
	for _, o := range offers {
		longest = max(longest, o.credits)
	}
	exactly := make([]int64, needed+longest)
	for a := range exactly {
		if exactly[a] = math.MaxInt64; a == 0 {
			exactly[a] = 0
		}
		for _, o := range offers {
			if before := int64(a) - o.credits; before >= 0 && before < needed && exactly[before] < math.MaxInt64 {
				exactly[a] = min(exactly[a], exactly[before]+o.cost)
			}
		}
	}
	cost = math.MaxInt64
	for a := needed; a < int64(len(exactly)); a++ {
		if exactly[a] < math.MaxInt64 && exactly[a] <= cost {
			cost, credits = exactly[a], a
		}
	}
	return cost, credits
}

// bought is what counts of offers cost and add, in cents.
func bought(offers []offer, counts []int) (cost, credits int64) {
	for i, n := range counts {
		cost, credits = cost+int64(n)*offers[i].cost, credits+int64(n)*offers[i].credits
	}
	return cost, credits
}

func TestMixIsTheCheapest(t *testing.T) {
	mixed := 0
	for seed := range uint64(4000) {
		r := rand.New(rand.NewPCG(seed, 4))
		least, most, scale := r.Int64N(300), 1+r.Int64N(300), 1+r.Int64N(7)
		offers := make([]offer, 1+r.IntN(8))
		for i := range offers {
			credits := scale * (1 + least + r.Int64N(most))
			offers[i] = offer{credits, max(1, credits*(70+r.Int64N(50))/100+r.Int64N(80)), i}
		}
		needed := 1 + r.Int64N(5000)
		want, wantCredits := bruteForce(offers, needed)
		counts := mix(offers, len(offers), needed)
		kinds := 0
		for _, n := range counts {
			kinds += min(1, n)
		}
		if kinds > 1 {
			mixed++
		}
		if cost, credits := bought(offers, counts); cost != want || credits != wantCredits {
			t.Fatalf("seed %d: mix of %v for %d = %v, %d cents for %d; want %d for %d", seed, offers, needed, counts, cost, credits, want, wantCredits)
		}
	}
	if mixed < 1000 {
		t.Errorf("%d are a mix: little was tested", mixed)
	}
}

// manyOffers are packages of up to some cents, each a multiple of step, with the fee.
func manyOffers(r *rand.Rand, n int, least, most, step int64, off float64) (offers []offer) {
	for i := range n {
		credits := (least + r.Int64N(most-least)) / step * step
		price := float64(credits) / 100 * (1 - off*r.Float64())
		p := Package{AmountUSD: float64(credits) / 100, PriceUSD: &price}
		offers = append(offers, offer{credits, p.cents(), i})
	}
	return offers
}

// How far the search goes does not depend on what is needed.
func TestMixOfManyPackages(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 5))
	for range 40 {
		offers := manyOffers(r, 50, 500, 100_000, 100, .15)
		needed := 1 + r.Int64N(1_000_000)
		dollars := slices.Clone(offers) // what they add up to is whole dollars
		for i := range dollars {
			dollars[i].credits /= 100
		}
		want, most := bruteForce(dollars, (needed+99)/100)
		most *= 100
		if cost, credits := bought(offers, mix(offers, len(offers), needed)); cost != want || credits != most {
			t.Errorf("50 packages, %d: %d cents for %d, want %d for %d", needed, cost, credits, want, most)
		}
	}
}

func BenchmarkMix(b *testing.B) {
	for _, c := range []struct {
		name        string
		least, most int64
		step        int64
		off         float64
	}{
		{"dollars", 500, 100_000, 100, .15},
		{"cents", 500, 100_000, 1, .15},
		{"to 50,000 dollars", 500, 5_000_000, 100, .15},
		{"at one price", 500, 100_000, 100, 0},
	} {
		b.Run(c.name, func(b *testing.B) {
			r := rand.New(rand.NewPCG(7, 7))
			for b.Loop() {
				mix(manyOffers(r, 50, c.least, c.most, c.step, c.off), 50, 1+r.Int64N(10_000_000))
			}
		})
	}
}

// Where very many mixes cost about the same, the search is given up with one that costs
// less than a thousandth more than the cheapest could.
func TestMixIsBounded(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 5))
	for range 10 {
		offers := manyOffers(r, 50, 500, 100_000, 1, 0)
		needed := 1 + r.Int64N(10_000_000)
		if cost, credits := bought(offers, mix(offers, len(offers), needed)); credits < needed || float64(cost) > 1.001*math.Ceil(float64(needed)*(1+feeShare)) {
			t.Errorf("%d: %d cents for %d", needed, cost, credits)
		}
	}
}
