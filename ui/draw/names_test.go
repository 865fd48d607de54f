package draw

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

func TestCutNames(t *testing.T) {
	for _, c := range []struct {
		why         string
		names, want []string
		w           int
	}{
		{"all fit", []string{"a", "b"}, []string{"a", "b"}, 6},
		{"their beginnings differ", []string{"laptop-of-anna", "ci-bot-nightly"}, []string{"laptop-o…", "ci-bot-n…"}, 9},
		{"their ends differ", []string{"production-eu-1", "production-eu-2"}, []string{"produc…u-1", "produc…u-2"}, 10},
		{"what differs is far from the end", []string{"service-account-1-batch", "service-account-2-batch"}, []string{"serv…-1-batch", "serv…-2-batch"}, 13},
		{"they are one", []string{"one-and-the-same", "one-and-the-same"}, []string{"one-and…", "one-and…"}, 8},
		{"wide signs", []string{"研究チームの鍵その一", "研究チームの鍵その二"}, []string{"研究…の一", "研究…の二"}, 10},
		{"no room", []string{"abc", "abd"}, []string{"", ""}, 0},
	} {
		if got := CutNames(c.names, func(int) int { return c.w }); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: CutNames(%q, %d) = %q, want %q", c.why, c.names, c.w, got, c.want)
		}
	}
}

// A name that stands alone keeps its end, by which those of one family differ.
func TestCutName(t *testing.T) {
	for w, want := range map[int]string{40: "production-eu-1", 15: "production-eu-1", 14: "productio…eu-1", 10: "produc…u-1", 4: "pr…1", 3: "pr…", 1: "…", 0: ""} {
		if got := CutName("production-eu-1", w); got != want {
			t.Errorf("in %d cells: %q, want %q", w, got, want)
		}
	}
}

// A name is never wider than its room, and whole where that is enough.
func TestACutNameFits(t *testing.T) {
	signs := []string{"a", "-", "チ", "é", "👩‍👧"}
	r := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		name, w := "", r.IntN(22)-1
		for range r.IntN(20) {
			name += signs[r.IntN(len(signs))]
		}
		tail := r.IntN(max(1, w))
		if got := cutName(name, w, tail); Width(got) > max(0, w) || Width(name) <= w && got != name {
			t.Errorf("cutName(%q, %d, %d) = %q, %d wide", name, w, tail, got, Width(got))
		}
	}
}

// Labels change sides or are shortened before one of them is left out; the first stays whole.
func TestArrange(t *testing.T) {
	tick := func(col int, label, short string) Tick { return Tick{Col: col, Label: label, Short: short} }
	for _, c := range []struct {
		why   string
		ticks []Tick
		want  string
	}{
		{"as they are", []Tick{tick(2, "Thu 26", ""), tick(12, "Sun 29", "")}, "  ╵Thu 26   ╵Sun 29"},
		{"one before its mark", []Tick{tick(8, "Thu 26", ""), tick(12, "Sun 29", "")}, "  Thu 26╵   ╵Sun 29"},
		{"the last shortened", []Tick{tick(3, "Thu 26", ""), tick(12, "Sun 29 15:00", "Sun 29")}, "   ╵Thu 26  ╵Sun 29"},
		{"the last left out", []Tick{tick(5, "Thu 26", ""), tick(8, "Sun 29 15:00", "Sun 29")}, "     ╵Thu 26"},
		{"one beyond the end", []Tick{tick(1, "Thu 26", ""), tick(19, "Sun 29", "")}, " ╵Thu 26     Sun 29╵"},
	} {
		pl := plot{canvas: newCanvas(20+AxisWidth, 1), axis: TimeAxis{Cols: 20}}
		placed, _ := arrange(c.ticks, 0, 20)
		pl.times(placed)
		if got := strings.TrimRight(pl.lines(plainPen)[0][AxisWidth:], " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.why, got, c.want)
		}
	}
}
