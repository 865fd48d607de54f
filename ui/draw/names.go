package draw

import "github.com/charmbracelet/x/ansi"

// CutName shortens a name that stands alone to at most w cells with the mark before its
// end: names of one family differ there.
//
//go:noinline
func CutName(s string, w int) string { return cutName(s, w, (w-1)/3) }

// CutNames shortens the names of a list to the cells that each has, at their ends, or where
// that would make some of them one, before these.
func CutNames(names []string, room func(i int) int) []string {
	var best []string
	most := -1
	for sixths := range 5 {
		if sixths == 1 {
			continue
		}
		cut, different := make([]string, len(names)), map[string]bool{}
		for i, s := range names {
			cut[i] = cutName(s, room(i), (room(i)-1)*sixths/6)
			different[cut[i]] = true
		}
		if len(different) > most {
			best, most = cut, len(different)
		}
		if most == len(names) {
			break
		}
	}
	return best
}

// cutName keeps so many of the last cells.
func cutName(s string, w, tail int) string {
	n := Width(s)
	if n <= w || tail < 1 {
		return Cut(s, w)
	}
	end := ansi.TruncateLeft(s, n-tail, "")
	return Cut(s, w-Width(end)) + end
}
