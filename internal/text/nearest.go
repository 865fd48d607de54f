package text

import "strings"

// Nearest is the one of some words that was probably meant; empty where none is
// near: within two letters, or a third of the word.
func Nearest(word string, of []string) string {
	best, least := "", min(2, (len(word)+1)/3)
	for _, w := range of {
		if d := distanceOf(strings.ToLower(word), strings.ToLower(w)); d <= least && w != "" {
			if best, least = w, d-1; d == 0 {
				break
			}
		}
	}
	return best
}

// distanceOf is how many letters are to be put in, left out, replaced or swapped with
// their neighbour to make b of a (optimal string alignment).
func distanceOf(a, b string) int {
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	for j := range rows[1] {
		rows[1][j] = j
	}
	before, last, next := rows[0], rows[1], rows[2]
	for i := 1; i <= len(a); i++ {
		next[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(last[j]+1, next[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, last, next = last, next, before
	}
	return last[len(b)]
}
