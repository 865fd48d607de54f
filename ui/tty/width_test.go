package tty

import (
	"testing"
	_ "unsafe" // for linkname

	"github.com/charmbracelet/x/ansi"
	"github.com/mattn/go-runewidth"
)

//go:linkname widthTables github.com/mattn/go-runewidth.strictWidthLUT
var widthTables [2][0x110000]byte

// Characters are as wide as the tables say, which are not made.
func TestWidthsNeedNoTables(t *testing.T) {
	if runewidth.DefaultCondition.EastAsianWidth || widthOptions.EastAsianWidth {
		t.Skip("this locale needs the tables")
	}
	widths := make([]int, 0x110000)
	for r := range widths {
		widths[r] = ansi.StringWidthWc(string(rune(r)))
	}
	for r := 0x300; r < 0x110000; r++ {
		if widthTables[0][r] != 0 || widthTables[1][r] != 0 {
			t.Fatalf("%U has a place in a table", r)
		}
	}
	for r, want := range map[rune]int{'a': 1, '─': 1, '世': 2, '\u0301': 0} {
		if got := runewidth.RuneWidth(r); got != want { // by which a field measures
			t.Errorf("%U is %d wide by default, want %d", r, got, want)
		}
	}
	// The library makes them, and measures with them.
	end := widthTableEnd.Swap(0x300)
	widthOptions.StrictEmojiNeutral = true
	defer func() {
		widthOptions.StrictEmojiNeutral = false
		widthTableEnd.Store(end)
	}()
	for r, got := range widths {
		if want := ansi.StringWidthWc(string(rune(r))); got != want {
			t.Fatalf("%U is %d wide, want %d", r, got, want)
		}
	}
	if widthTables[0]['─'] != 1 {
		t.Error("the library made no tables: this test compares nothing")
	}
}
