package render

import (
	"slices"

	"github.com/charmbracelet/x/ansi"

	"ortop/internal/text"
)

// unknown says which of some columns of a table, whose first row is its heads, say nothing
// of any row.
func unknown(rows [][]string, of []int) (hide []bool) {
	hide = make([]bool, len(rows[0]))
	for _, i := range of {
		hide[i] = !slices.ContainsFunc(rows[1:], func(row []string) bool {
			return i < len(row) && row[i] != "" && row[i] != text.Unknown
		})
	}
	return hide
}

// Room says which columns of a table are shown in a width, of 0 for any: leave names
// the columns that may go, the least important first. A column that is hidden already
// takes no room.
func Room(rows [][]string, hidden []bool, leave []int, width int) (hide []bool) {
	hide = slices.Clone(hidden)
	if width <= 0 {
		return hide
	}
	widths := make([]int, len(hide))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], ansi.StringWidth(cell))
		}
	}
	total := -2
	for i, w := range widths {
		if !hide[i] {
			total += w + 2
		}
	}
	for _, i := range leave {
		if total <= width {
			break
		}
		if !hide[i] {
			hide[i] = true
			total -= widths[i] + 2
		}
	}
	return hide
}
