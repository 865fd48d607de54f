// Package ledger reads foreign files of what was spent: tables (CSV), logs of
// one JSON object a line, and OpenRouter's exports. It is pure: it knows neither
// file nor clock nor account.
//
// A line that cannot be used costs no other: it is reported by its number.
package ledger

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// The limits of a file. A reading a minute for nine years is within them.
const (
	MaxLine  = 8 << 20 // bytes; a log may hold whole responses
	MaxCell  = 1 << 20 // bytes
	MaxLines = 5_000_000
	MaxList  = 64 << 20 // bytes of a document with a list, which is read whole
)

// ErrFormat is matched by the error for a file of another form.
var ErrFormat = errors.New("neither JSON objects nor a table with a known header")

// ErrEmpty is the error for a file without any line.
var ErrEmpty = errors.New("it is empty")

// Form is how a file writes its rows.
type Form int

// The forms.
const (
	Table Form = iota // a header, and a line for each row
	Lines             // a JSON object a line
	List              // a JSON document with a list called data
)

// Reader reads the rows of a file.
type Reader struct {
	Form  Form
	lines *lines
	head  head  // of a Table
	list  []Row // what is left of a List, or of a line of Spans
	// Spans reports whether the lines are exports of traces, each of which may
	// hold several requests.
	Spans bool
}

// Open reads as much of a file as tells its form. A file that begins with a
// brace is a document with a list if asList is set, and else one object a line.
func Open(r io.Reader, asList bool) (*Reader, error) {
	in, err := decode(r)
	if err != nil {
		return nil, err
	}
	l := &lines{in: in}
	if asList && startsWith(in, '{') && !beginsSpans(in) {
		rows, err := readList(in)
		return &Reader{Form: List, list: rows}, err
	}
	first, err := l.skipBlank()
	switch {
	case errors.Is(err, io.EOF):
		return nil, ErrEmpty
	case errors.Is(err, errLongLine):
		return nil, fmt.Errorf("%w: the first line %w", ErrFormat, err)
	case err != nil:
		return nil, err
	}
	switch strings.TrimSpace(first)[0] {
	case '{':
		l.unread(first)
		return &Reader{Form: Lines, lines: l, Spans: isSpans(first)}, nil
	case '[':
		return nil, fmt.Errorf("%w: it is a JSON array; write one object a line", ErrFormat)
	}
	separator := rune(0)
	if s, ok := separatorLine(first); ok {
		separator = s
		if first, err = l.skipBlank(); err != nil {
			return nil, fmt.Errorf("%w: it has no header", ErrFormat)
		}
	}
	h, err := newHead(first, separator)
	return &Reader{Form: Table, lines: l, head: h}, err
}

// startsWith reports whether the first character that is not blank is c.
func startsWith(in *bufio.Reader, c byte) bool {
	start, _ := in.Peek(64) // what cannot be read is met again
	return strings.HasPrefix(strings.TrimSpace(string(start)), string(c))
}

func beginsSpans(in *bufio.Reader) bool {
	start, _ := in.Peek(64) // what cannot be read is met again
	return isSpans(string(start))
}

// Has reports whether the rows of a table have the field. Those of other forms
// may.
//
//go:noinline
func (r *Reader) Has(f Field) bool { return r.Form != Table || len(r.Narrow(f)) > 0 }

// Narrow returns the one name that a table has for f, so that all rows are read
// by the same column; nil if it has none. Of other forms it returns f.
//
//go:noinline
func (r *Reader) Narrow(f Field) Field {
	if r.Form != Table {
		return f
	}
	for i, name := range f {
		if _, ok := r.head.index[name]; ok {
			return f[i : i+1]
		}
	}
	return nil
}

// Noun is what Row.Number counts: a line, or an entry of a list.
func (r *Reader) Noun() string {
	if r.Form == List {
		return "entry"
	}
	return "line"
}

// Next returns the next row, and io.EOF after the last. Any other error ends
// the file; what is wrong with a row alone is its Err.
func (r *Reader) Next() (Row, error) {
	for {
		if len(r.list) > 0 {
			next := r.list[0]
			r.list = r.list[1:]
			return next, nil
		}
		if r.Form == List {
			return Row{}, io.EOF
		}
		line, err := r.lines.next()
		switch {
		case errors.Is(err, errLongLine):
			return Row{Number: r.lines.number, Err: fmt.Errorf("it %w", err)}, nil
		case errors.Is(err, io.EOF), errors.Is(err, errManyLines):
			return Row{}, err
		case err != nil:
			return Row{}, fmt.Errorf("after line %d: %w", r.lines.number, err)
		case strings.TrimSpace(line) == "":
			continue
		case r.Form == Lines && isSpans(line):
			r.list = spanRows(r.lines.number, line)
			continue
		case r.Form == Lines:
			return objectRow(r.lines.number, []byte(line)), nil
		case r.head.again(line): // several files, one after the other
			continue
		}
		return r.tableRow(line), nil
	}
}
