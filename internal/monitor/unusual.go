package monitor

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"ortop/history"
	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/spenders"
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

// standing is since when something unusual goes on; zero if it does not. It
// is kept, so that each is told once.
type standing struct {
	Hour time.Time `json:"hour,omitzero"`
	Day  time.Time `json:"day,omitzero"`
	Rise time.Time `json:"rise,omitzero"`
	// Found are those of them that are told of.
	Found []unusual `json:"found,omitempty"`
}

// same reports whether the same goes on.
func (was standing) same(now standing) bool {
	return was.Hour.Equal(now.Hour) && was.Day.Equal(now.Day) && was.Rise.Equal(now.Rise)
}

// find is what goes on at a snapshot, of what went on before. factor is the
// least that a spike is told from.
func (was standing) find(s Snapshot, factor float64) standing {
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
func (now standing) of(found []unusual) []unusual {
	return slices.DeleteFunc(slices.Clone(found), func(u unusual) bool { return now.since(u.ID).IsZero() })
}

func (was standing) since(id string) time.Time {
	return map[string]time.Time{alert.HourID: was.Hour, alert.DayID: was.Day, alert.WeeksID: was.Rise}[id]
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

// unusualChore finds what begins to be unusual, and who drives it where the
// key may know.
func unusualChore(m *Monitor) *chore {
	var snap Snapshot
	var was, is standing
	var manages bool
	return &chore{
		name: "unusual spend", every: time.Minute,
		wanted: func(st *store) bool {
			s, ok := st.m.Latest()
			if !ok || s.Stale(st.m.o.Now()) {
				return false
			}
			factor := alert.LeastFactor(st.m.o.Rules, alert.Spike, st.m.o.Account)
			snap, was, is, manages = s, st.known.Unusual, st.known.Unusual.find(s, factor), st.manages()
			return !was.same(is)
		},
		ask: func(ctx context.Context, _ API, _ time.Time) (func(context.Context, *store) error, error) {
			fresh := begun(snap, was, is)
			for i := range fresh {
				if manages {
					// That nobody can tell keeps nothing from being said.
					fresh[i].Driver, _ = findDriver(ctx, m.spenders, fresh[i])
				}
			}
			return func(ctx context.Context, st *store) error {
				is.Found = append(is.of(st.known.Unusual.Found), fresh...)
				st.known.Unusual = is
				return st.keepKnown(ctx)
			}, ctx.Err()
		},
	}
}

// keepKnown stores what is carried from one poll to the next.
func (st *store) keepKnown(ctx context.Context) error {
	b, err := json.Marshal(st.known)
	if err != nil {
		return err
	}
	return st.db.Record(ctx, history.PollUpdate{Series: st.account, FaultKind: st.poll.FaultKind, Fault: st.poll.Fault, Key: b})
}

// unusual is spend that is not usual, from its beginning on.
type unusual struct {
	ID string    `json:"id"` // alert.HourID, DayID or WeeksID
	At time.Time `json:"at"`
	// USD is the most that it came to, UsualUSD what it usually is at most.
	// Above LimitUSD it counts, where no rule asks for less.
	USD      float64         `json:"usd"`
	UsualUSD float64         `json:"usual_usd"`
	LimitUSD float64         `json:"limit_usd"`
	Weeks    int             `json:"weeks,omitempty"` // for how many it has risen
	Driver   spenders.Driver `json:"driver,omitzero"`
	// Told is when it was last put into the events, Level as what; zero and
	// empty: it was not.
	Told  time.Time   `json:"told,omitzero"`
	Level alert.Level `json:"level,omitempty"`
}

// begun is what is unusual and was not before.
func begun(s Snapshot, was, is standing) (list []unusual) {
	if was.Hour.IsZero() && !is.Hour.IsZero() {
		list = append(list, unusual{ID: alert.HourID, At: s.At}.follow(s))
	}
	// A day that is dear for an hour that was told needs no further word.
	if was.Day.IsZero() && !is.Day.IsZero() && is.Hour.IsZero() {
		list = append(list, unusual{ID: alert.DayID, At: s.At}.follow(s))
	}
	if was.Rise.IsZero() && !is.Rise.IsZero() {
		list = append(list, unusual{ID: alert.WeeksID, At: s.At}.follow(s))
	}
	return list
}

// follow is u as of a snapshot: the worst of it counts.
func (u unusual) follow(s Snapshot) unusual {
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
		u.Weeks = r.Weeks
	}
	return u
}

func (u unusual) kind() alert.Kind {
	if u.ID == alert.WeeksID {
		return alert.Leak
	}
	return alert.Spike
}

// text says what is unusual, and who drives it.
func (u unusual) text() string {
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
func (u unusual) reading() alert.Unusual {
	a := alert.Unusual{Kind: u.kind(), ID: u.ID, ExcessUSD: u.USD - u.UsualUSD, Value: text.USD(u.USD), Text: u.text()}
	factor := alert.SpikeFactor
	if a.Kind == alert.Leak {
		factor = alert.LeakFactor
	}
	if a.Times = math.MaxFloat64; u.LimitUSD > 0 {
		a.Times = factor * u.USD / u.LimitUSD
	}
	return a
}

// unusual is what goes on at a snapshot, as the rules may know it; nil where
// too little is known to say.
func (st *store) unusual(s Snapshot) []alert.Unusual {
	found := st.known.Unusual.Found
	if len(found) == 0 && s.Usual.HourUSD == nil && s.Usual.DayUSD == nil {
		return nil
	}
	list := make([]alert.Unusual, len(found))
	for i, u := range found {
		list[i] = u.follow(s).reading()
	}
	return list
}

// recordUnusual puts what is unusual into the events, once: as it begins, and
// again where an alert tells it as something graver. told are the alerts that
// are told now.
func (st *store) recordUnusual(ctx context.Context, s Snapshot, told []alert.Event) error {
	var rows []history.Event
	found := slices.Clone(st.known.Unusual.Found)
	for i := range found {
		u := &found[i]
		e := alert.Event{
			Rule: u.kind(), Subject: u.ID, Level: cmp.Or(u.Level, alert.Warning), Account: s.Account, Since: u.At, At: s.Now,
			ValueText: text.USD(u.USD), Text: u.text(),
		}
		for _, t := range told {
			if t.Rule == e.Rule && t.Subject == e.Subject && !t.Cleared && t.Level.Rank() > u.Level.Rank() {
				e = t
			}
		}
		if !u.Told.IsZero() && e.Level.Rank() <= u.Level.Rank() {
			continue
		}
		w := u.follow(s)
		data, err := json.Marshal(struct {
			alert.Event
			USD      float64 `json:"usd"`
			UsualUSD float64 `json:"usual_usd"`
			spenders.Driver
		}{e, w.USD, w.UsualUSD, w.Driver})
		if err != nil {
			return err
		}
		u.Told, u.Level = e.At, e.Level
		rows = append(rows, history.Event{At: e.At, Kind: string(e.Rule), Level: string(e.Level), Text: w.text(), Data: data})
	}
	if len(rows) == 0 {
		return nil
	}
	st.known.Unusual.Found = found
	err := st.keepKnown(ctx)
	for _, e := range rows {
		err = cmp.Or(err, st.db.AddEvent(ctx, st.account, e))
	}
	return err
}
