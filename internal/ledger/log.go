package ledger

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"ortop/internal/credit"
)

// Entry is one request of a log.
type Entry struct {
	Line int       // in the log, counted from 1
	ID   string    // "gen-…"; empty where the log has none
	At   time.Time // zero where the log has none
	// CostUSD is what credits lost; nil where the log has no cost.
	CostUSD *float64
	// BYOK reports whether the log says that a provider was paid directly.
	BYOK       bool
	Model, Key string // as the log has them, or empty
}

// Log is what a log of requests holds.
type Log struct {
	// Entries are in the order of the log, each ID once: the first that has a
	// cost.
	Entries []Entry
	// Duplicates is how many lines repeat an ID.
	Duplicates int
	// Problems are the lines that are not requests.
	Problems Problems
}

const (
	maxText    = 200            // of an ID, a model and a key
	maxCostUSD = 1e6            // more than any request costs
	zoneError  = 25 * time.Hour // by which a time without its zone may be wrong
)

// ReadLog reads a log in JSON Lines or in CSV with a header. now bounds what can
// have happened. A line that is not a request is among the Problems.
//
// A request has an ID or a cost, best both, and a time. In JSON it is an object
// such as {"id":"gen-1","time":"2026-11-21T10:42:00Z","cost":0.0123,
// "model":"…","key":"…"}, or what OpenRouter answers to a request or to
// /generation ("created" and "usage":{"cost":…}, "data":{…}), or an export of traces
// as its Broadcast sends them. In CSV the columns have such names, in any order.
//
// The error matches ErrFormat, or is that of reading in.
func ReadLog(in io.Reader, now time.Time) (Log, error) {
	l := &logReader{latest: now.Add(zoneError), seen: map[string]int{}}
	r, err := Open(in, false)
	switch {
	case errors.Is(err, ErrEmpty):
		return l.log, nil
	case err != nil:
		return l.log, err
	case !r.Has(ID) && !r.Has(Cost):
		return l.log, fmt.Errorf("%w: its header has neither an id nor a cost", ErrFormat)
	}
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return l.log, nil
		} else if err != nil {
			return l.log, err
		}
		e, err := l.entry(row)
		if err != nil {
			l.log.Problems.add(row.Number, err)
			continue
		}
		l.take(e)
	}
}

type logReader struct {
	latest time.Time      // no request is later
	seen   map[string]int // ID to its place among the entries
	log    Log
}

// entry is the request of a row.
func (l *logReader) entry(r Row) (e Entry, err error) {
	if r.Err != nil {
		return e, r.Err
	}
	e = Entry{Line: r.Number, ID: strings.Clone(r.Text(ID)), BYOK: r.Flag(BYOK), Model: short(r.Text(Model)), Key: short(r.Text(Key))}
	if len(e.ID) > maxText || strings.ContainsFunc(e.ID, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return e, errors.New("its id is not one")
	}
	if e.CostUSD, err = r.Spent(Cost); err != nil {
		return e, err
	}
	if e.CostUSD != nil && *e.CostUSD > maxCostUSD {
		return e, errors.New("its cost is beyond a million dollars")
	}
	if e.ID == "" && e.CostUSD == nil {
		return e, errors.New("it has neither an id nor a cost")
	}
	e.At, err = r.Time(Time, l.latest)
	return e, err
}

// take adds a request, each ID once.
func (l *logReader) take(e Entry) {
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

// short is a text of its own, which does not keep its line in memory.
func short(s string) string { return strings.Clone(s[:min(len(s), maxText)]) }

// ByDay reports whether the log has days in place of requests.
func (l Log) ByDay() bool {
	for _, e := range l.Entries {
		if e.ID != "" || e.At.IsZero() || !e.At.Equal(credit.DayStart(e.At)) {
			return false
		}
	}
	return len(l.Entries) > 0
}

// Span is from the first to the last request whose time is known, or to the end
// of the last day of a log by the day; ok is false where none is.
func (l Log) Span() (from, to time.Time, ok bool) {
	if l.ByDay() {
		defer func() { to = to.AddDate(0, 0, 1) }()
	}
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

// SumUSD is what the requests with a cost cost.
func (l Log) SumUSD() float64 {
	sum := 0.0
	for _, e := range l.Entries {
		if e.CostUSD != nil {
			sum += *e.CostUSD
		}
	}
	return sum
}

// Unpriced is how many requests have no cost.
//
//go:noinline
func (l Log) Unpriced() int {
	n := 0
	for _, e := range l.Entries {
		if e.CostUSD == nil {
			n++
		}
	}
	return n
}
