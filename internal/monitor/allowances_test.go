package monitor

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ortop/internal/alert"
	"ortop/internal/courier"
	"ortop/internal/longtest"
	"ortop/internal/sim"
)

// texts are what was told of a kind, without what cleared.
func (t *told) texts(kind alert.Kind) (list []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, e := range t.events {
		if e.Rule == kind && !e.Cleared {
			list = append(list, e.Text)
		}
	}
	return list
}

func (t *told) cleared() (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, e := range t.events {
		if e.Cleared {
			n++
		}
	}
	return n
}

// listed is a row of /keys.
func listed(hash, name string, left float64, more string) string {
	return fmt.Sprintf(`{"hash":"%s","name":"%s","label":"sk-or-v1-%s...123","limit":10,"limit_remaining":%v,"usage":1%s}`, hash, name, hash, left, more)
}

func TestEveryKeyIsJudged(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, oldAccount("steady"))
		b.account.TopUp(500)
		var all told
		b.o.Rules, b.o.Alerts, b.o.Notify, b.o.Interval = alert.Defaults(), &courier.Options{}, all.deliver, 5*time.Minute
		expires := func(in time.Duration) string {
			return `,"expires_at":"` + b.now().Add(in).UTC().Format(time.RFC3339) + `"`
		}
		const day = 24 * time.Hour
		list := func(rows ...string) {
			f := sim.Answer(`{"data":[` + strings.Join(rows, ",") + `]}`)
			f.Path = "/keys"
			b.account.Fail(f)
		}
		nearly := listed("a", `ci\u001b]0;x\nbot`, 0.5, `,"limit_reset":"monthly"`)
		list(nearly, listed("b", "plenty", 9, ""), listed("c", "off", 0.1, `,"disabled":true`+expires(day*3)),
			listed("d", "old", 9, expires(3*day)), listed("e", "gone", 9, expires(-30*day)), listed("f", "later", 9, expires(60*day)))
		m := New(b.o)
		stop := runMonitor(t, m)
		after(t, m, 10*time.Minute)
		wantLimit, wantExpiry := "key ci\ufffd]0;x bot has used $9.50 of $10.00 (95 %), resets ", "key old expires "
		if got := all.texts(alert.Limit); len(got) != 1 || !strings.Contains(got[0], wantLimit) {
			t.Errorf("told of caps: %q, want once %q", got, wantLimit)
		}
		if got := all.texts(alert.KeyExpiry); len(got) != 1 || !strings.Contains(got[0], wantExpiry) {
			t.Errorf("told of expiries: %q, want once %q", got, wantExpiry)
		}
		if testing.Short() {
			stop()
			return
		}
		// While keys cannot be listed, and after a restart, nothing is known of
		// them: that repeats nothing and clears nothing.
		broken := sim.Error(503)
		broken.Path = "/keys"
		b.account.Fail(broken)
		after(t, m, longtest.Of[time.Duration](1, 2)*time.Hour)
		stop()
		m = New(b.o)
		stop = runMonitor(t, m)
		defer func() { stop() }()
		s := after(t, m, 20*time.Minute)
		if n := len(s.Alerts); n != 2 || all.cleared() != 0 {
			t.Errorf("%d alerts stand and %d cleared while keys cannot be listed, want 2 and 0: %+v", n, all.cleared(), s.Alerts)
		}
		list(nearly)
		after(t, m, 90*time.Minute)
		list(listed("b", "plenty", 9, ""))
		s = after(t, m, 20*time.Minute)
		if len(all.texts(alert.Limit)) != 1 || len(all.texts(alert.KeyExpiry)) != 1 || all.cleared() != 0 || len(s.Alerts) != 0 {
			t.Errorf("told %+v, %d cleared, %+v stand, want nothing more of keys that are gone", all.events, all.cleared(), s.Alerts)
		}
		// A cap that runs low while the program is down is told when it is back.
		stop()
		list(listed("b", "plenty", 0, ""))
		time.Sleep(3 * time.Hour)
		m = New(b.o)
		stop = runMonitor(t, m)
		after(t, m, 10*time.Minute)
		if got := all.texts(alert.Limit); len(got) != 2 || !strings.Contains(got[1], "key plenty has used $10.00 of $10.00") {
			t.Errorf("told of caps: %q, want the second too", got)
		}
	})
}

