package history

import (
	"testing"

	"ortop/internal/credit"
)

// Who waits for a large history to be checked is told how far that is.
func TestVerifySaysHowFarItIs(t *testing.T) {
	db, s := fresh(t)
	const readings = 2*progressRows + 5
	x := Export{}
	for i := range readings {
		x.Samples = append(x.Samples, credit.Sample{At: at(float64(i)), UsageUSD: float64(i)})
	}
	if _, err := db.Import(ctx, s, x); err != nil {
		t.Fatal(err)
	}
	var said [][2]int64
	r, err := db.VerifyReporting(ctx, func(read, of int64) { said = append(said, [2]int64{read, of}) })
	if err != nil || !r.OK || r.Rows != readings {
		t.Fatalf("VerifyReporting() = %+v, %v", r, err)
	}
	if want := [][2]int64{{progressRows, readings}, {2 * progressRows, readings}}; len(said) != 2 || said[0] != want[0] || said[1] != want[1] {
		t.Errorf("it said %v, want %v", said, want)
	}
}
