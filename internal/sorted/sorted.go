// Package sorted sorts.
package sorted

import "sort"

// By sorts s by compare, and leaves what is equal in its order. It is
// slices.SortStableFunc for slices of structs without 25 kB of program for each
// type.
func By[T any](s []T, compare func(a, b T) int) {
	sort.SliceStable(s, func(i, j int) bool { return compare(s[i], s[j]) < 0 })
}
