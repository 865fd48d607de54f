// Package sorted has lists in order, or without some of what was in them, and what
// comes first.
package sorted

import (
	"sort"
	"time"
)

// By sorts s by compare, and leaves what is equal in its order. It is
// slices.SortStableFunc for slices of structs without 25 kB of program for each
// type.
//
//go:noinline
func By[T any](s []T, compare func(a, b T) int) {
	sort.SliceStable(s, func(i, j int) bool { return compare(s[i], s[j]) < 0 })
}

// Rows is By for structs, which are compared where they stand: a copy of each is
// half a kB of program.
//
//go:noinline
func Rows[T any](s []T, compare func(a, b *T) int) {
	sort.SliceStable(s, func(i, j int) bool { return compare(&s[i], &s[j]) < 0 })
}

// Numbers sorts numbers, none of which is NaN, by Shell's sort: slices.Sort is 7 kB of
// program for each kind of number.
//
//go:noinline
func Numbers[T int64 | float64](s []T) {
	for gap := len(s) / 2; gap > 0; gap = gap * 5 / 11 {
		if gap == 2 {
			gap = 3 // the next is 1
		}
		for i := gap; i < len(s); i++ {
			v, j := s[i], i
			for ; j >= gap && s[j-gap] > v; j -= gap {
				s[j] = s[j-gap]
			}
			s[j] = v
		}
	}
}

// Insert puts v into s at i: slices.Insert is 2 kB of program for each type.
//
//go:noinline
func Insert[T any](s []T, i int, v T) []T {
	s = append(s, v)
	copy(s[i+1:], s[i:])
	s[i] = v
	return s
}

// Later returns the later of two times, and Earlier the earlier.
//
//go:noinline
func Later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

//go:noinline
func Earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// Without is a copy of a list without what out holds of. It is slices.DeleteFunc
// of a clone at a third of its size, of which there is one for each type.
//
//go:noinline
func Without[S ~[]T, T any](list S, out func(*T) bool) S {
	rest := list[:0:0]
	for i := range list {
		if !out(&list[i]) {
			rest = append(rest, list[i])
		}
	}
	return rest
}
