package render

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/text"
)

// HistoryRow is the account at one time, and what was spent since the row before
// it, or in the span that begins then. nil is unknown.
type HistoryRow struct {
	At         time.Time
	CreditsUSD *float64
	UsageUSD   *float64
	SpendUSD   *float64
	// OfSpan says that SpendUSD is that of the span that begins then.
	OfSpan bool
	// Holes are why SpendUSD is not known: what was spent in them nobody saw.
	Holes []credit.Hole

	follows bool // a row without totals
	again   bool // Holes are those of the row before
}

func (r HistoryRow) balance() *float64 {
	if r.CreditsUSD == nil || r.UsageUSD == nil {
		return nil
	}
	left := credit.Balance{CreditsUSD: *r.CreditsUSD, UsageUSD: *r.UsageUSD}.LeftUSD()
	return &left
}

// RowLayout is how rows of history are written: a head, the rows with
// something in between, and a tail.
type RowLayout struct {
	// Titled is for people: a line says first of which account the rows are.
	Titled bool

	head, between, tail string
	holes               bool // the tail has them
	row                 func(buf []byte, r HistoryRow) []byte
}

// CSVRows are rows of CSV, which can be imported again.
var CSVRows = CSVRowsIn(Dialect{})

// CSVRowsIn are those rows in a dialect.
func CSVRowsIn(d Dialect) RowLayout {
	return RowLayout{
		head: d.head("at", "total_credits_usd", "total_usage_usd", "balance_usd", "spend_usd"),
		row:  func(b []byte, r HistoryRow) []byte { return appendCSV(b, r, d) },
	}
}

// The other layouts.
var (
	JSONRows = RowLayout{
		head: `{"schema":1,"account":null,"rows":[`, between: ",\n", tail: "]", holes: true,
		row: appendJSON,
	}
)

// Of returns the layout for the rows of an account, where it names that.
func (l RowLayout) Of(account string) RowLayout {
	if quoted, err := text.JSON(account); err == nil && l.holes {
		l.head = strings.Replace(l.head, "null", string(quoted), 1)
	}
	return l
}

// tableSums are the sums of a row for people, the most important first.
var tableSums = []string{"spent", "left", "used", "bought"}

// TableRows are rows for people, with as many of the sums as a width has room for; 0
// is any.
func TableRows(width int) RowLayout {
	sums := len(tableSums)
	if width > 0 {
		sums = min(sums, max(1, (width-19)/15))
	}
	head := fmt.Sprintf("%-19s", "at (UTC)")
	for _, name := range tableSums[:sums] {
		head += fmt.Sprintf(" %14s", name)
	}
	return RowLayout{
		Titled: true, head: head + "\n",
		row: func(b []byte, r HistoryRow) []byte { return appendTable(b, r, sums, width) },
	}
}

// HistoryTitle is the first line of rows for people: what was left of which account at
// the newest reading, in which state, and when that was.
func HistoryTitle(s *account.Snapshot, now time.Time) string {
	when, left := "not read yet", (*float64)(nil)
	if !s.At.IsZero() {
		when = state(s, now) + ", read " + text.Ago(now.Sub(s.At))
	}
	if s.Balance != nil {
		usd := s.Balance.LeftUSD()
		left = &usd
	}
	return text.MaybeUSD(left) + " left of account " + text.Clean(s.Account, 100) + ", " + when
}

// RowWriter writes rows of history as they come.
type RowWriter struct {
	w      *bufio.Writer
	layout RowLayout
	buf    []byte
	rows   int
	bare   bool          // the row before had no totals
	holes  []credit.Hole // of all rows
	shown  []credit.Hole // of the row before
}

// NewRowWriter returns a RowWriter to w, which holds back up to 64 KiB.
func NewRowWriter(w io.Writer, layout RowLayout) *RowWriter {
	o := &RowWriter{w: bufio.NewWriterSize(w, 1<<16), layout: layout}
	o.w.WriteString(layout.head)
	return o
}

// Write writes a row.
func (o *RowWriter) Write(r HistoryRow) error {
	if o.rows > 0 {
		o.w.WriteString(o.layout.between)
	}
	o.rows++
	r.follows, o.bare = o.bare, r.UsageUSD == nil
	for _, h := range r.Holes {
		if n := len(o.holes); r.SpendUSD == nil && o.layout.holes && (n == 0 || o.holes[n-1].From.Before(h.From)) {
			o.holes = append(o.holes, h)
		}
	}
	r.again = len(r.Holes) > 0 && slices.Equal(r.Holes, o.shown)
	o.shown = r.Holes
	o.buf = o.layout.row(o.buf[:0], r)
	_, err := o.w.Write(o.buf)
	return err
}

// Flush writes what is held back.
func (o *RowWriter) Flush() error { return o.w.Flush() }

// Close writes what is held back and the tail. It does not close the writer
// below.
func (o *RowWriter) Close() error {
	o.w.WriteString(o.layout.tail)
	if o.layout.holes {
		list, err := text.JSON(holeObjects(o.holes))
		if err != nil {
			return err
		}
		fmt.Fprintf(o.w, `,"not_seen":%s}`+"\n", list)
	}
	return o.Flush()
}

// appendSums appends the sums of a row, each after what stands before it.
func appendSums(b []byte, r HistoryRow, before [4]string, unknown string, total, difference func([]byte, float64) []byte) []byte {
	for i, v := range []*float64{r.CreditsUSD, r.UsageUSD, r.balance(), r.SpendUSD} {
		if b = append(b, before[i]...); v == nil {
			b = append(b, unknown...)
		} else if i < 2 {
			b = total(b, *v)
		} else {
			b = difference(b, *v)
		}
	}
	return b
}

// appendCSV has to its last bit what restores a history, unless asked otherwise: the
// totals, or the spend of a row without them and of the one after. Differences of
// totals are figures.
func appendCSV(b []byte, r HistoryRow, d Dialect) []byte {
	next := string(d.separator())
	difference := d.appendUSD
	if r.OfSpan || r.UsageUSD != nil && !r.follows {
		difference = d.appendFigure
	}
	b = appendSums(d.appendTime(b, r.At), r, [4]string{next, next, next, next}, "", d.appendUSD, difference)
	return append(b, d.lineEnd()...)
}

func appendJSON(b []byte, r HistoryRow) []byte {
	b = r.At.UTC().AppendFormat(append(b, `{"at":"`...), TimeLayout)
	before := [4]string{`","total_credits_usd":`, `,"total_usage_usd":`, `,"balance_usd":`, `,"spend_usd":`}
	return append(appendSums(b, r, before, "null", text.AppendFigure, text.AppendFigure), '}')
}

func appendTable(b []byte, r HistoryRow, sums, width int) []byte {
	n := len(b)
	b = r.At.UTC().AppendFormat(b, "2006-01-02 15:04:05")
	for _, v := range []*float64{r.SpendUSD, r.balance(), r.UsageUSD, r.CreditsUSD}[:sums] {
		b = fmt.Appendf(b, " %14s", text.MaybeUSD(v))
	}
	if why := account.NotSeen(r.Holes); why != "" && r.SpendUSD == nil {
		if r.again {
			why = "as above" // one amount is not to be counted twice
		}
		b = append(append(b, "  "...), why...)
	}
	return append(append(b[:n], Fold(string(b[n:]), width)...), '\n')
}
