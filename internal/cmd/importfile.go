package cmd

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"ortop/internal/credit"
)

// Bounds of a file that is imported. A reading a minute for nine years is
// within them.
const (
	maxImportLine  = 64 << 10
	maxImportLines = 5_000_000
	maxImportBytes = 1 << 30
)

// beginning is before every credit that this API ever sold.
var beginning = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

// importFile is what a file holds: readings, or spend by the day.
type importFile struct {
	readings []credit.Sample
	days     map[time.Time]float64 // USD by UTC day; nil for readings
	// tellsSpend is set where readings say what was spent before them.
	tellsSpend bool
	good       int       // lines that tell something
	silent     int       // those that have no sum, or a day that is not over
	bad        []badLine // the first of them
	badLines   int
	noun       string // what is counted: line, or entry of a list
}

type badLine struct {
	number int
	why    string
}

// maxBadLines is how many bad lines are told one by one.
const maxBadLines = 20

func (f *importFile) refuse(number int, why error) {
	f.badLines++
	if len(f.bad) < maxBadLines {
		f.bad = append(f.bad, badLine{number, why.Error()})
	}
}

// join makes one segment of readings that tell no spend.
func (f *importFile) join() {
	for i := range f.readings {
		if !f.tellsSpend {
			f.readings[i].Segment = 0
		}
	}
}

// errWrongKind is a file that is none of those that can be imported.
var errWrongKind = errors.New("it is neither readings nor activity")

// parseImport reads a file of either kind. A line that is wrong is kept apart
// and costs no other; a file of another kind is errWrongKind.
func parseImport(r io.Reader, now time.Time) (*importFile, error) {
	limited := &io.LimitedReader{R: r, N: maxImportBytes + 1}
	lines := &lineReader{r: bufio.NewReaderSize(limited, maxImportLine)}
	if start, err := lines.r.Peek(3); err == nil && string(start) == "\xef\xbb\xbf" {
		lines.r.Discard(3)
	}
	start, err := lines.r.Peek(64)
	if err != nil && err != io.EOF {
		return nil, err
	}
	var f *importFile
	if bytes.HasPrefix(bytes.TrimSpace(start), []byte("{")) {
		f, err = parseActivityJSON(lines.r, now)
	} else {
		f, err = parseImportCSV(lines, now)
	}
	if limited.N <= 0 && !errors.Is(err, errWrongKind) {
		return nil, fmt.Errorf("it is longer than %d MB", maxImportBytes>>20)
	}
	return f, err
}

// parseImportCSV tells the kind of a table by its first line.
func parseImportCSV(lines *lineReader, now time.Time) (*importFile, error) {
	head, err := lines.next()
	for err == nil && strings.TrimSpace(head) == "" {
		head, err = lines.next()
	}
	if err == io.EOF || errors.Is(err, errLongLine) {
		return nil, errWrongKind
	} else if err != nil {
		return nil, err
	}
	f := &importFile{noun: "line"}
	columns, take := kindOf(head, f, now)
	if take == nil {
		return nil, errWrongKind
	}
	for {
		line, err := lines.next()
		switch {
		case err == io.EOF:
			f.join()
			return f, nil
		case err != nil && !errors.Is(err, errLongLine):
			return nil, err
		case lines.number > maxImportLines:
			return nil, fmt.Errorf("it has more than %d lines: split it", maxImportLines)
		case err == nil && strings.TrimSpace(line) == "":
			continue
		}
		var cells []string
		if err == nil {
			cells, err = columns.split(line)
		}
		if err = take(cells, err); err != nil {
			f.refuse(lines.number, err)
		}
	}
}

// taker takes the cells of a line, or why it has none, and returns what is
// wrong with it.
type taker func(cells []string, err error) error

// kindOf returns how the lines below a head are split and taken; take is nil
// where the head is of no known kind.
func kindOf(head string, f *importFile, now time.Time) (columns columns, take taker) {
	for _, separator := range []rune{',', ';', '\t'} {
		columns, err := newColumns(head, separator)
		if err != nil {
			continue
		}
		if take := readingTaker(columns, f, now); take != nil {
			return columns, take
		}
		if take := activityTaker(columns, f, now); take != nil {
			return columns, take
		}
	}
	return columns, nil
}

