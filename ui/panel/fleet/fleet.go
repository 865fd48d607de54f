// Package fleet draws the table of many accounts.
package fleet

import (
	"slices"
	"time"

	"ortop/internal/account"
	"ortop/internal/text"
	"ortop/ui/draw"
	"ortop/ui/panel"
)

// Row is one of many accounts in words: what is left, when that runs out and
// between when, what a day costs, who collects it and when it was last read.
type Row struct {
	ID, Account, State, Left, End, Between, Day, Collector, Read string

	Why string // what went wrong, or empty

	LeftUSD, DayUSD *float64
	ReadAt          time.Time // zero: never
}

// Fleet is a row for each account, and their sum.
type Fleet struct {
	Rows  []Row
	Total account.Total
}

// columns is how many columns the table has.
const columns = 8

var heads = [columns]string{"account", "state", "left", "runs out", "between", "a day", "collector", "read"}

// leave are the columns that leave where there is no room, the first first.
var leave = [...]int{6, 7, 5, 4, 1}

// Widths are those of the columns over all rows, so that nothing moves while one
// goes through them; 0: left out, as one that may leave is where no row knows anything of it.
type Widths [columns]int

// The most that names, states and collectors take.
const mostCollector = 16

func (r *Row) cells() [columns]string {
	return [columns]string{r.Account, r.State, r.Left, r.End, r.Between, r.Day, r.Collector, r.Read}
}

// Clean makes what others wrote safe to draw, and measures the columns.
func (f *Fleet) Clean() (w Widths) {
	var known [columns]bool
	rows := make([]Row, len(f.Rows))
	for i, r := range f.Rows {
		r.Account, r.State, r.Collector, r.Why = draw.Clean(r.Account), draw.Clean(r.State), draw.Clean(r.Collector), draw.Clean(r.Why)
		for j, s := range r.cells() {
			known[j] = known[j] || s != "" && s != text.Unknown
			w[j] = max(w[j], draw.Width(s))
		}
		rows[i] = r
	}
	f.Rows = rows
	for j := range w {
		if w[j] = max(w[j], draw.Width(heads[j])); slices.Contains(leave[:], j) && !known[j] {
			w[j] = 0
		}
	}
	w[0], w[1], w[6] = max(w[0], panel.LeastAccount), min(w[1], panel.MostState), min(w[6], mostCollector)
	return w
}

// sum is the row of all.
func (f *Fleet) sum() *Row {
	t := &f.Total
	r := &Row{Account: panel.TotalName(*t, 1<<10, true), Left: text.MaybeUSD(t.BalanceUSD), Day: text.MaybeUSD(t.USDPerDay), State: "all known"}
	if t.Known < t.Accounts {
		r.State = text.Count(int64(t.Known)) + " of " + text.Count(int64(t.Accounts)) + " known"
	}
	return r
}

// in fits the columns into a width.
func (w Widths) in(cells int) Widths {
	rest := cells - 2
	for _, n := range w[1:] {
		if n > 0 {
			rest -= n + 2
		}
	}
	for _, i := range leave {
		if rest >= min(w[0], panel.LeastAccount+4) {
			break
		}
		if w[i] > 0 {
			rest += w[i] + 2
			w[i] = 0
		}
		if i == 1 { // which leaves its sign
			rest--
		}
	}
	w[0] = max(1, min(rest, max(w[0], panel.MostAccount)))
	return w
}

// Table is the fleet as it is looked at.
type Table struct {
	*Fleet
	Widths Widths
	Found  []int // places of the rows that pass the filter
	List   draw.List
	Find   panel.Find
	Shown  string // ID of the account on the screen
	Sort   string // one of Sorts
	Read   bool   // the rows were read
	Err    string // why they were not, or not again
}

// Why is what went wrong with the chosen account, or with the table.
func (d *Table) Why() string {
	if d.Err != "" {
		return "not read: " + d.Err
	}
	if d.List.At < len(d.Found) {
		return d.Rows[d.Found[d.List.At]].Why
	}
	return ""
}

// Head is what is beside the title.
func (d *Table) Head(p draw.Pen) string {
	of := d.Find.Of(p, d.List.At, len(d.Found), len(d.Rows))
	if !d.Read && d.Err == "" {
		of = p.Dim("reading…")
	}
	return draw.JoinAll("  ", p.Title("accounts"), of, d.Find.Shown)
}

// Seen is how many rows are seen in a height: beside them are what the columns are,
// and the sum.
func Seen(h int) int { return max(1, h-2) }

