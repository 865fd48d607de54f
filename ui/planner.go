package ui

import (
	"errors"
	"strconv"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/text"
)

// The fields of the plan, from the top.
const (
	fieldTopUp = iota
	fieldUntil
	fieldAuto
	planFields
)

// planner is what the plan is asked for, and the last answer.
type planner struct {
	topUpUSD float64      // 0: the last top-up's, or 25
	until    time.Time    // zero: the first of next month
	days     float64      // 0: a week
	last     credit.TopUp // the newest that was seen

	at      int // the field that is chosen
	editing bool
	input   field
	err     string // what is wrong with the input

	plan   forecast.Plan
	of     planned // what the plan answers
	ok     bool
	failed error
	gen    int
	asking bool
}

// planned is what a plan goes by.
type planned struct {
	reading time.Time
	inputs
}

// inputs are the values of the fields.
type inputs struct {
	topUpUSD float64
	until    time.Time
	days     float64
}

// inputs are what was typed, and what stands in place of what was not.
func (p planner) inputs(now time.Time) inputs {
	in := inputs{p.topUpUSD, p.until, p.days}
	if in.topUpUSD == 0 {
		if in.topUpUSD = p.last.AmountUSD; in.topUpUSD == 0 {
			in.topUpUSD = 25
		}
	}
	if !in.until.After(now) {
		in.until = time.Date(now.Year(), now.Month()+1, 1, 0, 0, 0, 0, now.Location())
	}
	if in.days == 0 {
		in.days = 7
	}
	return in
}

// seen notes the newest purchase.
func (p *planner) seen(topUps []credit.TopUp) {
	for _, t := range topUps {
		if t.AmountUSD > 0 && t.At.After(p.last.At) {
			p.last = t
		}
	}
}

// replan asks for the plan if it is on the screen and what it goes by has
// changed, once at a time.
func (m Model) replan() (Model, tea.Cmd) {
	p := &m.plan
	of := planned{m.snap.At, p.inputs(m.now)}
	if m.layout().plan.h == 0 {
		p.editing = false
		return m, nil
	}
	if p.asking || p.of == of || m.snap.Balance == nil {
		return m, nil
	}
	p.asking = true
	p.gen++
	return m, planCmd(m.feed, p.gen, m.snap, of)
}

// planned takes a plan that was asked for. One that could not be had is asked
// for again with the next snapshot.
func (m Model) planned(msg plannedMsg) (tea.Model, tea.Cmd) {
	p := &m.plan
	if msg.gen != p.gen {
		return m, nil
	}
	p.asking = false
	p.plan, p.ok, p.failed, p.of = msg.plan, msg.ok, msg.err, msg.of
	next := planned{m.snap.At, p.inputs(m.now)}
	if !msg.ok {
		p.of.reading = time.Time{}
		next.reading = time.Time{}
	}
	if p.of != next {
		return m.replan()
	}
	return m, nil
}

// edit begins to edit the chosen field.
func (m Model) edit() Model {
	m.plan.editing, m.plan.input, m.plan.err = true, field{}, ""
	return m
}

// planKey takes a key press while a field is edited.
func (m Model) planKey(msg tea.KeyPressMsg, k keyMap) (tea.Model, tea.Cmd) {
	p := &m.plan
	switch {
	case key.Matches(msg, k.drop):
		p.editing = false
	case key.Matches(msg, k.take):
		if err := p.take(m.now); err != nil {
			p.err = err.Error()
			return m, nil
		}
		p.editing = false
		return m.replan()
	default:
		p.input.press(msg)
		p.err = ""
	}
	return m, nil
}

// take makes what was typed the value of the field; nothing typed leaves it as
// it was.
func (p *planner) take(now time.Time) error {
	typed := p.input.value
	if typed == "" {
		return nil
	}
	switch p.at {
	case fieldTopUp:
		usd, err := text.ParseUSD(typed)
		if err != nil {
			return err
		}
		p.topUpUSD = usd
	case fieldUntil:
		t, err := text.ParseTime(typed, now)
		if err != nil {
			return err
		}
		p.until = t.In(now.Location())
	default:
		if _, err := strconv.Atoi(typed); err == nil {
			typed += "d"
		}
		span, err := text.ParseSpan(typed)
		switch {
		case err != nil:
			return err
		case span < time.Hour || span > 365*24*time.Hour:
			return errors.New("a top-up should last an hour at least and a year at most")
		}
		p.days = span.Hours() / 24
	}
	return nil
}

// shown reports whether the plan is about the values in the fields.
func (p planner) shown(s account.Snapshot, now time.Time) bool {
	return p.ok && s.Balance != nil && p.of.inputs == p.inputs(now)
}
