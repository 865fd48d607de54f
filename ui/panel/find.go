package panel

import (
	"ortop/internal/text"
	"ortop/ui/draw"
)

// Find is what the rows of a list were searched for.
type Find struct {
	Text  string // empty: all are shown
	Shown string // as it is drawn, while it is typed too
}

// manyRows is how many rows a list may have without a count beside its title.
const manyRows = 9

// of is how many of all rows were found, or which of many is chosen.
func (f Find) of(p draw.Pen, at, found, all int) string {
	switch {
	case f.Text != "":
		return p.Dim(text.Count(int64(found)) + " of " + text.Count(int64(all)))
	case found > manyRows:
		return p.Dim(text.Count(int64(at+1)) + " of " + text.Count(int64(found)))
	}
	return ""
}