// Lines are the rows that are seen, in w by h cells.
func (d *Table) Lines(p draw.Pen, w, h int) []string {
	cols := d.Widths.in(w)
	var lines []string
	if headed(h) {
		lines = append(lines, d.line(p, cols, heads, func(i int, s string) string { return panel.Heading(p, s, heads[i] == d.Sort) }, false, ""))
	}
	seen := Seen(h)
	l := d.List.Within(len(d.Found), seen)
	rows := d.Found[l.Top:min(len(d.Found), l.Top+seen)]
	names := make([]string, len(rows))
	for i, n := range rows {
		names[i] = d.Rows[n].Account
	}
	names = draw.CutNames(names, func(int) int { return cols[0] })
	for i, n := range rows {
		r := &d.Rows[n]
		cells := r.cells()
		cells[0] = names[i]
		if cols[1] == 0 && cells[3] == text.Unknown { // why there is no date
			cells[3] = cells[1]
		}
		line := d.line(p, cols, cells, nil, l.Top+i == l.At, r.ID)
		if l.Top+i == l.At {
			line = p.Row(draw.Fit(line, w))
		}
		lines = append(lines, line)
	}
	if len(d.Found) == 0 {
		lines = append(lines, "  "+p.Dim(draw.Pick(w-2, "no account matches: "+p.Key("back", "esc")+" clears the filter", "no account matches")))
	}
	if h > 1 && d.Read {
		sum := d.sum().cells()
		fits := draw.Width(sum[1]) <= cols[1]
		if !fits {
			sum[1] = ""
		}
		sum[0] = panel.TotalName(d.Total, cols[0], fits)
		line := d.line(p, cols, sum, func(_ int, s string) string { return p.Dim(s) }, false, "")
		if draw.Width(sum[2]) > cols[2] || cols[5] > 0 && draw.Width(sum[5]) > cols[5] { // money is never cut
			sum[0] = panel.TotalName(d.Total, max(4, w-6-draw.Width(sum[2])), false)
			line = "  " + p.Dim(draw.Join(w-2, "  ", sum[0], sum[2], sum[5]+" a day"))
		}
		lines = append(lines, line)
	}
	return lines
}

// headed reports whether a height has room for what the columns are.
func headed(h int) bool { return h > 2 }

// At is what Lines in h rows has in row y: the place of an account in Found, or -1; or
// what the columns are.
func (d *Table) At(y, h int) (i int, head bool) {
	if headed(h) {
		if y--; y < 0 {
			return -1, y == -1
		}
	}
	seen := Seen(h)
	if i = d.List.Within(len(d.Found), seen).Top + y; y < 0 || y >= seen || i >= len(d.Found) {
		return -1, false
	}
	return i, false
}

// HeadAt is the heading at a column of the table in w cells, or nothing.
func (d *Table) HeadAt(x, w int) string {
	at := 2
	for i, n := range d.Widths.in(w) {
		if n > 0 && x >= at && x < at+n {
			return heads[i]
		}
		if n > 0 {
			at += n + 2
		}
		if i == 1 && n == 0 {
			at++
		}
	}
	return ""
}

// Name is the chosen account's, where its column in w cells cuts it; else it is empty.
func (d *Table) Name(w int) string {
	if d.List.At < len(d.Found) {
		if name := d.Rows[d.Found[d.List.At]].Account; draw.Width(name) > d.Widths.in(w)[0] {
			return name
		}
	}
	return ""
}

// line is the cells of a row side by side: all as paint says, or each by what it means.
func (d *Table) line(p draw.Pen, cols Widths, cells [columns]string, paint func(i int, s string) string, chosen bool, id string) string {
	line := draw.Mark(p, chosen)
	for i, n := range cols {
		if n == 0 {
			continue
		}
		switch {
		case i == 0:
		case cols[1] == 0 && i == 2 && paint == nil && troubled(cells[1]): // there is no room to say how
			line += " " + paintState(p, cells[1], "▲") + " "
		case cols[1] == 0 && i == 2:
			line += "   "
		default:
			line += "  "
		}
		s := draw.Fit(cells[i], n)
		if i == 2 || i == 5 {
			s = draw.FlushRight(draw.Cut(cells[i], n), n)
		}
		switch {
		case paint != nil:
			s = paint(i, s)
		case i == 0 && id == d.Shown, i == 2:
			s = p.Bright(s)
		case i == 1:
			s = paintState(p, cells[i], s)
		}
		line += s
	}
	return line
}

// troubled reports whether a state is one that somebody should look at.
func troubled(state string) bool {
	switch state {
	case "ok", "info", "idle", text.Unknown:
		return false
	}
	return true
}

// paintState is a state in the colour of how bad it is.
func paintState(p draw.Pen, state, s string) string {
	switch state {
	case "ok", "info":
		return s
	case "idle", text.Unknown:
		return p.Dim(s)
	case "stale", "warning":
		return p.Low(s)
	}
	return p.Critical(s)
}
