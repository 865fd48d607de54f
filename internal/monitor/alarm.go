package monitor

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"ortop/history"
	"ortop/internal/alert"
	"ortop/internal/text"
)

// alarmState is the name under which the memory of the alerts is stored.
const alarmState = "alerts"

// undeliveredState is the name under which it is stored what alerts do not
// reach people.
const undeliveredState = "undelivered"

// topUpsBack is how far back top-ups are told to the rules: longer than any
// quiet hours hold one back.
const topUpsBack = 3 * 24 * time.Hour

// alarm is the memory of the alerts: what stands, and what was told.
type alarm struct {
	state  alert.State
	stored []byte
	failed bool // the last change could not be stored: memory is ahead of it
}

// load reads what another process, or this one before, stored.
func (a *alarm) load(ctx context.Context, st *store) error {
	if a.failed {
		return nil
	}
	b, err := st.db.State(ctx, st.account, alarmState)
	if err != nil || bytes.Equal(b, a.stored) {
		return err
	}
	a.state, a.stored = alert.State{}, b
	if len(b) > 0 {
		// What another version wrote and this one cannot read is forgotten.
		_ = json.Unmarshal(b, &a.state)
	}
	return nil
}

// keep stores the memory, if it changed.
func (a *alarm) keep(ctx context.Context, st *store) error {
	b, err := json.Marshal(a.state)
	if err != nil || bytes.Equal(b, a.stored) && !a.failed {
		return err
	}
	err = st.db.SetState(ctx, st.account, alarmState, b)
	a.stored, a.failed = b, err != nil
	return err
}

// alarm judges the last snapshot, where this process is the one that polls.
func (l *loop) alarm() {
	if !l.collecting() {
		return
	}
	warn := func(what string, err error) {
		if err != nil && l.ctx.Err() == nil {
			l.m.log.Warn(what, "error", err)
		}
	}
	judges := l.m.o.Deliver != nil && len(l.m.o.Rules) > 0
	var events []alert.Event
	var err error
	if judges {
		silence := time.Duration(0)
		if l.fault != nil && !l.silent.IsZero() {
			silence = l.viewed.Sub(l.silent)
		}
		events, err = l.st.alarms(l.ctx, l.last, silence)
		warn("judging alerts", err)
	}
	warn("recording what is unusual", l.st.recordUnusual(l.ctx, l.last, events))
	warn("comparing the forecast", l.st.moved(l.ctx, l.last))
	if !judges {
		return
	}
	l.last.Alerts, err = l.st.standing(l.ctx)
	warn("reading which alerts were seen", err)
	if l.m.o.Undelivered != nil {
		l.last.Undelivered, err = l.st.keepUndelivered(l.ctx, l.last)
		warn("noting what was not delivered", err)
	}
	if len(events) > 0 {
		l.m.o.Deliver(events)
	}
}

// alarms judges a snapshot by the rules and returns what is to be told now.
// silence is for how long no reading came although one was due.
func (st *store) alarms(ctx context.Context, s Snapshot, silence time.Duration) ([]alert.Event, error) {
	if err := st.alarm.load(ctx, st); err != nil {
		return nil, err
	}
	r, err := st.reading(ctx, s, silence)
	if err != nil {
		return nil, err
	}
	var events []alert.Event
	st.alarm.state, events = alert.Evaluate(st.m.o.Rules, st.alarm.state, r)
	// Told once: what was decided is on disk before anything is sent.
	err = st.alarm.keep(ctx, st)
	if othersErr := st.tellOthers(ctx, events); err == nil {
		err = othersErr
	}
	for _, e := range events {
		kind := EventAlert
		switch {
		case e.Cleared:
			kind = EventCleared
		case e.Rule == alert.Spike, e.Rule == alert.Leak:
			continue // recordUnusual does
		case e.Rule == alert.TopUp:
			continue // history tells it
		}
		data, jsonErr := json.Marshal(e)
		if jsonErr != nil {
			return events, jsonErr
		}
		if addErr := st.db.AddEvent(ctx, st.account, history.Event{At: e.At, Kind: kind, Level: string(e.Level), Text: e.Said(), Data: data}); err == nil {
			err = addErr
		}
	}
	return events, err
}

// undelivered is what the process that tells alerts stored of its channels.
func (st *store) undelivered(ctx context.Context) (string, error) {
	b, err := st.db.State(ctx, st.account, undeliveredState)
	return text.Clean(string(b), 300), err
}

// keepUndelivered stores what does not reach people now, for the processes
// that show it, and puts it into the events as it begins.
func (st *store) keepUndelivered(ctx context.Context, s Snapshot) (string, error) {
	line := text.Clean(st.m.o.Undelivered(), 300)
	if line == s.Undelivered {
		return line, nil
	}
	err := st.db.SetState(ctx, st.account, undeliveredState, []byte(line))
	if line != "" && err == nil {
		err = st.db.AddEvent(ctx, st.account, history.Event{At: s.Now, Kind: EventFault, Level: string(alert.Warning), Text: line})
	}
	return line, err
}

// reading is what the rules may know of a snapshot.
func (st *store) reading(ctx context.Context, s Snapshot, silence time.Duration) (alert.Reading, error) {
	r := alert.Reading{
		Account: s.Account, Now: s.Now, At: s.At, Fresh: s.Fault == nil && !s.Stale(s.Now), Silence: silence,
		Forecast: s.Forecast, Early: s.Early(), DayUSD: s.Spend.TodayUSD, WeekUSD: s.Spend.WeekUSD, MonthUSD: s.Spend.MonthUSD,
		Unusual: st.unusual(s), Refill: refill(s.AutoTopUp),
	}
	if s.Fault != nil {
		r.Cause = s.Fault.Message
	}
	if s.At.IsZero() {
		return r, nil
	}
	if b := s.Balance; b != nil {
		left := b.LeftUSD()
		r.BalanceUSD = &left
		if used, ok := b.UsedRatio(); ok {
			r.UsedRatio = &used
		}
	}
	st.allowed(&r, s)
	var err error
	r.TopUps, err = st.db.TopUps(ctx, st.account, s.At.Add(-topUpsBack), s.At.Add(time.Second))
	return r, err
}
