package report

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"ortop/internal/spenders"
)

// spentBy is a breakdown of rows that spent so much, and what is in none of them.
func spentBy(unattributed float64, amounts ...float64) spenders.Breakdown {
	total := unattributed
	for _, usd := range amounts {
		total += usd
	}
	b := spenders.Breakdown{TotalUSD: &total, UnattributedUSD: &unattributed, Rows: []spenders.Row{}}
	for i, amount := range amounts {
		share := amount / total
		b.Rows = append(b.Rows, spenders.Row{Name: "key " + strconv.Itoa(i+1), SpendUSD: &amount, Share: &share})
	}
	return b
}

func TestTopNamesTheRest(t *testing.T) {
	for _, c := range []struct {
		name string
		b    spenders.Breakdown
		want []string // rows
	}{
		{"thirds", spentBy(0, 1, 1, 1), []string{"key 1 $1.00 34 %", "key 2 $1.00 33 %", "key 3 $1.00 33 %"}},
		{"more than are named", spentBy(2, 10, 9, 8, 7, 6, 5, 3, 0), []string{
			"key 1 $10.00 20 %", "key 2 $9.00 18 %", "key 3 $8.00 16 %", "key 4 $7.00 14 %", "key 5 $6.00 12 %", "2 others $8.00 16 %", "not attributed $2.00 4 %"}},
		{"nobody's", spentBy(96.97, 0, 0), []string{"not attributed $96.97 100 %"}},
		{"nothing", spentBy(0, 0), nil},
		{"next to nothing", spentBy(0.5, 999, 0.5), []string{"key 1 $999.00 100 %", "key 2 $0.50 <1 %", "not attributed $0.50 <1 %"}},
		{"more than the total", spentBy(-1, 4, 7), []string{"key 1 $4.00 40 %", "key 2 $7.00 70 %", "not attributed -$1.00 -10 %"}},
		{"not read", spenders.Breakdown{}, nil},
	} {
		var got []string
		for _, row := range topOf(&c.b).table("").rows {
			got = append(got, strings.Join(row, " "))
		}
		if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestWholePercentsAddUp(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		shares, sum := make([]*float64, 1+rng.IntN(9)), 0.0
		for i := range shares {
			v := rng.Float64() * rng.Float64()
			shares[i], sum = &v, sum+v
		}
		for i := range shares {
			*shares[i] /= sum
		}
		total := 0
		for i, s := range wholePercents(shares) {
			n, err := strconv.Atoi(strings.TrimLeft(strings.TrimSuffix(s, " %"), "<"))
			if strings.HasPrefix(s, "<") {
				n = 0
			}
			if total += n; err != nil || float64(n) < *shares[i]*100-1 || float64(n) > *shares[i]*100+1 {
				t.Fatalf("%v %% reads %q", *shares[i]*100, s)
			}
		}
		if total != 100 {
			t.Fatalf("the shares %v add up to %d %%", wholePercents(shares), total)
		}
	}
}

// A list that is empty says whether anything was spent.
func TestATopOfNobody(t *testing.T) {
	zero, some := 0.0, 96.97
	for _, c := range []struct {
		b    spenders.Breakdown
		want string
	}{
		{spenders.Breakdown{}, "—"},
		{spenders.Breakdown{Rows: []spenders.Row{}}, "nothing attributed; what was spent is not known"},
		{spenders.Breakdown{Rows: []spenders.Row{}, TotalUSD: &zero, UnattributedUSD: &zero}, "nothing was spent"},
		{spenders.Breakdown{Rows: []spenders.Row{}, TotalUSD: &some, UnattributedUSD: &some}, "not attributed"},
	} {
		l := topOf(&c.b).table("Models")
		got := l.empty
		if len(l.rows) > 0 {
			got = l.rows[0][0]
		}
		if got != c.want {
			t.Errorf("%+v: %q, want %q", c.b, got, c.want)
		}
	}
}
