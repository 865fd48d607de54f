// Package backtest replays recorded spend: it asks what would have been
// forecast at a moment of the past, and says how good that was.
package backtest

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"ortop/internal/credit"
)

// Poll is the time between two readings in a replay, in seconds.
const Poll = 60

// Trace is cumulative spend in USD at each moment at which it changed, by Unix
// second.
type Trace struct {
	Name string
	at   []int64
	usd  []float64
	// times is how many times usd is what the file says; 0 is once. Money of any unit is
	// forecast alike, as far as the forecast tells sums apart.
	times float64
}

// At most so much is forecast as it is, and at least so much of it.
const (
	mostTotal  = 1e9
	leastTotal = 1e-3
)

// scale makes sums that are too large or too small for a forecast such as dollars are.
func (t *Trace) scale() {
	total := 0.0
	if len(t.usd) > 0 {
		total = max(math.Abs(t.usd[0]), t.usd[len(t.usd)-1])
	}
	if total >= leastTotal && total <= mostTotal || total == 0 {
		return
	}
	t.times = math.Exp2(math.Round(math.Log2(1000 / total))) // which loses no bit
	for i := range t.usd {
		t.usd[i] *= t.times
	}
}

// balance is a balance of the file as the trace has it.
func (t *Trace) balance(usd float64) float64 {
	if t.times == 0 {
		return usd
	}
	return usd * t.times
}

// ReadTrace reads a trace in CSV, oldest first: unix_seconds, cum_usd, or the rows
// that ortop history writes. An error names the line.
func ReadTrace(name string, r io.Reader) (*Trace, error) {
	t := &Trace{Name: name}
	rows, err := newTable(r)
	if err != nil {
		return nil, err
	}
	defer t.scale()
	if rows.has("at") && rows.has("total_usage_usd") {
		err = t.readHistory(rows)
		return t, err
	}
	if err := rows.need("unix_seconds", "cum_usd"); err != nil {
		return nil, err
	}
	for {
		row, err := rows.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		at, usd := row.second("unix_seconds"), row.number("cum_usd")
		n := len(t.at)
		switch {
		case row.err != nil:
			return nil, row.err
		case n > 0 && at < t.at[n-1]:
			return nil, row.fail("unix_seconds goes back")
		case n > 0 && usd < t.usd[n-1]:
			return nil, row.fail("cum_usd falls")
		}
		t.at, t.usd = append(t.at, at), append(t.usd, usd)
	}
	if len(t.at) == 0 {
		return nil, errors.New("there are no rows")
	}
	return t, nil
}

// From and To are when the trace begins and ends, in Unix seconds.
func (t *Trace) From() int64 { return t.at[0] }

// To is the Unix second of the last change.
func (t *Trace) To() int64 { return t.at[len(t.at)-1] }

// UsageUSD is what was spent up to the Unix second at.
func (t *Trace) UsageUSD(at int64) float64 {
	i := sort.Search(len(t.at), func(i int) bool { return t.at[i] > at })
	return t.usd[max(0, i-1)]
}

// Samples returns what was read by one who polled every minute from the Unix
// second from to at: the first reading and the changes.
func (t *Trace) Samples(from, at int64) []credit.Sample {
	i := sort.Search(len(t.at), func(i int) bool { return t.at[i] > from })
	end := sort.Search(len(t.at), func(i int) bool { return t.at[i] > at })
	s := make([]credit.Sample, 1, max(0, end-i)+1)
	s[0] = credit.Sample{At: time.Unix(from, 0).UTC(), UsageUSD: t.usd[max(0, i-1)]}
	for ; i < end; i++ {
		poll := from + (t.at[i]-from+Poll-1)/Poll*Poll
		if poll > at {
			break
		}
		if when := time.Unix(poll, 0).UTC(); s[len(s)-1].At.Equal(when) {
			s[len(s)-1].UsageUSD = t.usd[i]
		} else {
			s = append(s, credit.Sample{At: when, UsageUSD: t.usd[i]})
		}
	}
	return s
}

// Lasted is the seconds from the Unix second at until usd more was seen to be
// spent; ok is false where the trace ends before, and they are those to its end.
func (t *Trace) Lasted(at int64, usd float64) (seconds float64, ok bool) {
	i, _ := slices.BinarySearch(t.usd, t.UsageUSD(at)+usd)
	if i == len(t.usd) {
		return float64(t.To() - at), false
	}
	return math.Ceil(float64(t.at[i]-at)/Poll) * Poll, true
}

// table reads CSV with named columns.
type table struct {
	csv     *csv.Reader
	columns map[string]int
}

func newTable(r io.Reader, need ...string) (*table, error) {
	t := &table{csv: csv.NewReader(&shortLines{r: r}), columns: map[string]int{}}
	t.csv.ReuseRecord = true
	head, err := t.csv.Read()
	switch {
	case errors.Is(err, io.EOF):
		return nil, errors.New("it is empty")
	case err != nil:
		return nil, fmt.Errorf("reading the head: %w", err)
	}
	head[0] = strings.TrimPrefix(head[0], "\ufeff") // spreadsheets put it there
	for i, name := range head {
		t.columns[name] = i
	}
	if len(head) == 1 && strings.ContainsAny(head[0], ";\t") {
		return nil, errors.New("line 1: its cells are not separated by a comma")
	}
	err = t.need(need...)
	return t, err
}

func (t *table) has(column string) bool {
	_, ok := t.columns[column]
	return ok
}

func (t *table) need(columns ...string) error {
	for _, name := range columns {
		if !t.has(name) {
			return fmt.Errorf("line 1: there is no column %q", name)
		}
	}
	return nil
}

// maxLine is how long a line may be, in bytes: what is no text at all may have
// no line's end, as a device has none.
const maxLine = 64 << 10

// shortLines is a reader that ends with an error at a line longer than maxLine.
type shortLines struct {
	r    io.Reader
	line int // bytes since the last line's end
}

func (s *shortLines) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if i := bytes.LastIndexByte(p[:n], '\n'); i >= 0 {
		s.line = n - i - 1
	} else if s.line += n; s.line > maxLine {
		return 0, fmt.Errorf("it has a line of more than %d KiB", maxLine>>10)
	}
	return n, err
}

// row is a row of a table; err is the first thing wrong with it.
type row struct {
	t      *table
	fields []string
	line   int
	err    error
}

func (t *table) next() (*row, error) {
	fields, err := t.csv.Read()
	if err != nil {
		return nil, err // of the CSV reader: it names the line
	}
	line, _ := t.csv.FieldPos(0)
	return &row{t: t, fields: fields, line: line}, nil
}

func (r *row) fail(format string, args ...any) error {
	return fmt.Errorf("line %d: %s", r.line, fmt.Sprintf(format, args...))
}

// text is the value of a column, or empty where there is no such column.
//
//go:noinline
func (r *row) text(column string) string {
	i, ok := r.t.columns[column]
	if !ok {
		return ""
	}
	return r.fields[i]
}

func (r *row) number(column string) float64 {
	v, err := strconv.ParseFloat(r.text(column), 64)
	if (err != nil || math.IsNaN(v) || math.IsInf(v, 0)) && r.err == nil {
		r.err = r.fail("%s %q is not a number", column, r.text(column))
	}
	return v
}

// second is a Unix second of this millennium or the one before.
func (r *row) second(column string) int64 {
	v := r.number(column)
	if math.Abs(v) > 1e11 && r.err == nil {
		r.err = r.fail("%s %q is not a time in seconds", column, r.text(column))
	}
	return int64(math.Floor(v))
}
