//go:build unix

package share

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/sharetest"
)

// decide stores a reading with what its collector makes of it: a state, a mute and a
// forecast.
func (s *station) decide(at time.Time, usage float64, state string) {
	s.t.Helper()
	ctx := context.Background()
	own, err := s.db.Series(ctx, s.accounts[0].Name, "u", history.Own)
	if err == nil {
		u := history.PollUpdate{Series: own, Attempt: at, Success: at, State: []byte(state), Remember: []history.Forecast{{At: at, UsageUSD: usage, BalanceUSD: 1, P10: 1, P50: 2, P90: 3}}}
		err = s.db.Record(ctx, u, history.Reading{Series: own, At: at, UsageUSD: usage})
	}
	if err == nil {
		err = s.db.SetState(ctx, own, history.MutesState, []byte("mutes of "+state))
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// knows are the state and the mutes that a collector goes on from, and how many forecasts
// it has to grade.
func (s *station) knows() (state, mutes string, open int) {
	s.t.Helper()
	ctx := context.Background()
	own, err := s.db.Series(ctx, s.accounts[0].Name, "u", history.Own)
	if err != nil {
		s.t.Fatal(err)
	}
	past, err := s.db.Load(ctx, history.Want{Account: own, Series: []history.Series{own}})
	if err != nil {
		s.t.Fatal(err)
	}
	return string(past.State), string(past.Mutes), len(past.Open)
}

// rivals are two collectors of an account that no other reads, and a pair that they share
// with others.
type rivals struct {
	a, b *station
	p    *pair
}

// has returns what the standby answers to a question of the rivals' account, $1.
func (r rivals) has(question string) string {
	return r.p.standby.Query(strings.ReplaceAll(question, "$1", "(SELECT id FROM ortop.account WHERE name = '"+r.a.accounts[0].Name+"')"))
}

// lost are rivals, for each name, on a pair whose standby took the place of the primary,
// and lacks the last that the collectors a decided; the leases of all have ended there.
func lost(t *testing.T, names ...string) (all []rivals) {
	t.Helper()
	c, _ := alone(t, 20*time.Second)
	p := newPair(t, c)
	now := time.Now()
	for _, name := range names {
		r := rivals{newStation(t, open(t, p.dsn(), 4*time.Second), "a", name), newStation(t, open(t, p.dsn(), 4*time.Second), "b", name), p}
		all = append(all, r)
		r.a.Start(t.Context())
		r.b.Start(t.Context())
		r.a.decide(now.Add(-2*time.Minute), 1, "quiet")
		r.a.ship(t.Context())
	}
	p.lag(t)
	for _, r := range all {
		sharetest.WaitFor(t, "the first to send by a lease", func() bool {
			r.a.beat(t.Context())
			return r.a.accounts[0].MayPoll()
		})
		r.a.decide(now.Add(-time.Minute), 2, "told")
		r.a.ship(t.Context())
		if r.a.Waits() > 0 {
			t.Fatalf("%d entries were not acknowledged", r.a.Waits())
		}
	}
	p.failOver(t, func() {
		for _, r := range all {
			r.b.beat(t.Context())
		}
	})
	for _, r := range all {
		if r.b.Away() == 0 {
			t.Fatal("nobody noticed that the primary is gone")
		}
		if got := r.has("SELECT convert_from(value, 'UTF8') FROM ortop.state WHERE name = '' AND account = $1"); got != "quiet" {
			t.Fatalf("the standby has the state %q, want that of before it lagged", got)
		}
	}
	sharetest.WaitFor(t, "the leases to have ended there", func() bool {
		return p.standby.Query("SELECT count(*) FROM ortop.collector WHERE expires > clock_timestamp()") == "0"
	})
	return all
}

const (
	askStates    = "SELECT string_agg(convert_from(value, 'UTF8'), ', ' ORDER BY name) FROM ortop.state WHERE name NOT LIKE '~%' AND account = $1"
	askForecasts = "SELECT count(*) FROM ortop.forecast WHERE account = $1"
)

// What a collector decided survives a fail-over that took its account back.
func TestDecisionsOutliveALaggingStandby(t *testing.T) {
	t.Parallel()
	all := lost(t, "same", "other", "meanwhile")
	for i, f := range []func(*testing.T, rivals){testSameGoesOn, testAnotherGoesOn, testAnotherWentOn} {
		t.Run(all[i].a.accounts[0].Name, func(t *testing.T) {
			t.Parallel()
			f(t, all[i])
		})
	}
}

// A collector whose account a fail-over took back to an older state goes on from its own:
// what it told is not told again, what was muted stays so.
func testSameGoesOn(t *testing.T, r rivals) {
	a := r.a
	sharetest.WaitFor(t, "the collector to take its account again", func() bool {
		a.beat(t.Context())
		a.ship(t.Context())
		return a.accounts[0].MayPoll() && a.Waits() == 0
	})
	if state, mutes, open := a.knows(); state != "told" || mutes != "mutes of told" || open != 2 {
		t.Errorf("it goes on from %q, %q, with %d forecasts to grade", state, mutes, open)
	}
	if got := r.has(askStates); got != "told, mutes of told" {
		t.Errorf("the engine has the states %s", got)
	}
	if got := r.has(askForecasts); got != "2" {
		t.Errorf("the engine has %s forecasts, want 2", got)
	}
}

// Another collector that is there first waits until its former owner had the time to offer
// what the engine lacks, and goes on from that.
func testAnotherGoesOn(t *testing.T, r rivals) {
	a, b := r.a, r.b
	b.beat(t.Context())
	if b.accounts[0].MayPoll() {
		t.Fatal("it takes the account before its former owner can have come back")
	}
	a.beat(t.Context())
	a.ship(t.Context())
	if got := r.has(askForecasts); got != "2" {
		t.Errorf("the former owner has offered forecasts, and the engine has %s, want 2", got)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	a.Run(gone)
	sharetest.WaitFor(t, "the other to take over", func() bool {
		b.beat(t.Context())
		return b.accounts[0].MayPoll()
	})
	if state, mutes, open := b.knows(); state != "told" || mutes != "mutes of told" || open != 2 {
		t.Errorf("it goes on from %q, %q, with %d forecasts to grade", state, mutes, open)
	}
}

// Where another has read the account since, its state counts, and where it stands; the
// former owner's forecasts and readings are added.
func testAnotherWentOn(t *testing.T, r rivals) {
	a, b := r.a, r.b
	sharetest.WaitFor(t, "the other to take over", func() bool {
		b.beat(t.Context())
		return b.accounts[0].MayPoll()
	})
	at := time.Now().Add(2 * time.Second)
	b.decide(at, 3, "by the other")
	b.ship(t.Context())
	sharetest.WaitFor(t, "the former owner to have sent all again", func() bool {
		a.beat(t.Context())
		a.ship(t.Context())
		return a.Waits() == 0 && r.has(countSamples+" WHERE account = $1") == "3"
	})
	if got := r.has(askStates); got != "by the other, mutes of by the other" {
		t.Errorf("the engine has the states %s", got)
	}
	if got := r.has("SELECT usage || ' ' || (attempt_ms = " + fmt.Sprint(at.UnixMilli()) + ") FROM ortop.series WHERE account = $1"); got != "3 true" {
		t.Errorf("the account stands at %s, want where the other left it", got)
	}
	if got := r.has(askForecasts); got != "3" {
		t.Errorf("the engine has %s forecasts, want 3", got)
	}
}

// A collector that is so slow that its lease has ended whenever it looks takes over too.
func TestSlowCollectorTakesOver(t *testing.T) {
	t.Parallel()
	_, e := started(t, time.Second)
	a, b := newStation(t, e, "a", "x"), newStation(t, e, "b", "x")
	a.Start(t.Context())
	b.Start(t.Context())
	sharetest.WaitFor(t, "the slow one to take over from who is gone", func() bool {
		if b.holds() {
			return false
		}
		b.beat(t.Context())
		_, token, _ := b.accounts[0].lease()
		return token != 0
	})
}
