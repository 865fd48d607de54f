package text

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// Columns writes rows of equally many cells, each column as wide as its widest cell
// and two blanks.
func Columns(rows [][]string) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	w.Flush() // a Builder takes everything
	return b.String()
}
