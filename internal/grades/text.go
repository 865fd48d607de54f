// Package grades says how good the forecast was on a trace of spend: in a table with what
// it means, or as JSON.
package grades

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"ortop/internal/forecast/backtest"
	"ortop/internal/render"
	"ortop/internal/text"
)

// Print prints how good the forecast was at each horizon, what that means, and
// whether it was better than plain means. width of 0 is any.
func Print(w io.Writer, t *backtest.Trace, rows []backtest.Row, width int) {
	fmt.Fprintf(w, "%s  %s\n", text.Clean(t.Name, maxName), text.Span(lasted(t)))
	if len(rows) > 0 {
		writeRoll(w, rows, width)
		fmt.Fprintln(w, judgement(rows))
	}
	if why := ungraded(t, rows); why != "" {
		fmt.Fprintln(w, why)
	}
}

const (
	maxName     = 1000
	legendWidth = 80 // where the width is any
)

// rollColumns are the columns of the table before the means, and what they say.
var rollColumns = [][2]string{
	{"horizon", ""},
	{"moments", ""},
	{"off by", "half of the forecasts were closer than this factor: 1.5 is 2 days for 3"},
	{"80 % held", "how often it ran out between P10 and P90: should be near 80 %"},
	{"pin3", "the error of P10, P50 and P90 together: lower is better, under .2 is good"},
}

// writeRoll writes the table, of as many columns as there is room for, and what its
// columns say. The means leave first.
func writeRoll(w io.Writer, rows []backtest.Row, width int) {
	var lines [][]string
	var head []string
	for _, c := range rollColumns {
		head = append(head, c[0])
	}
	leave := []int{}
	for i, b := range backtest.Baselines {
		leave = append(leave, len(head))
		name := b.Name
		if i == 0 {
			name = "mean of " + name
		}
		head = append(head, name)
	}
	lines = append(lines, head)
	for _, r := range rows {
		f := r.Forecast
		cells := []string{text.Span(r.Horizon), fmt.Sprint(f.N), fmt.Sprintf("%.2f", f.Factor), fmt.Sprintf("%.0f %%", f.Coverage*100), fmt.Sprintf("%.3f", f.Pin3)}
		for _, b := range r.Baselines {
			cells = append(cells, fmt.Sprintf("%.2f", b.Factor))
		}
		lines = append(lines, cells)
	}
	hidden := render.Room(lines, make([]bool, len(head)), append(leave, 1, 4), width)
	// "mean of" is above the first, and says what the others are.
	if slices.Contains(hidden[len(rollColumns):], true) {
		for i := range backtest.Baselines {
			hidden[len(rollColumns)+i] = true
		}
	}
	widths := make([]int, len(head))
	for _, cells := range lines {
		for i, cell := range cells {
			widths[i] = max(widths[i], len(cell))
		}
	}
	for _, cells := range lines {
		line := fmt.Sprintf("%-*s", widths[0], cells[0])
		for i, cell := range cells[1:] {
			if !hidden[i+1] {
				line += fmt.Sprintf("  %*s", widths[i+1], cell)
			}
		}
		fmt.Fprintln(w, line)
	}
	fmt.Fprintln(w)
	legend := cmp.Or(width, legendWidth)
	for i, c := range rollColumns {
		if c[1] != "" && !hidden[i] {
			fmt.Fprintln(w, render.Fold(fmt.Sprintf("%-9s  %s", c[0], c[1]), legend))
		}
	}
	if !hidden[len(rollColumns)] {
		fmt.Fprintln(w, render.Fold(`mean of    the same factor as "off by", for the balance divided by the mean rate of the last hour, day, 3 or 7 days, or of all before`, legend))
	}
	fmt.Fprintln(w)
}

func lasted(t *backtest.Trace) time.Duration { return time.Duration(t.To()-t.From()) * time.Second }

// ungraded says why a trace is not graded at all, or what it takes at the first horizon
// that has no row; empty where all have.
func ungraded(t *backtest.Trace, rows []backtest.Row) string {
	if len(rows) == 0 {
		return tooShort(t)
	}
	for _, h := range backtest.Horizons {
		if h > rows[len(rows)-1].Horizon {
			return fmt.Sprintf("Not graded at %s: that takes %s of spend.", text.Span(h), text.Span(backtest.Needs(h)))
		}
	}
	return ""
}

// tooShort says what a trace without any row lacks.
func tooShort(t *backtest.Trace) string {
	least := backtest.Needs(backtest.Horizons[0])
	switch spent := t.UsageUSD(t.To()) - t.UsageUSD(t.From()); {
	case spent <= 0:
		return "nothing was spent in it: there is nothing to forecast"
	case lasted(t) < least:
		return "too short to be graded: that takes " + text.Span(least) + " at least"
	}
	return "too quiet to be graded: at fewer than 10 moments had anything been spent within the week before"
}

// A range that held for less or more of the time is too narrow or too wide.
const (
	heldLeast = .70
	heldMost  = .90
	// closer is by what share a factor is closer for it to count.
	closer = 1.02
)

// judgement is what to make of the rows, in a line.
func judgement(rows []backtest.Row) string {
	better, worse := []string{}, map[string][]string{}
	var narrow, wide, names []string
	for _, r := range rows {
		at := text.Span(r.Horizon)
		best := slices.MinFunc(indexes(len(r.Baselines)), func(a, b int) int {
			return cmp.Compare(r.Baselines[a].Factor, r.Baselines[b].Factor)
		})
		if f := r.Baselines[best].Factor; r.Forecast.Factor <= f*closer {
			better = append(better, at)
		} else {
			name := backtest.Baselines[best].Name
			if worse[name] == nil {
				names = append(names, name)
			}
			worse[name] = append(worse[name], at)
		}
		switch held := r.Forecast.Coverage; {
		case held < heldLeast:
			narrow = append(narrow, fmt.Sprintf("%.0f %% at %s", held*100, at))
		case held > heldMost:
			wide = append(wide, fmt.Sprintf("%.0f %% at %s", held*100, at))
		}
	}
	var parts []string
	switch {
	case len(names) == 0:
		parts = append(parts, "As close as the best of the means, or closer, at every horizon")
	case len(better) > 0:
		parts = append(parts, "As close as the best of the means, or closer, at "+text.List(better))
	default:
		parts = append(parts, "A plain mean was closer at every horizon")
	}
	for _, name := range names {
		of := "the mean of " + name
		if name == "all" {
			of = "the mean of all before"
		}
		parts = append(parts, "at "+text.List(worse[name])+" "+of+" was closer")
	}
	switch {
	case len(narrow) > 0:
		parts = append(parts, "the range held only "+text.List(narrow)+": too narrow")
	case len(wide) > 0:
		parts = append(parts, "the range held "+text.List(wide)+": wider than it need be")
	default:
		parts = append(parts, "the range held as it should")
	}
	return strings.Join(parts, "; ") + "."
}

func indexes(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}