// columns are those of a table.
type columns struct {
	separator rune
	index     map[string]int
	count     int
}

func newColumns(head string, separator rune) (columns, error) {
	c := columns{separator: separator, index: map[string]int{}}
	cells, err := c.cut(head)
	for i, name := range cells {
		name, _, _ = strings.Cut(strings.ToLower(cell(name)), "(")
		name = strings.NewReplacer(" ", "_", "-", "_").Replace(strings.TrimSpace(name))
		if _, twice := c.index[name]; !twice {
			c.index[name] = i
		}
	}
	c.count = len(cells)
	return c, err
}

// first returns the place of the first of the names that there is, or -1.
func (c columns) first(names ...string) int {
	for _, name := range names {
		if i, ok := c.index[name]; ok {
			return i
		}
	}
	return -1
}

// split cuts a line into as many cells as there are columns. A line with fewer
// may end in half a number.
func (c columns) split(line string) ([]string, error) {
	cells, err := c.cut(line)
	if err == nil && len(cells) != c.count {
		err = fmt.Errorf("it has %d cells in place of %d", len(cells), c.count)
	}
	return cells, err
}

func (c columns) cut(line string) ([]string, error) {
	if !strings.Contains(line, `"`) {
		return strings.Split(line, string(c.separator)), nil
	}
	r := csv.NewReader(strings.NewReader(line))
	r.Comma = c.separator
	cells, err := r.Read()
	if err != nil {
		return nil, errors.New("its quotes do not match")
	}
	return cells, nil
}

// cell is the text of a cell, without the apostrophe that keeps a spreadsheet
// from taking it for a formula.
func cell(s string) string {
	return strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(s), "'"))
}

var (
	number    = regexp.MustCompile(`^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$`)
	thousands = regexp.MustCompile(`^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$`)
)

// parseSum reads a sum of money, such as 1.5, $1.50 or $1,234.50; ok is false
// for an empty cell.
func parseSum(s string) (usd float64, ok bool, err error) {
	s = cell(s)
	if s == "" {
		return 0, false, nil
	}
	s = strings.Replace(s, "$", "", 1)
	if thousands.MatchString(s) {
		s = strings.ReplaceAll(s, ",", "")
	}
	if !number.MatchString(s) {
		return 0, false, errors.New("it has a sum that is no number")
	}
	usd, err = strconv.ParseFloat(s, 64)
	if err != nil || !credit.Plausible(usd) {
		return 0, false, errors.New("it has a sum beyond a billion dollars")
	}
	return usd + 0, true, nil
}

var errNegative = errors.New("its usage is negative")

// parseTime reads a moment of one of the layouts that lies in the past.
func parseTime(s string, now time.Time, layouts ...string) (t time.Time, err error) {
	s = cell(s)
	for _, layout := range layouts {
		if t, err = time.Parse(layout, s); err == nil {
			break
		}
	}
	switch {
	case err != nil:
		return t, errors.New("it has no time")
	case t.After(now):
		return t, errors.New("its time is yet to come")
	case t.Before(beginning):
		return t, errors.New("its time is before 2020")
	}
	return t.UTC(), nil
}

// lineReader reads lines of a bounded length.
type lineReader struct {
	r      *bufio.Reader
	number int  // of the line that was read last
	long   bool // it has more than was read
}

var errLongLine = errors.New("it is longer than 64 KiB")

// next returns the next line without its end, io.EOF after the last, and
// errLongLine in place of one that is too long.
func (l *lineReader) next() (string, error) {
	for l.long {
		_, err := l.r.ReadSlice('\n')
		l.long = errors.Is(err, bufio.ErrBufferFull)
	}
	line, err := l.r.ReadSlice('\n')
	if len(line) == 0 && err != nil {
		return "", err
	}
	l.number++
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		l.long = true
		return "", errLongLine
	case err != nil && err != io.EOF:
		return "", err
	}
	return strings.TrimRight(string(line), "\r\n"), nil
}
