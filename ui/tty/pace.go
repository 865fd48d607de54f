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
	// unseenRest is how long what comes while nobody looks is drawn together: the
	// answers that follow on a reading.
	unseenRest = 150 * time.Millisecond
	// firstWait is how long the first view waits for what it would show: a frame without
	// that would only be in the way of the whole one.
	firstWait = 40 * time.Millisecond
)

// redraw lets the event loop make the view that was left out.
type redraw struct{}

// pace leaves out views that nobody could see. Bubble Tea makes one after each
// message, so that after a thousand keys of a paste or of one that was held down, the
// next was late by a thousand drawings. The zero pace has nothing to wake the
// event loop with, and leaves none out.
type pace struct {
	send   func(tea.Msg)
	looked func(bool) // told whether anybody looks; may be nil

	drawn   tea.View
	left    int       // of what may be drawn at once
	counted time.Time // up to when left was
	late    bool      // a redraw is under way
	made    bool      // drawn is
	first   time.Time // until when the first view may wait
	owed    bool      // something has changed since
	unseen  bool      // the terminal lost the focus
}

// note takes in what a message says of who looks.
func (p *pace) note(msg tea.Msg) {
	if p == nil {
		return
	}
	was := p.unseen
	switch msg.(type) {
	case tea.BlurMsg:
		p.unseen, p.left = true, 0
	case tea.FocusMsg, tea.KeyPressMsg, tea.MouseClickMsg, tea.MouseWheelMsg:
		if p.unseen {
			p.unseen = false
			p.soon()
		}
	case tea.WindowSizeMsg:
		p.soon()
	}
	if p.unseen != was && p.looked != nil {
		p.looked(was)
	}
}

// soon lets the next view be made whatever came before it: one of another size
// would be cut, or leave a part of the screen empty.
func (p *pace) soon() { p.left = max(p.left, 1) }

// stands reports whether there is a view, and no newer one to be made.
func (p *pace) stands() bool { return p != nil && p.made && !p.owed }

// begins reports whether the first view is still to be made.
func (p *pace) begins() bool { return p != nil && p.send != nil && !p.made }

// waits reports whether the first view is to wait.
func (p *pace) waits() bool {
	if !p.begins() {
		return false
	}
	now := time.Now()
	if p.first.IsZero() {
		p.first = now.Add(firstWait)
		time.AfterFunc(firstWait, routine.Guard(func() { p.send(redraw{}) }))
	}
	return now.Before(p.first)
}

// view is what draw makes, or what it made before where that was just now.
func (p *pace) view(draw func() tea.View) (v tea.View, drawn bool) {
	if p == nil || p.send == nil {
		return draw(), true
	}
	rest := drawRest
	now := time.Now()
	if p.unseen {
		rest = unseenRest
	} else if n := int64(now.Sub(p.counted) / drawRest); p.counted.IsZero() || n >= atOnce {
		p.left, p.counted = atOnce, now
	} else {
		p.left, p.counted = min(atOnce, p.left+int(n)), p.counted.Add(time.Duration(n)*drawRest)
	}
	if p.left > 0 {
		p.left--
		p.drawn, p.made, p.owed = draw(), true, false
		return p.drawn, true
	}
	p.owed = true
	if !p.late {
		p.late = true
		time.AfterFunc(rest, routine.Guard(func() { p.send(redraw{}) }))
	}
	return p.drawn, false
}
