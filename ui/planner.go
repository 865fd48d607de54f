package ui

import (
	"cmp"
	"context"
	"errors"
	"math"
	"strconv"
	"time"

	tea "charm.land/bubbletea/v2"

	"ortop/internal/account"
	"ortop/internal/forecast"
	"ortop/internal/text"
	"ortop/ui/field"
	"ortop/ui/load"
	"ortop/ui/panel"
)

// planner is what a plan is made for, and the newest plan.
type planner struct {
	topUpUSD float64   // 0: the last top-up's, or 25
	until    time.Time // zero: the first of next month
	days     float64   // 0: a week

	drawn   bool // the plot shows what the top-up does
	at      int  // the field that is chosen
	editing bool
	input   field.Input
	err     string // what is wrong with the input

	result load.Request[planned, planResult]
}

// planned is what a plan goes by.
type planned struct {
	reading time.Time
	inputs
}

// planResult is a plan; ok is false while there is no balance to plan with.
type planResult struct {
	plan forecast.Plan
	ok   bool
}

// inputs are the values of the fields.
type inputs struct {
	topUpUSD float64
	until    time.Time
	days     float64
}

// inputs are what was typed, and what stands in place of what was not.
func (p planner) inputs(s *account.Snapshot, now time.Time) inputs {
	in := inputs{cmp.Or(p.topUpUSD, s.LastTopUp.AmountUSD, 25), p.until, p.days}
	if !in.until.After(now) {
		in.until = time.Date(now.Year(), now.Month()+1, 1, 0, 0, 0, 0, now.Location())
	}
	if in.days == 0 {
		in.days = 7
	}
	return in
}

// shown reports whether the plan is about the values in the fields.
func (p planner) shown(s *account.Snapshot, now time.Time) bool {
	return p.result.Value.ok && s.Balance != nil && p.result.Of.inputs == p.inputs(s, now)
}

const planTimeout = 10 * time.Second

// loadPlan requests the plan if it is on the screen and is not the one of this
// reading and these inputs. One that failed is requested again.
func (m *Model) loadPlan() tea.Cmd {
	p := &m.plan
	if m.layout().plan.h == 0 {
		p.editing = false
		return nil
	}
	of, feed, s := planned{m.snap.At, p.inputs(&m.snap, m.now)}, m.feed, m.snap
	r := &p.result
	switch {
	case s.Balance == nil, r.Loading && r.Sent == of:
		return nil
	case !r.Loading && r.Of == of && r.Value.ok && r.Err == nil:
		return nil
	}
	return r.Send(of, m.now, planTimeout, func(ctx context.Context) (planResult, error) {
		usd := of.topUpUSD
		plan, ok, err := feed.Plan(ctx, s, forecast.Ask{TopUpUSD: &usd, Until: of.until, Days: of.days})
		return planResult{plan, ok}, err
	}, func(a load.Answer[planned, planResult]) tea.Msg { return plannedMsg{source{feed}, a} })
}

// planReceived takes a plan.
func (m *Model) planReceived(msg plannedMsg) tea.Cmd {
	if m.plan.result.Receive(msg.answer) && m.plan.result.Again {
		return m.loadPlan()
	}
	return nil
}

// edit begins to edit the chosen field.
func (p *planner) edit() { p.editing, p.input, p.err = true, field.New(), "" }

// planKey takes a key press while a field is edited.
func (m *Model) planKey(msg tea.KeyPressMsg, k *keyMap) tea.Cmd {
	p := &m.plan
	switch {
	case hit(msg, &k.drop):
		p.editing = false
	case hit(msg, &k.take):
		if err := p.take(m.now); err != nil {
			p.err = err.Error()
			return nil
		}
		p.editing = false
		return m.loadPlan()
	default:
		p.input, p.err = p.input.Update(msg), ""
	}
	return nil
}

// take makes what was typed the value of the field; nothing typed leaves it as
// it was.
func (p *planner) take(now time.Time) error {
	typed := p.input.Text()
	if typed == "" {
		return nil
	}
	switch p.at {
	case panel.FieldTopUp:
		usd, err := text.ParseUSD(typed)
		if err != nil {
			return err
		}
		p.topUpUSD, p.drawn = usd, true
	case panel.FieldUntil:
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
			return errors.New("a top-up has to last between an hour and a year")
		}
		p.days = span.Hours() / 24
	}
	return nil
}

// planned changes the chosen field by a step, and draws what comes of it.
func (m *Model) planned(by int) tea.Cmd {
	p, in := &m.plan, m.plan.inputs(&m.snap, m.now)
	switch p.at {
	case panel.FieldTopUp:
		p.topUpUSD, p.drawn = stepUSD(in.topUpUSD, by), true
	case panel.FieldUntil:
		if until := in.until.AddDate(0, 0, by); until.After(m.now) {
			p.until = until
		}
	default:
		p.days = min(365, max(1, math.Round(in.days)+float64(by)))
	}
	return m.loadPlan()
}

// stepUSD is the next round amount above or below one: dollars up to ten, then
// fives, tens from fifty on, and fifties from two hundred on.
func stepUSD(usd float64, by int) float64 {
	step := func(of float64) float64 {
		switch {
		case of < 10:
			return 1
		case of < 50:
			return 5
		case of < 200:
			return 10
		}
		return 50
	}
	if by > 0 {
		s := step(usd)
		return min(mostPlanUSD, (math.Floor(usd/s)+1)*s)
	}
	s := step(usd - 0.01)
	return max(1, (math.Ceil(usd/s)-1)*s)
}

// mostPlanUSD is as far as steps go; more can be typed.
const mostPlanUSD = 1e6
