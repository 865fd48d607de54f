package account

import (
	"time"

	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/sorted"
	"ortop/internal/text"
)

// topUpsBack is how far back top-ups are given to the rules: longer than any
// quiet hours hold one back.
const topUpsBack = 3 * 24 * time.Hour

// alertReading is what the rules may know of a snapshot. silence is for how long
// no reading came although one was due.
func (s *Snapshot) alertReading(st *State, b *Book, silence time.Duration) alert.Reading {
	r := alert.Reading{
		Account: s.Account, Mutes: st.Mutes, Now: s.Now, At: s.At, Fresh: !s.Stale(s.Now), Gap: silence,
		Forecast: s.Forecast, Published: s.Published(), Early: s.Early(), DayUSD: s.Spend.TodayUSD, WeekUSD: s.Spend.WeekUSD, MonthUSD: s.Spend.MonthUSD,
		LeastDayUSD: s.Spend.LeastTodayUSD, LeastWeekUSD: s.Spend.LeastWeekUSD, LeastMonthUSD: s.Spend.LeastMonthUSD,
		Unusual: st.Unusual.readings(s), Refill: s.AutoTopUp.refill(), Why: s.whySpent(),
	}
	if s.Fault != nil {
		r.Cause = s.Fault.Message
	}
	if s.At.IsZero() {
		return r
	}
	if b := s.Balance; b != nil {
		left := b.LeftUSD()
		r.BalanceUSD = &left
		if used, ok := b.UsedRatio(); ok {
			r.UsedRatio = &used
		}
	}
	if s.Key != nil {
		r.Free = s.Key.FreeRequests
	}
	s.allowed(&r, st.Facts.Fingerprint, b.Limits)
	if b.Account != nil {
		for _, t := range b.Account.TopUps {
			if !t.At.Before(s.At.Add(-topUpsBack)) && !t.At.After(s.At) {
				r.TopUps = append(r.TopUps, t)
			}
		}
	}
	return r
}

// allowed puts what may be spent, and until when, into a reading of the rules.
func (s Snapshot) allowed(r *alert.Reading, fingerprint string, l Limits) {
	k := s.Key
	if k == nil {
		return
	}
	r.Keys, r.Limits = []alert.Expiry{}, []alert.Allowance{}
	if !k.ExpiresAt.IsZero() {
		r.Keys = append(r.Keys, alert.Expiry{ID: fingerprint, Name: "key " + k.Label, At: k.ExpiresAt})
	}
	switch {
	case k.Kind == credit.KeyManagement:
		l.report(r, k.Label)
	case k.Kind != credit.KeyOrdinary:
		r.Partial = true
	case k.Cap.LimitUSD != nil:
		r.Limits = append(r.Limits, Allowance(fingerprint, "key "+k.Label, k.Cap, s.At))
	}
	for _, g := range k.Budgets {
		if g.LimitUSD == nil {
			continue
		}
		a := Allowance(fingerprint+"/"+g.Scope+g.ID, g.Name(), g.Cap, s.At)
		a.ResetsAt, _ = g.Next(s.At)
		r.Limits = append(r.Limits, a)
	}
}

// alertEvents are the events of alerts that are sent or held back now, but for
// those that were held back before and those that have events of their own:
// unusual spend and top-ups.
func alertEvents(sent []alert.Event) []Event {
	var events []Event
	for _, e := range sent {
		kind := EventAlert
		switch {
		case e.Recorded:
			continue
		case e.Cleared:
			kind = EventCleared
		case e.Rule == alert.Spike, e.Rule == alert.Leak, e.Rule == alert.TopUp:
			continue
		}
		events = append(events, Event{At: e.At, Kind: kind, Level: e.Level, Text: e.Summary(), Alert: &e})
	}
	return events
}

// holding returns the alerts that hold by the values of the snapshot and that
// nobody has seen, the most urgent first; nil where nobody can judge. How long a
// condition has held is what the collector's state says. It notes which balances
// are low, and which rise goes on.
func (s *Snapshot) holding(st State, b *Book, rules Rules) []alert.Event {
	s.LowUSD = alert.LowUSD(rules.Alerts, s.Account, s.AutoTopUp.refill())
	if s.Stale(s.Now) || !rules.Collects || !rules.Sends { // else it was judged as it came
		alone := tooOld(s.Now.Sub(st.Alerts.JudgedAt()).Abs(), s.Interval)
		var drivers map[string]Driver
		if alone {
			drivers = map[string]Driver{} // nobody looks for them
		}
		if !s.At.IsZero() {
			st.Unusual = st.Unusual.seen(s, rules).explained(s.Now, drivers)
		}
		r := s.alertReading(&st, b, 0)
		r.Viewed, r.Alone = true, alone
		st.Alerts, _, _ = alert.Evaluate(rules.Alerts, st.Alerts, r)
	}
	s.RiseSince, s.RiseFactor = st.Unusual.Rise, alert.LeastFactor(rules.Alerts, alert.Leak, rules.Account)
	active := st.Alerts.Active()
	if s.At.IsZero() && len(active) == 0 {
		return nil
	}
	for _, e := range b.Acknowledged {
		seen := e.Alert
		if seen == nil || e.Kind == EventCleared {
			continue
		}
		active = sorted.Without(active, func(a *alert.Event) bool {
			return a.Rule == seen.Rule && a.Subject == seen.Subject && a.Level.Rank() <= seen.Level.Rank() && !e.At.Before(a.Since.Truncate(time.Second))
		})
	}
	return active
}

// muted notes what is muted, and until when.
func (s *Snapshot) muted(ms alert.Mutes) {
	s.Mutes = ms.At(s.Now)
	for _, m := range s.Mutes {
		s.note(MuteWords(m, s.Now))
	}
}

// MuteWords says what is muted, and until when in the zone of now.
func MuteWords(m alert.Mute, now time.Time) string {
	what := "alerts"
	if m.Rule != "" {
		what = string(m.Rule) + " alerts"
	}
	until := m.Until.In(now.Location())
	words := what + " are muted until "
	if until.Sub(now) < 120*24*time.Hour {
		words += text.Moment(until, now) + " " + text.Zone(until)
	} else {
		words += until.Format("2 Jan 2006")
	}
	if !m.Urgent {
		words += ", but for urgent ones"
	}
	return words
}
