package account

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/sorted"
	"ortop/internal/text"
)

// How often the usual most an hour, or a day, has to be spent to be a spike,
// below which share of that it is over, and which part of a usual day an hour
// must come to at least: a small hour may be many times one in which the
// account sleeps. They are for the factor alert.SpikeFactor, and grow with it.
const (
	spikeHour  = alert.SpikeFactor
	spikeDay   = 2.0
	spikeOver  = 0.5
	spikeLeast = 0.25
)

// Unusual is since when unusual spend goes on; zero if it does not.
type Unusual struct {
	Hour time.Time `json:"hour,omitzero"`
	Day  time.Time `json:"day,omitzero"`
	Rise time.Time `json:"rise,omitzero"`
	// Found are those of them that events and rules are about.
	Found []Spike `json:"found,omitempty"`
	// Pending are those of which it is not known yet who drives them, since
	// PendingSince.
	Pending      []Spike   `json:"pending,omitempty"`
	PendingSince time.Time `json:"pending_since,omitzero"`
}

// same reports whether the same goes on.
func (was *Unusual) same(now *Unusual) bool {
	return was.Hour.Equal(now.Hour) && was.Day.Equal(now.Day) && was.Rise.Equal(now.Rise)
}

// find is what goes on at a snapshot, of what went on before. factor is the
// least that counts as a spike.
func (was Unusual) find(s *Snapshot, factor float64) Unusual {
	now := was
	follow := func(since *time.Time, value, limit *float64) {
		if value == nil || limit == nil {
			return // nothing is known of it
		}
		switch bound := *limit * factor / alert.SpikeFactor; {
		case since.IsZero() && *value > bound:
			*since = s.At
		case !since.IsZero() && *value < spikeOver*bound:
			*since = time.Time{}
		}
	}
	// Without a management key what was filled in is by days, spread evenly.
	if s.KeyKind() == credit.KeyManagement || s.At.Sub(s.OwnSince) >= time.Hour {
		follow(&now.Hour, s.Spend.Last1hUSD, hourLimit(s.Usual))
	}
	follow(&now.Day, s.Spend.Last24hUSD, dayLimit(s.Usual))
	switch {
	case s.Rise == nil:
		if s.At.Sub(was.Rise) > 7*24*time.Hour {
			now.Rise = time.Time{}
		}
	case was.Rise.IsZero():
		now.Rise = s.At
	}
	now.Found = nil
	return now
}

// of are those of found that still go on.
func (now Unusual) of(found []Spike) []Spike {
	return sorted.Without(found, func(u *Spike) bool { return now.since(u.ID).IsZero() })
}

// since is since when what has this ID goes on.
//
//go:noinline
func (was *Unusual) since(id string) time.Time {
	switch id {
	case alert.HourID:
		return was.Hour
	case alert.DayID:
		return was.Day
	case alert.WeeksID:
		return was.Rise
	}
	return time.Time{}
}

// hourLimit is above what an hour is a spike; nil is unknown.
func hourLimit(u Usual) *float64 {
	if u.HourUSD == nil || u.DayUSD == nil {
		return nil
	}
	v := max(spikeHour**u.HourUSD, spikeLeast**u.DayUSD)
	return &v
}

func dayLimit(u Usual) *float64 {
	if u.DayUSD == nil {
		return nil
	}
	v := spikeDay * *u.DayUSD
	return &v
}

// Spike is spend that is not usual, from its beginning on.
type Spike struct {
	ID string    `json:"id"` // alert.HourID, DayID or WeeksID
	At time.Time `json:"at"`
	// USD is the most that it came to, UsualUSD what it usually is at most.
	// Above LimitUSD it counts, unless a rule has a lower factor.
	USD      float64 `json:"usd"`
	UsualUSD float64 `json:"usual_usd"`
	LimitUSD float64 `json:"limit_usd"`
	Weeks    int     `json:"weeks,omitempty"` // for how many it has risen
	// WeeksUSDPerDay are what an ordinary day of each of these came to, oldest first.
	WeeksUSDPerDay []float64 `json:"weeks_usd_per_day,omitempty"`
	Driver         Driver    `json:"driver,omitzero"`
	// ReportedAt is when it last became an event, Level as what; zero and
	// empty: it was not.
	ReportedAt time.Time   `json:"told,omitzero"`
	Level      alert.Level `json:"level,omitempty"`
}

// begun are the spikes that begin.
func begun(s *Snapshot, was, is *Unusual) (list []Spike) {
	for _, id := range [...]string{alert.HourID, alert.DayID, alert.WeeksID} {
		// A day that is dear for an hour that was reported needs no event of its own.
		if was.since(id).IsZero() && !is.since(id).IsZero() && (id != alert.DayID || is.Hour.IsZero()) {
			list = append(list, Spike{ID: id, At: s.At}.follow(s))
		}
	}
	return list
}

// follow is u as of a snapshot: the worst of it counts.
func (u Spike) follow(s *Snapshot) Spike {
	grow := func(value, usual, limit *float64) {
		if value != nil && usual != nil && limit != nil && *value > u.USD {
			u.USD, u.UsualUSD, u.LimitUSD = *value, *usual, *limit
		}
	}
	switch r := s.Rise; {
	case u.ID == alert.HourID:
		grow(s.Spend.Last1hUSD, s.Usual.HourUSD, hourLimit(s.Usual))
	case u.ID == alert.DayID:
		grow(s.Spend.Last24hUSD, s.Usual.DayUSD, dayLimit(s.Usual))
	case r != nil && r.ToUSDPerDay > u.USD:
		limit := alert.LeakFactor * r.FromUSDPerDay
		grow(&r.ToUSDPerDay, &r.FromUSDPerDay, &limit)
		u.Weeks, u.WeeksUSDPerDay = r.Weeks, r.WeeksUSDPerDay
	}
	return u
}

