package alert

import (
	"math"
	"slices"
)

// audience is a set of channels: those that are named or, if but, all the others.
type audience struct {
	but   bool
	names []string
}

// to is the audience that a rule names; empty is all.
func to(names []string) audience { return audience{len(names) == 0, names} }

func (e *Event) audience() audience {
	if len(e.Channels) == 0 {
		return audience{true, e.Except}
	}
	return audience{false, e.Channels}
}

// addressed returns the event for another audience, which is not empty.
func (e Event) addressed(a audience) Event {
	e.Channels, e.Except = a.names, nil
	if a.but {
		e.Channels, e.Except = nil, a.names
	}
	return e
}

// without returns those of a that are not among b.
func (a audience) without(b audience) audience {
	switch {
	case a.but && b.but:
		return audience{false, pick(b.names, a.names, false)}
	case a.but:
		return audience{true, append(slices.Clone(a.names), pick(b.names, a.names, false)...)}
	}
	return audience{false, pick(a.names, b.names, b.but)}
}

// meets reports whether a channel may be among both.
func (a audience) meets(b audience) bool {
	b.but = !b.but
	return !a.without(b).empty()
}

func (a audience) has(name string) bool { return slices.Contains(a.names, name) != a.but }

func (a audience) empty() bool { return !a.but && len(a.names) == 0 }

// breadth grows with how many channels are among these.
func (a audience) breadth() int {
	if a.but {
		return math.MaxInt - len(a.names)
	}
	return len(a.names)
}

// pick returns those of a that are among b, or else those that are not.
//
//go:noinline
func pick(a, b []string, among bool) (names []string) {
	for _, name := range a {
		if slices.Contains(b, name) == among {
			names = append(names, name)
		}
	}
	return names
}