func TestBudgetsAreJudged(t *testing.T) {
	t.Parallel()
	budgets := func(b *bench, answer sim.Fault) string {
		api, _, err := b.o.Connect(b.t.Context())
		if err != nil {
			b.t.Fatal(err)
		}
		spaces, err := api.Workspaces(b.t.Context())
		if err != nil {
			b.t.Fatal(err)
		}
		answer.Path = "/workspaces/" + spaces.Rows[1].ID + "/budgets"
		b.account.Fail(answer)
		return spaces.Rows[1].Name
	}
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady", Workspaces: 2, Keys: 8, Now: time.Now})
		b.account.TopUp(1000)
		var all told
		b.o.Rules, b.o.Alerts, b.o.Notify, b.o.Interval = []alert.Rule{{Kind: alert.Limit}}, &courier.Options{}, all.deliver, 5*time.Minute
		time.Sleep(19 * time.Hour)
		name := budgets(b, sim.Answer(`{"data":[{"id":"x","limit_usd":2,"reset_interval":"daily"},{"id":"y","limit_usd":100000,"reset_interval":"weekly"}]}`))
		m := New(b.o)
		stop := runMonitor(t, m)
		defer func() { stop() }()
		after(t, m, 40*time.Minute)
		got := all.texts(alert.Limit)
		if !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "the daily budget of workspace "+name+" has used $") }) || strings.Contains(strings.Join(got, ""), "weekly budget") {
			t.Errorf("told %q, want the daily budget of %s, and not the weekly one", got, name)
		}
		if testing.Short() {
			return
		}
		before, lists := b.asked("/analytics/query"), b.asked("/budgets")
		after(t, m, 3*time.Hour)
		// The day and the week, four times an hour; each workspace's budgets once.
		if n := b.asked("/analytics/query") - before; n < 20 || n > 26 {
			t.Errorf("%d questions in three hours, want about 24", n)
		}
		if n := b.asked("/budgets") - lists; n > 2*3 {
			t.Errorf("budgets were listed %d times in three hours, want once an hour", n)
		}
		if again := all.texts(alert.Limit); len(again) != len(got) {
			t.Errorf("told %q, and again %q", got, again)
		}
		// A restart repeats nothing, whether or not budgets can be listed then.
		for _, trouble := range []sim.Fault{{}, sim.Error(500)} {
			stop()
			if trouble.Status != 0 {
				budgets(b, trouble)
			}
			m = New(b.o)
			stop = runMonitor(t, m)
			s := after(t, m, 20*time.Minute)
			if again := all.texts(alert.Limit); len(again) != len(got) || all.cleared() != 0 || len(s.Alerts) != len(got) {
				t.Errorf("after a restart: told %q, and again %q; %d cleared, %d stand", got, again, all.cleared(), len(s.Alerts))
			}
		}
		// At midnight it resets.
		after(t, m, time.Hour)
		if s := after(t, m, time.Hour); len(got) == 0 || slices.ContainsFunc(s.Alerts, func(e alert.Event) bool { return strings.Contains(e.Text, "budget") }) {
			t.Errorf("%+v stand after midnight", s.Alerts)
		}
	})
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady", Workspaces: 2, Keys: 8, Now: time.Now})
		b.account.TopUp(1000)
		b.o.Rules, b.o.Alerts, b.o.Interval = []alert.Rule{{Kind: alert.Limit}}, &courier.Options{}, 5*time.Minute
		refused := sim.Error(403)
		budgets(b, refused)
		refused.Path = "/analytics"
		m := b.run()
		after(t, m, 10*time.Minute)
		before := b.asked("/analytics/query")
		after(t, m, 2*time.Hour)
		if n := b.asked("/analytics/query") - before; n != 0 {
			t.Errorf("%d questions about budgets that may not be seen", n)
		}
	})
}
