package render

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

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
	head, between, tail string
	row                 func(buf []byte, r HistoryRow) []byte
}

// The layouts. CSVRows can be imported again.
var (
	CSVRows = RowLayout{
		head: "at,total_credits_usd,total_usage_usd,balance_usd,spend_usd\n",
		row:  appendCSV,
	}
	JSONRows = RowLayout{
		head: `{"schema":1,"rows":[`, between: ",\n", tail: "]}\n",
		row: appendJSON,
	}
	TableRows = RowLayout{
		head: fmt.Sprintf("%-19s %14s %14s %14s %14s\n", "at (UTC)", "spent", "left", "used", "bought"),
		row:  appendTable,
	}
)

// RowWriter writes rows of history as they come.
type RowWriter struct {
	w      *bufio.Writer
	layout RowLayout
	buf    []byte
	rows   int
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
	return o.Flush()
}

func appendCSV(b []byte, r HistoryRow) []byte {
	b = r.At.UTC().AppendFormat(b, timeLayout)
	for _, v := range []*float64{r.CreditsUSD, r.UsageUSD, r.balance(), r.SpendUSD} {
		b = append(b, ',')
		if v != nil {
			b = strconv.AppendFloat(b, *v, 'f', -1, 64)
		}
	}
	return append(b, '\n')
}

func appendJSON(b []byte, r HistoryRow) []byte {
	row, _ := json.Marshal(struct { // finite numbers: nothing that can fail
		At      string   `json:"at"`
		Credits *float64 `json:"total_credits_usd"`
		Usage   *float64 `json:"total_usage_usd"`
		Balance *float64 `json:"balance_usd"`
		Spend   *float64 `json:"spend_usd"`
	}{r.At.UTC().Format(timeLayout), r.CreditsUSD, r.UsageUSD, r.balance(), r.SpendUSD})
	return append(b, row...)
}

func appendTable(b []byte, r HistoryRow) []byte {
	b = r.At.UTC().AppendFormat(b, "2006-01-02 15:04:05")
	for _, v := range []*float64{r.SpendUSD, r.balance(), r.UsageUSD, r.CreditsUSD} {
		b = fmt.Appendf(b, " %14s", text.MaybeUSD(v))
	}
	return append(b, '\n')
}
