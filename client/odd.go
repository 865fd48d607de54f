package client

import "fmt"

// odd is what of an answer was left out because it has a form that is not
// known: one line, with the first of it and how much more there is.
type odd struct {
	first string
	more  int
}

//go:noinline
func (o *odd) add(err error) {
	if o.first == "" {
		o.first = err.Error()
		return
	}
	o.more++
}

// rows notes that some of the rows of a list cannot be used: that comes before
// any field.
//
//go:noinline
func (o *odd) rows(unread, all int, why error) {
	if o.first != "" {
		o.more++
	}
	o.first = fmt.Sprintf("%d of %d rows left out: %v", unread, all, why)
}

func (o *odd) String() string {
	if o.more > 0 {
		return fmt.Sprintf("%s, and %d more", o.first, o.more)
	}
	return o.first
}

// skip notes an optional field that counts as missing.
func (f *fields) skip(format string, a ...any) { f.odd.add(fmt.Errorf(format, a...)) }
