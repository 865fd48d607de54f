package account

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"ortop/internal/alert"
	"ortop/internal/credit"
)

// A rise that is no longer seen goes on for a week.
func TestRiseGoesOnForAWeek(t *testing.T) {
	const week = 7 * 24 * time.Hour
	for _, c := range []struct {
		after time.Duration
		rise  *Rise
		over  bool
	}{{0, nil, false}, {week, nil, false}, {week + 1, nil, true}, {week + 1, &Rise{}, false}} {
		is := Unusual{Rise: t0}.find(&Snapshot{At: t0.Add(c.after), Rise: c.rise}, alert.SpikeFactor)
		if is.Rise.IsZero() != c.over {
			t.Errorf("%v after it began, seen %v: over %v, want %v", c.after, c.rise != nil, is.Rise.IsZero(), c.over)
		}
	}
}

// A spike begins above its limit and ends below half of it.
func TestSpikeBeginsAndEnds(t *testing.T) {
	of := func(day float64) Snapshot {
		return Snapshot{At: t0, Spend: Spend{Last24hUSD: &day}, Usual: Usual{DayUSD: usd(10)}}
	}
	for _, c := range []struct {
		name   string
		was    time.Time
		day    float64
		factor float64
		goesOn bool
	}{
		{"at the limit", time.Time{}, 20, alert.SpikeFactor, false},
		{"above it", time.Time{}, 20.01, alert.SpikeFactor, true},
		{"above it, of twice the factor", time.Time{}, 20.01, 2 * alert.SpikeFactor, false},
		{"at half of it", t0, 10, alert.SpikeFactor, true},
		{"below half of it", t0, 9.99, alert.SpikeFactor, false},
	} {
		if is := (Unusual{Day: c.was}).find(new(of(c.day)), c.factor); is.Day.IsZero() == c.goesOn {
			t.Errorf("%s: it goes on: %v, want %v", c.name, !is.Day.IsZero(), c.goesOn)
		}
	}
}

