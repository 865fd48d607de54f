package ui

import (
	"ortop/internal/text"
	"ortop/ui/draw"
)

// find is what the rows of a list were searched for.
type find struct {
	text  string // empty: all are shown
	shown string // as it is drawn, while it is typed too
}

// manyRows is how many rows a list may have without a count beside its title.
const manyRows = 9

// of says how many of all rows were found, or which of many is chosen.
func (f find) of(p draw.Pen, at, found, all int) string {
	switch {
	case f.text != "":
		return p.Dim(text.Count(int64(found)) + " of " + text.Count(int64(all)))
	case found > manyRows:
		return p.Dim(text.Count(int64(at+1)) + " of " + text.Count(int64(found)))
	}
	return ""
}