func (u *Spike) kind() alert.Kind {
	if u.ID == alert.WeeksID {
		return alert.Leak
	}
	return alert.Spike
}

// text is what is unusual, and who drives it.
func (u *Spike) text() string {
	usd, usual := text.USD(u.USD), text.USD(u.UsualUSD)
	line := ""
	switch u.ID {
	case alert.HourID:
		line = "spent " + usd + " in an hour; at this time of day it is " + usual + " at most"
	case alert.DayID:
		line = "spent " + usd + " in 24 h; usually it is " + usual + " at most"
	default:
		line = fmt.Sprintf("spend has risen for %d weeks, from %s to %s a day", u.Weeks, usual, usd)
	}
	if d := u.Driver; d.MoreUSD > 0 {
		most := "most of the rise"
		if u.USD > 1.1*d.OfUSD && u.ID != alert.WeeksID {
			most += ", up to " + text.USD(d.OfUSD) + ","
		}
		line += "; " + most + " is " + cmp.Or(clean(d.Key), "a key without a name") + " with " + cmp.Or(clean(d.Model), "an unknown model") + " (" + text.USD(d.MoreUSD) + ")"
	}
	return line
}

// unusual is what the rules may know of it.
func (u Spike) reading() alert.Unusual {
	a := alert.Unusual{Kind: u.kind(), ID: u.ID, ExcessUSD: u.USD - u.UsualUSD, Value: text.USD(u.USD), USD: u.USD, Text: u.text()}
	factor := alert.SpikeFactor
	if a.Kind == alert.Leak {
		factor = alert.LeakFactor
	}
	if a.Times = math.MaxFloat64; u.LimitUSD > 0 {
		a.Times = factor * u.USD / u.LimitUSD
	}
	return a
}

// driverWait is how long it is waited for who drives unusual spend.
const driverWait = 2 * time.Minute

// seen takes in the values of a snapshot.
func (was *Unusual) seen(s *Snapshot, rules Rules) Unusual {
	next := was.find(s, alert.LeastFactor(rules.Alerts, alert.Spike, rules.Account))
	if was.same(&next) {
		return *was
	}
	next.Found, next.Pending = next.of(was.Found), next.of(was.Pending)
	if fresh := begun(s, was, &next); len(fresh) > 0 && s.KeyKind() == credit.KeyManagement {
		next.Pending, next.PendingSince = append(next.Pending, fresh...), s.Now
	} else {
		next.Found = append(next.Found, fresh...)
	}
	return next
}

// explained takes in who drives what is pending: by ID; nil is that nobody
// looked for them meanwhile.
func (was Unusual) explained(at time.Time, drivers map[string]Driver) Unusual {
	now := was
	if len(now.Pending) == 0 || drivers == nil && at.Sub(now.PendingSince) < driverWait && !at.Before(now.PendingSince) {
		return now
	}
	// A spike is reported also where its driver cannot be found.
	for _, u := range now.Pending {
		u.Driver = drivers[u.ID]
		now.Found = append(slices.Clone(now.Found), u)
	}
	now.Pending, now.PendingSince = nil, time.Time{}
	return now
}

// readings are the spikes as the rules may know them at a snapshot; nil where
// too little is known to judge.
func (was *Unusual) readings(s *Snapshot) []alert.Unusual {
	if len(was.Found) == 0 && s.Usual.HourUSD == nil && s.Usual.DayUSD == nil {
		return nil
	}
	list := make([]alert.Unusual, len(was.Found))
	for i, u := range was.Found {
		list[i] = u.follow(s).reading()
	}
	return list
}

// report returns the events of spikes, each once: as it begins, and again where
// an alert is about it as something graver. alerts are those that are sent now.
func (was Unusual) report(s *Snapshot, alerts []alert.Event) (Unusual, []Event) {
	var events []Event
	found := slices.Clone(was.Found)
	for i := range found {
		u := &found[i]
		e := alert.Event{
			Rule: u.kind(), Subject: u.ID, Level: cmp.Or(u.Level, alert.Warning), Account: s.Account, Since: u.At, At: s.Now,
			ValueText: text.USD(u.USD), Text: u.text(),
		}
		for _, a := range alerts {
			if a.Rule == e.Rule && a.Subject == e.Subject && !a.Cleared && a.Level.Rank() > u.Level.Rank() {
				e = a
			}
		}
		if !u.ReportedAt.IsZero() && e.Level.Rank() <= u.Level.Rank() {
			continue
		}
		u.ReportedAt, u.Level = e.At, e.Level
		w := u.follow(s)
		events = append(events, Event{
			At: e.At, Kind: EventKind(e.Rule), Level: e.Level, Text: w.text(), Alert: &e,
			Spend: &UnusualSpend{USD: w.USD, UsualUSD: w.UsualUSD, WeeksUSDPerDay: w.WeeksUSDPerDay, Driver: w.Driver},
		})
	}
	if len(events) > 0 {
		was.Found = found
	}
	return was, events
}

// Compared is the span in which the spike was spent, and the one that it is
// compared with.
func (u *Spike) Compared() (span, before credit.Span) {
	const day, week = 24 * time.Hour, 7 * 24 * time.Hour
	ends := func(to time.Time, d time.Duration) credit.Span { return credit.Span{From: to.Add(-d), To: to} }
	switch u.ID {
	case alert.HourID:
		return ends(u.At, time.Hour), ends(u.At.Add(-time.Hour), day)
	case alert.DayID:
		return ends(u.At, day), ends(u.At.Add(-day), week)
	}
	return ends(u.At, week), ends(u.At.Add(-time.Duration(u.Weeks-1)*week), week)
}
