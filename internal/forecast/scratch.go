package forecast

import "ortop/internal/credit"

// Scratch is memory of which a model is made, a quarter of a megabyte with a past of
// weeks: for one who makes model after model, and uses none when the next is made in the
// same Scratch. Of samples that lie where those of the last model did, and ascend, only what is
// new is read: others are not to be put in their place. The zero Scratch is usable.
type Scratch struct {
	Samples []credit.Sample // for the samples of the model, should they be copies
	grid    grid
	past    []moment
	rises   []rise
}

// emptied is s without its elements, or a new slice where it has no room for n.
//
//go:noinline
func emptied[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, 0, n)
	}
	return s[:0]
}

func (l *lumps) cut(n int) { l.usd, l.squares = l.usd[:n], l.squares[:n] }

func (l *lumps) empty(n int) { l.usd, l.squares = emptied(l.usd, n), emptied(l.squares, n) }
