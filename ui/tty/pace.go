package tty

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"ortop/internal/routine"
)

// How often a view is made: a few times at once, as at the start, and from then on
// about twice a frame.
const (
	atOnce   = 8
	drawRest = 8 * time.Millisecond
)

// redraw lets the event loop make the view that was left out.
type redraw struct{}

// pace leaves out views that nobody could see. Bubble Tea makes one after each
// message, so that after a thousand keys of a paste or of one that was held down, the
// next was late by a thousand drawings. The zero pace has nothing to wake the
// event loop with, and leaves none out.
type pace struct {
	send func(tea.Msg)

	drawn   tea.View
	left    int       // of what may be drawn at once
	counted time.Time // up to when left was
	late    bool      // a redraw is under way
}

// resized lets the next view be made whatever came before it: one of another size
// would be cut, or leave a part of the screen empty.
func (p *pace) resized() {
	if p != nil {
		p.left = max(p.left, 1)
	}
}

// view is what draw makes, or what it made before where that was just now.
func (p *pace) view(draw func() tea.View) tea.View {
	if p == nil || p.send == nil {
		return draw()
	}
	now := time.Now()
	if n := int64(now.Sub(p.counted) / drawRest); p.counted.IsZero() || n >= atOnce {
		p.left, p.counted = atOnce, now
	} else {
		p.left, p.counted = min(atOnce, p.left+int(n)), p.counted.Add(time.Duration(n)*drawRest)
	}
	if p.left > 0 {
		p.left--
		p.drawn = draw()
		return p.drawn
	}
	if !p.late {
		p.late = true
		time.AfterFunc(drawRest, routine.Guard(func() { p.send(redraw{}) }))
	}
	return p.drawn
}
