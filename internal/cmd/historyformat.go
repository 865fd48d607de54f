package cmd

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"ortop/internal/text"
)

// rowLayout is how rows of history are written: a head, the rows with
// something in between, and a tail.
type rowLayout struct {
	head, between, tail string
	row                 func(buf []byte, r historyRow) []byte
}

// timeLayout is how machines read a moment: RFC 3339, in UTC.
const timeLayout = "2006-01-02T15:04:05Z"

var (
	csvRows = rowLayout{
		head: "at,total_credits_usd,total_usage_usd,balance_usd,spend_usd\n",
		row:  appendCSV,
	}
	jsonRows = rowLayout{
		head: `{"schema":1,"rows":[`, between: ",\n", tail: "]}\n",
		row: appendJSON,
	}
	tableRows = rowLayout{
		head: fmt.Sprintf("%-19s %14s %14s %14s %14s\n", "at (UTC)", "spent", "left", "used", "bought"),
		row:  appendTable,
	}
)

// rowWriter writes rows as they come.
type rowWriter struct {
	w      *bufio.Writer
	layout rowLayout
	buf    []byte
	rows   int
}

func newRowWriter(w io.Writer, layout rowLayout) *rowWriter {
	o := &rowWriter{w: bufio.NewWriterSize(w, 1<<16), layout: layout}
	o.w.WriteString(layout.head)
	return o
}

func (o *rowWriter) write(r historyRow) error {
	if o.rows > 0 {
		o.w.WriteString(o.layout.between)
	}
	o.rows++
	o.buf = o.layout.row(o.buf[:0], r)
	_, err := o.w.Write(o.buf)
	return written(err)
}

// close writes what is left. It does not close what is written to.
func (o *rowWriter) close() error {
	o.w.WriteString(o.layout.tail)
	return o.flush()
}

func (o *rowWriter) flush() error { return written(o.w.Flush()) }

func written(err error) error {
	if err != nil {
		return fmt.Errorf("writing the answer: %w", err)
	}
	return nil
}

func appendCSV(b []byte, r historyRow) []byte {
	b = r.At.UTC().AppendFormat(b, timeLayout)
	for _, v := range []*float64{r.CreditsUSD, r.UsageUSD, r.balance(), r.SpendUSD} {
		b = append(b, ',')
		if v != nil {
			b = strconv.AppendFloat(b, *v, 'f', -1, 64)
		}
	}
	return append(b, '\n')
}

func appendJSON(b []byte, r historyRow) []byte {
	row, _ := json.Marshal(struct { // finite numbers: nothing that can fail
		At      string   `json:"at"`
		Credits *float64 `json:"total_credits_usd"`
		Usage   *float64 `json:"total_usage_usd"`
		Balance *float64 `json:"balance_usd"`
		Spend   *float64 `json:"spend_usd"`
	}{r.At.UTC().Format(timeLayout), r.CreditsUSD, r.UsageUSD, r.balance(), r.SpendUSD})
	return append(b, row...)
}

func appendTable(b []byte, r historyRow) []byte {
	b = r.At.UTC().AppendFormat(b, "2006-01-02 15:04:05")
	for _, v := range []*float64{r.SpendUSD, r.balance(), r.UsageUSD, r.CreditsUSD} {
		b = fmt.Appendf(b, " %14s", text.MaybeUSD(v))
	}
	return append(b, '\n')
}
