package tty

import (
	"sync/atomic"
	_ "unsafe" // for linkname

	"github.com/mattn/go-runewidth"
)

// By the first character beyond U+0300 that the renderer measures, go-runewidth makes
// tables of the widths of all characters, 2.2 MB of memory that is never given back. It
// makes none where it is told that there are some, and that neutral emoji are not
// narrow, which it minds in East Asian locales alone: there the tables are made.
//
// Both are private. In a version without them the tables are made.
func init() {
	if wide := runewidth.DefaultCondition; !wide.EastAsianWidth && widthOptions != nil && !widthOptions.EastAsianWidth {
		runewidth.StrictEmojiNeutral, wide.StrictEmojiNeutral, widthOptions.StrictEmojiNeutral = false, false, false
		widthTableEnd.Store(0x110000)
	}
}

//go:linkname widthTableEnd github.com/mattn/go-runewidth.strictWidthLUTLimit
var widthTableEnd atomic.Int32

// widthOptions are those that the renderer measures with.
//
//go:linkname widthOptions github.com/charmbracelet/x/ansi.wcOptions
var widthOptions *runewidth.Condition
