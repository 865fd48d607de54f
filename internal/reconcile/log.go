// Package reconcile reads a local log of requests and compares it with what
// an account has spent. It is arithmetic over what it is given: it asks no
// one, and knows neither file nor clock.
package reconcile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"
)

// Entry is one request of a log.
type Entry struct {
	Line int       // in the log, counted from 1
	ID   string    // "gen-…"; empty where the log has none
	At   time.Time // zero where the log does not say
	// CostUSD is what the log says that credits lost; nil where it does not.
	CostUSD *float64
	// BYOK reports whether the log says that a provider was paid directly.
	BYOK       bool
	Model, Key string // as the log has them, or empty
}

// BadLine is a line that is no request, and why.
type BadLine struct {
	Line    int
	Problem string
}

// Log is what a log holds.
type Log struct {
	// Entries are in the order of the log, each ID once: the first that has a
	// cost.
	Entries []Entry
	// Duplicates is how many lines repeat an ID.
	Duplicates int
	// Bad are the first lines that are no request, BadLines is how many there
	// are in all.
	Bad      []BadLine
	BadLines int
}

// ErrFormat is matched by the error for a log that is neither JSON Lines nor
// CSV, or in which no line can have an ID or a cost.
var ErrFormat = errors.New("not a log of requests")

const (
	maxLine = 8 << 20 // a response may be logged whole
	maxBad  = 20
	maxText = 200 // of an ID, a model and a key
)

// Read reads a log in JSON Lines or in CSV with a header; which of the two, its
// first character tells. now bounds what can have happened. A line that is no
// request is told of and costs no other.
//
// A request is named by an ID or has a cost, best both, and a time. In JSON it
// is an object such as {"id":"gen-1","time":"2026-11-21T10:42:00Z",
// "cost":0.0123,"model":"…","key":"…"}, or what OpenRouter answers to a request
// or to /generation ("created" and "usage":{"cost":…}, "data":{…}). In CSV the
// columns have such names, in any order; a cell does not span lines.
//
// Times are RFC 3339, a date and a time of day in UTC, or Unix time in seconds
// or milliseconds. Costs are USD.
//
// The error matches ErrFormat, or is that of reading r.
func Read(r io.Reader, now time.Time) (Log, error) {
	l := &reader{in: bufio.NewReaderSize(r, 64<<10), latest: now.Add(25 * time.Hour), seen: map[string]int{}}
	err := l.read()
	return l.log, err
}

type reader struct {
	in     *bufio.Reader
	line   int
	latest time.Time // no request is later; time zones may be mistaken
	parse  func(line []byte) (record, error)
	seen   map[string]int // ID to its place among the entries
	log    Log
}

func (l *reader) read() error {
	for {
		line, tooLong, err := l.next()
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("after line %d: %w", l.line, err)
		}
		if len(line) > 0 || err == nil {
			l.line++
		}
		if l.line == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		switch text := bytes.TrimSpace(line); {
		case tooLong:
			l.bad(fmt.Errorf("it is longer than %d MiB", maxLine>>20))
		case len(text) == 0:
		case l.parse == nil:
			if formatErr := l.begin(text); formatErr != nil {
				return formatErr
			}
		default:
			l.take(text)
		}
		if err != nil {
			return nil
		}
	}
}

// next returns a line with its end, at most maxLine bytes of it.
func (l *reader) next() (line []byte, tooLong bool, err error) {
	for {
		part, err := l.in.ReadSlice('\n')
		if room := maxLine - len(line); len(part) > room {
			part, tooLong = part[:room], true
		}
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, tooLong, err
		}
	}
}

// begin takes the first line, which tells what the others are.
func (l *reader) begin(text []byte) error {
	switch text[0] {
	case '{':
		l.parse = parseJSON
		l.take(text)
		return nil
	case '[':
		return fmt.Errorf("%w: it is a JSON array, and one object a line is expected", ErrFormat)
	}
	header, err := newHeader(text)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFormat, err)
	}
	l.parse = header.parse
	return nil
}

func (l *reader) take(text []byte) {
	r, err := l.parse(text)
	if err != nil {
		l.bad(err)
		return
	}
	e, err := l.entry(r)
	if err != nil {
		l.bad(err)
		return
	}
	e.ID = strings.Clone(e.ID)
	i, repeated := l.seen[e.ID]
	switch {
	case e.ID == "" || !repeated:
		l.seen[e.ID] = len(l.log.Entries)
		l.log.Entries = append(l.log.Entries, e)
		return
	case l.log.Entries[i].CostUSD == nil:
		l.log.Entries[i] = e
	}
	l.log.Duplicates++
}

func (l *reader) bad(err error) {
	l.log.BadLines++
	if len(l.log.Bad) < maxBad {
		l.log.Bad = append(l.log.Bad, BadLine{l.line, err.Error()})
	}
}

// entry is what a record says.
func (l *reader) entry(r record) (Entry, error) {
	e := Entry{
		Line: l.line, ID: r.text(idNames), BYOK: r.flag(byokNames),
		Model: short(r.text(modelNames)), Key: short(r.text(keyNames)),
	}
	if len(e.ID) > maxText || strings.ContainsFunc(e.ID, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return e, errors.New("its id is not one")
	}
	if name, text := r.find(costNames); text != "" {
		usd, err := parseCost(text)
		if err != nil {
			return e, fmt.Errorf("%s is not an amount in USD", name)
		}
		e.CostUSD = &usd
	}
	if e.ID == "" && e.CostUSD == nil {
		return e, errors.New("it has neither an id nor a cost")
	}
	if name, text := r.find(timeNames); text != "" {
		at, err := parseTime(text)
		switch {
		case err != nil:
			return e, fmt.Errorf("%s is not a time", name)
		case at.After(l.latest):
			return e, fmt.Errorf("%s is in the future", name)
		}
		e.At = at
	}
	return e, nil
}

// short is a text of its own, which does not keep its line in memory.
func short(s string) string { return strings.Clone(s[:min(len(s), maxText)]) }

// Span is from the first to the last request whose time is known; ok is false
// where none is.
func (l Log) Span() (from, to time.Time, ok bool) {
	for _, e := range l.Entries {
		if e.At.IsZero() {
			continue
		}
		if !ok || e.At.Before(from) {
			from = e.At
		}
		if !ok || e.At.After(to) {
			to = e.At
		}
		ok = true
	}
	return from, to, ok
}

// SumUSD is what the log says was spent. Entries without a cost are not in it.
func (l Log) SumUSD() float64 {
	sum := 0.0
	for _, e := range l.Entries {
		if e.CostUSD != nil {
			sum += *e.CostUSD
		}
	}
	return sum
}

// Unpriced is how many entries have no cost.
func (l Log) Unpriced() int {
	n := 0
	for _, e := range l.Entries {
		if e.CostUSD == nil {
			n++
		}
	}
	return n
}

// maxCostUSD is more than any request costs.
const maxCostUSD = 1e6

func plausible(usd float64) bool { return usd >= 0 && usd <= maxCostUSD && !math.IsNaN(usd) }
