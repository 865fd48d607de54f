package monitor

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/text"
)

// The kinds of events about spend that is not usual.
const (
	eventSpike = "spike" // an hour or a day
	eventLeak  = "leak"  // a rise for weeks
)

// How often the usual most an hour, or a day, has to be spent to be a spike,
// below which share of that it is over, and which part of a usual day an hour
// must come to at least: a small hour may be many times one in which the
// account sleeps.
const (
	spikeHour  = 3.0
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
}

// find is what goes on at a snapshot, of what went on before.
func (was standing) find(s Snapshot) standing {
	now := was
	follow := func(since *time.Time, value, limit *float64) {
		if value == nil || limit == nil {
			return // nothing is known of it
		}
		switch {
		case since.IsZero() && *value > *limit:
			*since = s.At
		case !since.IsZero() && *value < spikeOver**limit:
			*since = time.Time{}
		}
	}
	follow(&now.Hour, s.Spend.Last1hUSD, s.Usual.hourLimit())
	follow(&now.Day, s.Spend.Last24hUSD, s.Usual.dayLimit())
	switch {
	case s.Rise == nil:
		if s.At.Sub(was.Rise) > 7*24*time.Hour {
			now.Rise = time.Time{}
		}
	case was.Rise.IsZero():
		now.Rise = s.At
	}
	return now
}

// hourLimit is above what an hour is a spike; nil is unknown.
func (u Usual) hourLimit() *float64 {
	if u.HourUSD == nil || u.DayUSD == nil {
		return nil
	}
	v := max(spikeHour**u.HourUSD, spikeLeast**u.DayUSD)
	return &v
}

func (u Usual) dayLimit() *float64 {
	if u.DayUSD == nil {
		return nil
	}
	v := spikeDay * *u.DayUSD
	return &v
}

// unusualChore puts what begins to be unusual into the events, with who drives
// it where the key may know.
func unusualChore() *chore {
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
			snap, was, is, manages = s, st.known.Unusual, st.known.Unusual.find(s), st.manages()
			return was != is
		},
		ask: func(ctx context.Context, api API, _ time.Time) (func(context.Context, *store) error, error) {
			var events []history.Event
			for _, u := range begun(snap, was, is) {
				if manages {
					// That nobody can tell keeps nothing from being said.
					u.driver, _ = findDriver(ctx, api, u)
				}
				events = append(events, u.event())
			}
			return func(ctx context.Context, st *store) error {
				for _, e := range events {
					if err := st.db.AddEvent(ctx, st.account, e); err != nil {
						return err
					}
				}
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

// unusual is spend that has just begun to be unusual.
type unusual struct {
	kind     string
	at       time.Time
	text     string
	span     time.Duration // the spend that it is about,
	before   time.Duration // that it is compared with,
	ago      time.Duration // and how long before its end that ends
	usd      float64
	usualUSD float64
	driver   driver
}

// driver is who spends more than before, the most.
type driver struct {
	key, model string
	moreUSD    float64
}

// begun is what is unusual and was not before.
func begun(s Snapshot, was, is standing) (list []unusual) {
	const day = 24 * time.Hour
	if was.Hour.IsZero() && !is.Hour.IsZero() {
		usd, usual := *s.Spend.Last1hUSD, *s.Usual.HourUSD
		list = append(list, unusual{
			kind: eventSpike, at: s.At, usd: usd, usualUSD: usual, span: time.Hour, before: day, ago: time.Hour,
			text: "spent " + text.USD(usd) + " in an hour; at this time of day it is " + text.USD(usual) + " at most",
		})
	}
	// A day that is dear for an hour that was told needs no further word.
	if was.Day.IsZero() && !is.Day.IsZero() && is.Hour.IsZero() {
		usd, usual := *s.Spend.Last24hUSD, *s.Usual.DayUSD
		list = append(list, unusual{
			kind: eventSpike, at: s.At, usd: usd, usualUSD: usual, span: day, before: 7 * day, ago: day,
			text: "spent " + text.USD(usd) + " in 24 h; usually it is " + text.USD(usual) + " at most",
		})
	}
	if was.Rise.IsZero() && !is.Rise.IsZero() {
		r := s.Rise
		list = append(list, unusual{
			kind: eventLeak, at: s.At, usd: r.ToUSDPerDay, usualUSD: r.FromUSDPerDay,
			span: 7 * day, before: 7 * day, ago: time.Duration(r.Weeks-1) * 7 * day,
			text: fmt.Sprintf("spend has risen for %d weeks, from %s to %s a day", r.Weeks, text.USD(r.FromUSDPerDay), text.USD(r.ToUSDPerDay)),
		})
	}
	return list
}

func (u unusual) event() history.Event {
	type data struct {
		USD      float64 `json:"usd"`
		UsualUSD float64 `json:"usual_usd"`
		Key      string  `json:"key,omitempty"`
		Model    string  `json:"model,omitempty"`
		MoreUSD  float64 `json:"more_usd,omitempty"`
	}
	b, _ := json.Marshal(data{u.usd, u.usualUSD, u.driver.key, u.driver.model, u.driver.moreUSD}) // finite numbers: nothing that can fail
	line := u.text
	if d := u.driver; d.moreUSD > 0 {
		line += "; most of the rise is " + cmp.Or(d.key, "a key without a name") + " with " + cmp.Or(d.model, "an unknown model") + " (" + text.USD(d.moreUSD) + ")"
	}
	return history.Event{At: u.at, Kind: u.kind, Level: "warning", Text: line, Data: b}
}

// errNoDriver is that nobody spends more than before.
var errNoDriver = errors.New("nobody spends more")

// findDriver asks which key spends more with which model than before.
func findDriver(ctx context.Context, api API, u unusual) (d driver, err error) {
	type who struct{ key, model string }
	use := func(from, to time.Time) (map[who]float64, error) {
		key, model := dimensions[ByKey], dimensions[ByModel]
		a, err := api.Query(ctx, client.AnalyticsQuery{
			Metrics: []string{creditsUsage}, Dimensions: []string{key, model}, From: from, To: to,
			OrderBy: creditsUsage, Descending: true, Limit: 1000,
		})
		usd := map[who]float64{}
		for _, r := range a.Rows {
			if v := r.Metrics[creditsUsage]; v != nil {
				usd[who{clean(r.Dimensions[key]), clean(r.Dimensions[model])}] += *v
			}
		}
		return usd, err
	}
	now, err := use(u.at.Add(-u.span), u.at)
	if err != nil {
		return d, err
	}
	end := u.at.Add(-u.ago)
	before, err := use(end.Add(-u.before), end)
	if err != nil {
		return d, err
	}
	for w, usd := range now {
		more := usd - before[w]*u.span.Hours()/u.before.Hours()
		if more > d.moreUSD || more == d.moreUSD && w.key+w.model < d.key+d.model {
			d = driver{w.key, w.model, more}
		}
	}
	if d.moreUSD <= 0 {
		return driver{}, errNoDriver
	}
	return d, nil
}