// The worst of a spike is kept, and what is not known changes nothing.
func TestSpikeFollows(t *testing.T) {
	s := Snapshot{At: t0, Spend: Spend{Last1hUSD: usd(12), Last24hUSD: usd(50)}, Usual: Usual{HourUSD: usd(2), DayUSD: usd(10)}, Rise: &Rise{FromUSDPerDay: 4, ToUSDPerDay: 9, Weeks: 5}}
	for _, c := range []struct {
		name string
		u    Spike
		set  func(*Snapshot)
		want Spike
	}{
		{"an hour", Spike{ID: alert.HourID}, nil, Spike{ID: alert.HourID, USD: 12, UsualUSD: 2, LimitUSD: 6}},
		{"a day", Spike{ID: alert.DayID}, nil, Spike{ID: alert.DayID, USD: 50, UsualUSD: 10, LimitUSD: 20}},
		{"weeks", Spike{ID: alert.WeeksID}, nil, Spike{ID: alert.WeeksID, USD: 9, UsualUSD: 4, LimitUSD: 4 * alert.LeakFactor, Weeks: 5}},
		{"a worse hour was", Spike{ID: alert.HourID, USD: 12}, nil, Spike{ID: alert.HourID, USD: 12}},
		{"weeks that were as dear", Spike{ID: alert.WeeksID, USD: 9, Weeks: 4}, nil, Spike{ID: alert.WeeksID, USD: 9, Weeks: 4}},
		{"an hour that is not known", Spike{ID: alert.HourID}, func(s *Snapshot) { s.Spend.Last1hUSD = nil }, Spike{ID: alert.HourID}},
		{"the usual hour is not known", Spike{ID: alert.HourID}, func(s *Snapshot) { s.Usual.HourUSD = nil }, Spike{ID: alert.HourID}},
		{"the usual day is not known", Spike{ID: alert.HourID}, func(s *Snapshot) { s.Usual.DayUSD = nil }, Spike{ID: alert.HourID}},
	} {
		at := s
		if c.set != nil {
			c.set(&at)
		}
		if got := c.u.follow(&at); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// It is waited for who drives a spike, but not for long.
func TestSpikeIsExplained(t *testing.T) {
	pending := Unusual{Hour: t0, Pending: []Spike{{ID: alert.HourID, At: t0, USD: 12}}, PendingSince: t0}
	driver := Driver{Key: "laptop", MoreUSD: 5}
	for _, c := range []struct {
		name    string
		was     Unusual
		after   time.Duration
		drivers map[string]Driver
		found   bool
		driver  Driver
	}{
		{"at once", pending, 0, nil, false, Driver{}},
		{"just before the wait ends", pending, driverWait - 1, nil, false, Driver{}},
		{"as the wait ends", pending, driverWait, nil, true, Driver{}},
		{"the clock went back", pending, -1, nil, true, Driver{}},
		{"found", pending, time.Second, map[string]Driver{alert.HourID: driver}, true, driver},
		{"looked for in vain", pending, time.Second, map[string]Driver{}, true, Driver{}},
		{"nothing is pending", Unusual{Hour: t0, PendingSince: t0}, time.Hour, nil, false, Driver{}},
	} {
		is := c.was.explained(t0.Add(c.after), c.drivers)
		if found := len(is.Found) == 1 && len(is.Pending) == 0 && is.PendingSince.IsZero(); found != c.found {
			t.Errorf("%s: found %v, want %v: %+v", c.name, found, c.found, is)
		} else if found && is.Found[0].Driver != c.driver {
			t.Errorf("%s: driver %+v, want %+v", c.name, is.Found[0].Driver, c.driver)
		}
	}
}

// What a spike is to the rules: none where nothing is usual yet.
func TestReadingsOfSpikes(t *testing.T) {
	for _, c := range []struct {
		name  string
		was   Unusual
		usual Usual
		want  int // -1: nil
	}{
		{"nothing is usual", Unusual{}, Usual{}, -1},
		{"an hour is", Unusual{}, Usual{HourUSD: usd(1)}, 0},
		{"a day is", Unusual{}, Usual{DayUSD: usd(1)}, 0},
		{"one was found", Unusual{Found: []Spike{{ID: alert.DayID, USD: 50, UsualUSD: 10, LimitUSD: 20}}}, Usual{}, 1},
	} {
		got := c.was.readings(&Snapshot{Usual: c.usual})
		if len(got) != max(c.want, 0) || (got == nil) != (c.want < 0) {
			t.Errorf("%s: %#v, want %d", c.name, got, c.want)
		}
	}
	for _, c := range []struct {
		u     Spike
		times float64
	}{
		{Spike{ID: alert.DayID, USD: 50, UsualUSD: 10, LimitUSD: 20}, 2.5 * alert.SpikeFactor},
		{Spike{ID: alert.WeeksID, USD: 9, UsualUSD: 4, LimitUSD: 6}, 1.5 * alert.LeakFactor},
	} {
		if a := c.u.reading(); !near(a.Times, c.times) || !near(a.ExcessUSD, c.u.USD-c.u.UsualUSD) || a.USD != c.u.USD {
			t.Errorf("reading of %+v = %+v, want %v times", c.u, a, c.times)
		}
	}
}

// A spike is one event, and another where an alert about it is graver.
func TestSpikeIsReportedOnce(t *testing.T) {
	s := Snapshot{At: t0, Now: t0, Account: "work", Spend: Spend{Last1hUSD: usd(12)}, Usual: Usual{HourUSD: usd(2), DayUSD: usd(10)}}
	was := Unusual{Hour: t0, Found: []Spike{{ID: alert.HourID, At: t0, USD: 12, UsualUSD: 2, LimitUSD: 6}}}
	was, events := was.report(&s, nil)
	if len(events) != 1 || events[0].Level != alert.Warning || !was.Found[0].ReportedAt.Equal(t0) {
		t.Fatalf("at first: %+v", events)
	}
	if !strings.Contains(events[0].Text, "spent $12.00 in an hour") || events[0].Spend.USD != 12 || events[0].Spend.UsualUSD != 2 {
		t.Errorf("event = %+v", events[0])
	}
	about := func(level alert.Level, set func(*alert.Event)) []alert.Event {
		e := alert.Event{Rule: alert.Spike, Subject: alert.HourID, Level: level, Account: "work", At: t0}
		if set != nil {
			set(&e)
		}
		return []alert.Event{e}
	}
	for _, c := range []struct {
		name   string
		alerts []alert.Event
		want   int
	}{
		{"again", nil, 0},
		{"an alert as grave", about(alert.Warning, nil), 0},
		{"one about a day", about(alert.Urgent, func(e *alert.Event) { e.Subject = alert.DayID }), 0},
		{"one of another rule", about(alert.Urgent, func(e *alert.Event) { e.Rule = alert.Leak }), 0},
		{"one that is over", about(alert.Urgent, func(e *alert.Event) { e.Cleared = true }), 0},
		{"a graver one", about(alert.Urgent, nil), 1},
	} {
		if _, events := was.report(&s, c.alerts); len(events) != c.want || c.want > 0 && events[0].Level != alert.Urgent {
			t.Errorf("%s: %+v, want %d events", c.name, events, c.want)
		}
	}
}

// A driver has its sum, and how much that was where the spike has grown since.
func TestTextOfASpike(t *testing.T) {
	for _, c := range []struct {
		u    Spike
		want string
	}{
		{Spike{ID: alert.HourID, USD: 12, UsualUSD: 2}, "spent $12.00 in an hour; at this time of day it is $2.00 at most"},
		{Spike{ID: alert.DayID, USD: 50, UsualUSD: 10}, "spent $50.00 in 24 h; usually it is $10.00 at most"},
		{Spike{ID: alert.WeeksID, USD: 9, UsualUSD: 4, Weeks: 5}, "spend has risen for 5 weeks, from $4.00 to $9.00 a day"},
		{Spike{ID: alert.HourID, USD: 11, UsualUSD: 2, Driver: Driver{Key: "laptop", Model: "m", MoreUSD: 7, OfUSD: 10}},
			"spent $11.00 in an hour; at this time of day it is $2.00 at most; most of the rise is laptop with m ($7.00)"},
		{Spike{ID: alert.HourID, USD: 11.01, UsualUSD: 2, Driver: Driver{MoreUSD: 7, OfUSD: 10}},
			"spent $11.01 in an hour; at this time of day it is $2.00 at most; most of the rise, up to $10.00, is a key without a name with an unknown model ($7.00)"},
		{Spike{ID: alert.WeeksID, USD: 20, UsualUSD: 4, Weeks: 5, Driver: Driver{Key: "laptop", Model: "m", MoreUSD: 7, OfUSD: 10}},
			"spend has risen for 5 weeks, from $4.00 to $20.00 a day; most of the rise is laptop with m ($7.00)"},
	} {
		if got := c.u.text(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// Which facts ask for /key again.
func TestKeyIsAskedForAgain(t *testing.T) {
	management, ordinary := &credit.Key{Kind: credit.KeyManagement}, &credit.Key{Kind: credit.KeyOrdinary}
	for _, c := range []struct {
		name  string
		facts Facts
		after time.Duration
		want  bool
	}{
		{"never asked", Facts{Fingerprint: "fp"}, 0, true},
		{"another key", Facts{Fingerprint: "other", Key: management, KeyAt: t0}, 0, true},
		{"an ordinary one", Facts{Fingerprint: "fp", Key: ordinary, KeyAt: t0}, 0, true},
		{"a management key, just now", Facts{Fingerprint: "fp", Key: management, KeyAt: t0}, 0, false},
		{"nearly long ago", Facts{Fingerprint: "fp", Key: management, KeyAt: t0}, rarely - 1, false},
		{"long ago", Facts{Fingerprint: "fp", Key: management, KeyAt: t0}, rarely, true},
		{"the clock went back", Facts{Fingerprint: "fp", Key: management, KeyAt: t0}, -1, true},
	} {
		if got := c.facts.WantsKey(t0.Add(c.after), "fp"); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
