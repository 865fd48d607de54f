package draw

// List is a place in rows of which only some are seen.
type List struct {
	At  int // the chosen row
	Top int // the first one seen
}

// Within is the list over n rows of which so many are seen: the chosen row is
// one of them.
//
//go:noinline
func (l List) Within(n, seen int) List {
	seen = max(1, seen)
	l.At = max(0, min(l.At, n-1))
	l.Top = min(max(l.Top, l.At-seen+1), l.At)
	l.Top = max(0, min(l.Top, n-seen))
	return l
}
