package account

import (
	"time"

	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/text"
)

// Input is what came in since the step before. The zero Input is that time
// went by.
type Input struct {
	// Verdict is of a reading; the book has grown by its rows.
	Verdict *Verdict
	// WaitUntil is the time that the answer behind Verdict named for the next
	// request; zero: it named none.
	WaitUntil time.Time
	// Filled and KeyFilled report that spend from before the first reading of
	// the account, or of the key, was put into history, and is in the book.
	Filled, KeyFilled bool
	// Unread names what of that spend could not be read; empty: all was.
	Unread string
	// Adopted says what became of spend that was imported before the first
	// reading, which is in the book now; empty: none was.
	Adopted string
	// Imported reports that files were imported, which are in the book.
	Imported bool
	// Drivers are who drives the spikes that were pending, by their IDs; nil
	// where nobody looked for them.
	Drivers map[string]Driver
	// Unseen is for how long no reading came although one was due.
	Unseen time.Duration
	// Stated is what a person says of the balance, or takes back; nil: nothing.
	Stated *Statement
	// Results are the outcomes of attempts to deliver alerts.
	Results []alert.Result
}

// Result is what a step comes to. State, Events and Forecasts are to be stored
// together with the rows of the reading; only then may what is in the state's
// outbox be sent, and people be notified.
type Result struct {
	State    State
	Snapshot Snapshot
	Events   []Event
	// Forecasts are those that have ended, and the one that is to be graded
	// later.
	Forecasts []credit.Forecast
	// Notify are the alerts that people are notified of now.
	Notify []alert.Event
}

// Step is what an input does to an account: it forecasts, grades the
// forecasts before, judges what is unusual, what moved and what rules are
// about, and makes the snapshot of all that. It is pure: equal arguments give
// equal results, and none is changed.
func Step(was *State, in *Input, b *Book, rules Rules, now time.Time) Result {
	r := Result{State: *was}
	st := &r.State
	if v := in.Verdict; v != nil {
		st.Facts, st.WaitUntil, st.FailedAt, st.NotAPI = v.Facts, in.WaitUntil, time.Time{}, false
		if v.Fault != nil {
			st.NotAPI = v.Fault.NotAPI
			st.FailedAt = v.At.UTC().Truncate(time.Millisecond)
		}
		if v.AnotherAccount() { // what was going on was not about this one
			st.Unusual, st.Alerts, st.Outbox = Unusual{}, alert.State{}, alert.Outbox{}
		}
	}
	for _, result := range in.Results {
		st.Outbox = st.Outbox.Apply(result)
	}
	if in.Filled {
		st.Facts.Filled = now
	}
	if in.KeyFilled {
		st.Facts.KeyFilled = now
	}
	if in.Stated != nil {
		st.Facts.stated(in.Stated.USD, b, now)
	}
	if before, newer := in.before(b); newer {
		o := was.Outlook
		if in.informs() { // dates may come nearer
			o.Forecast, o.AutoTopUp = forecast.Forecast{}, nil
		}
		st.Outlook, r.Forecasts = foresee(&o, &st.Facts, b, before)
	}
	s := view(st, b, rules, now, false)
	st.Recent = s.recent
	if rules.Collects {
		if !s.Stale(s.Now) {
			st.Unusual = st.Unusual.seen(&s, rules)
		}
		st.Unusual = st.Unusual.explained(s.Now, in.Drivers)
		r.judge(in, b, rules, &s)
	} else {
		s.Alerts = s.holding(*st, b, rules)
	}
	if in.Unread != "" {
		r.Events = append(r.Events, Event{At: now, Kind: EventGap, Text: text.Clean("of the spend before the first reading "+in.Unread, 300)})
	}
	if in.Adopted != "" {
		s.note(in.Adopted)
		r.Events = append(r.Events, Event{At: now, Kind: EventGap, Text: text.Clean(in.Adopted, 300)})
	}
	r.Snapshot = s
	return r
}

// informs reports whether more is known of the past, or of what is left, without a
// reading.
//
//go:noinline
func (in *Input) informs() bool {
	return in.Filled || in.KeyFilled || in.Adopted != "" || in.Imported || in.Stated != nil
}

// before returns the account's reading before the newest, and whether there is
// anything new to forecast from.
func (in *Input) before(b *Book) (before credit.Sample, newer bool) {
	if v := in.Verdict; v != nil && v.Fault == nil {
		return v.before, true
	}
	if in.informs() {
		before, _ = b.Account.Newest()
		return before, true
	}
	return before, false
}

// judge is what the process that collects does with a snapshot.
func (r *Result) judge(in *Input, b *Book, rules Rules, s *Snapshot) {
	st := &r.State
	if rules.Sends && len(rules.Alerts) > 0 {
		var held []alert.Event
		st.Alerts, r.Notify, held = alert.Evaluate(alert.ForAll(rules.Alerts, rules.Channels), st.Alerts, s.alertReading(st, b, in.Unseen))
		st.notify(r.Notify)
		st.Outbox = st.Outbox.Add(r.Notify, rules.Channels, s.Now).Reconcile(st.Alerts)
		r.Events = append(alertEvents(held), alertEvents(r.Notify)...)
	}
	var events []Event
	st.Unusual, events = st.Unusual.report(s, r.Notify)
	r.Events = append(r.Events, events...)
	newest, _ := b.Account.Newest()
	var moved *Event
	if st.Headline, moved = st.Headline.compare(s, newest); moved != nil {
		r.Events = append(r.Events, *moved)
	}
	s.Alerts = s.holding(*st, b, rules)
	line := text.Clean(st.Outbox.Undelivered(s.Now), 300)
	if line != "" && st.Undelivered == "" {
		r.Events = append(r.Events, Event{At: s.Now, Kind: EventFault, Level: alert.Warning, Text: line})
	}
	st.Undelivered, s.Undelivered, s.Waiting = line, line, st.Outbox.Muted(st.Mutes).Waiting(s.Now)
}
