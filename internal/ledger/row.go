package ledger

import (
	"fmt"
	"strconv"
	"time"
)

// Row is one row of a file.
type Row struct {
	Number int   // of its first line, or of the entry of a list, counted from 1
	Err    error // why it has no values; nil: it has

	index  map[string]int // of the cells, by the names of their columns
	cells  []string
	values map[string]string // of a JSON object
}

// Find returns the first value of a field that the row has, and its name. Both
// are empty if it has none.
func (r Row) Find(f Field) (name, text string) {
	for _, name := range f {
		if r.cells == nil {
			text = r.values[name]
		} else if i, ok := r.index[name]; ok {
			text = cell(r.cells[i])
		}
		if text != "" {
			return name, text
		}
	}
	return "", ""
}

// Text returns the value of a field, or nothing.
//
//go:noinline
func (r Row) Text(f Field) string {
	_, text := r.Find(f)
	return text
}

// Flag reports whether a field says yes.
func (r Row) Flag(f Field) bool {
	set, err := strconv.ParseBool(r.Text(f))
	return err == nil && set
}

// Amount reads a field in USD; nil without a value.
func (r Row) Amount(f Field) (*float64, error) {
	name, text := r.Find(f)
	if name == "" {
		return nil, nil
	}
	usd, err := ParseAmount(text)
	if err != nil {
		return nil, fmt.Errorf("%s %w", name, err)
	}
	return &usd, nil
}

// Spent reads a field in USD, which is not below 0; nil without a value.
func (r Row) Spent(f Field) (*float64, error) {
	usd, err := r.Amount(f)
	if err == nil && usd != nil && *usd < 0 {
		name, _ := r.Find(f)
		return nil, fmt.Errorf("%s is negative", name)
	}
	return usd, err
}

// Time reads a field as a time no later than latest; zero without a value.
func (r Row) Time(f Field, latest time.Time) (t time.Time, err error) {
	name, text := r.Find(f)
	if name == "" {
		return t, nil
	}
	if t, err = ParseTime(text); err != nil {
		return t, fmt.Errorf("%s %w", name, err)
	}
	if t.After(latest) {
		return t, fmt.Errorf("%s is in the future", name)
	}
	return t, nil
}
