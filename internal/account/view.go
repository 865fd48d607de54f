package account

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/text"
)

// Rules are what an account is called and judged by; they come from the
// configuration.
type Rules struct {
	Account string // its configured name
	Host    string // the API's host where it is not OpenRouter's own
	Demo    string // the simulated profile, or empty
	Note    string // of this process, for people; or empty
	// Interval is the time between two polls.
	Interval time.Duration
	// Collects reports whether this process is the one that polls the account:
	// it judges what is unusual and what moved.
	Collects bool
	// Alerts are what every snapshot is judged by. A collector alone changes the
	// state by them, and Sends what is to be sent, to Channels.
	Alerts   []alert.Rule
	Sends    bool
	Channels []alert.Channel
}

// View is the snapshot of what is known at now. A quick one has no forecast
// where none was stored for the newest reading, for making one takes a while.
func View(st *State, b *Book, rules Rules, now time.Time, quick bool) Snapshot {
	s := view(st, b, rules, now, quick)
	s.Alerts = s.holding(*st, b, rules)
	return s
}

// view is the snapshot without its alerts.
func view(st *State, b *Book, rules Rules, now time.Time, quick bool) Snapshot {
	s := Snapshot{
		Account: rules.Account, Host: rules.Host, Demo: rules.Demo, Now: now, At: b.Poll.Success,
		Interval: rules.Interval, Source: st.Facts.Source, Key: st.Facts.KeyBy(b.Poll.Success, now),
		BalanceNote: st.Facts.BalanceNote, StorageNote: b.StorageNote, Fault: b.Poll.Fault,
		Forecast: forecast.Forecast{State: forecast.Unknown, At: now},
	}
	if s.Fault != nil && st.NotAPI { // which the history does not keep
		f := *s.Fault
		f.NotAPI, s.Fault = true, &f
	}
	r := st.Recent
	s.Damage = cmp.Or(b.Damage, r.Damage)
	if !b.Brief {
		s.Damage = b.Damage
	}
	s.StorageNote = cmp.Or(s.StorageNote, s.Damage)
	s.muted(st.Mutes)
	if rules.Note != "" {
		s.note(rules.Note)
	}
	if s.At.IsZero() {
		return s
	}
	f := st.Facts
	if f.Skew != 0 {
		s.note(fmt.Sprintf("the server's clock differs from this one by %s", f.Skew))
	}
	if s.Source == "" && b.balance() != nil { // only an import had totals yet
		s.Source = FromHistory
	}
	if s.Source == FromCredits || s.Source == FromHistory {
		s.Balance = b.balance()
	}
	if b := f.statedBalance(); b != nil {
		s.Balance, s.Source = b, FromPerson
	}
	if note := f.statedNote(now); note != "" {
		s.BalanceNote = note
	}
	s.SpendableUSD, s.Binding = credit.Spendable(s.Balance, s.Key)
	if s.Key == nil && s.Balance != nil {
		s.note("the key's own cap is not known: it could not be read")
	}
	if s.Key != nil && s.Key.ExpiryUnread {
		s.note("the key expires at a time that cannot be read")
	}
	if at := f.AgreedAt; s.Balance != nil && !at.IsZero() && at.Before(s.At) {
		s.note("lower usage was read than at " + clock(at, now) + ": it counts if it stays so for 5 min")
	}
	if !b.Brief {
		r = recentOf(b.Shown(&f), s.At, rules)
	}
	r.Damage, s.LastTopUp = s.Damage, b.lastTopUp()
	s.recent = r
	s.HistorySince, s.OwnSince, s.Gaps = r.Since, r.OwnSince, r.Gaps
	s.Spend, s.Unseen, s.Burn, s.Usual, s.Rise, s.RanOutAt, s.RanOutUnseen = r.Spend, r.Unseen, r.Burn, r.Usual, r.Rise, r.RanOutAt, r.RanOutUnseen
	s.Undelivered, s.Waiting = st.Undelivered, st.Outbox.Muted(st.Mutes).Waiting(s.Now)
	s.noteSegments(r.Segments)
	s.Track = st.Outlook.Track
	o := st.Outlook
	if !o.isOf(s.At) {
		if quick {
			return s
		}
		_, o = forecasts(&f, b, s.At)
		o = o.after(&st.Outlook, &f, b)
	}
	s.Planned, s.Standing = o.Planned, o.Standing
	s.Forecast, s.AutoTopUp, s.published, s.Rhythm, s.Bounds = o.Forecast, o.AutoTopUp, o.Published, o.Rhythm, o.Bounds
	return s
}

// note is not inlined: nine copies are 2 kB of program.
//
//go:noinline
func (s *Snapshot) note(line string) { s.Notes = append(s.Notes, line) }

// noteSegments notes where the series was broken in the last day.
func (s *Snapshot) noteSegments(segments []credit.Segment) {
	for _, g := range slices.Backward(segments) {
		switch g.Reason {
		case AnotherAccount:
			s.note("another account's numbers since " + clock(g.At, s.Now) + ": a new series began")
		case UsageFell:
			s.note("lifetime usage fell at " + clock(g.At, s.Now) + ": a new series began")
		}
	}
}

func clock(t, now time.Time) string { return text.Format(t.In(now.Location()), "15:04") }
