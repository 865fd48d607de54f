package monitor

import (
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/sim"
	"ortop/internal/spenders"
)

// look reads the account once and breaks its spend down.
func (b *bench) look(m *Monitor, by spenders.By, span time.Duration) spenders.Breakdown {
	b.t.Helper()
	if _, err := m.Once(b.t.Context(), Live); err != nil {
		b.t.Fatal(err)
	}
	return b.broken(m, by, span)
}

func (b *bench) broken(m *Monitor, by spenders.By, span time.Duration) spenders.Breakdown {
	b.t.Helper()
	now := b.now()
	d, err := m.Breakdown(b.t.Context(), spenders.Query{By: by, From: now.Add(-span), To: now})
	if err != nil {
		b.t.Fatalf("Breakdown by %s: %v", by, err)
	}
	return d
}

func TestKeysAreListedEveryFiveMinutes(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady", Keys: 250, Workspaces: 3})
		m := b.run()
		after(t, m, time.Hour+10*time.Second)
		// 125 keys are in the default workspace, the rest in two others: 4 pages.
		if n := b.asked("/v1/keys"); n < 11*4 || n > 14*4 {
			t.Errorf("an hour made %d requests for pages of keys, want 4 every 5 min", n)
		}
		if n := b.asked("/workspaces"); n < 1 || n > 2 {
			t.Errorf("the workspaces were listed %d times in an hour, want rarely", n)
		}
		if n := b.asked("/budgets"); n < 3 || n > 6 {
			t.Errorf("%d requests for budgets in an hour, want one for each workspace", n)
		}
		before := b.asked("/v1/keys")
		d := b.broken(m, spenders.ByKey, 30*time.Minute)
		if n := b.asked("/v1/keys") - before; n != 0 || len(d.Rows) != 250 {
			t.Errorf("a breakdown made %d requests for keys and has %d rows, want none, 250", n, len(d.Rows))
		}
		if age := b.now().Sub(d.ReadAt); age < 0 || age > spenders.KeysEvery+time.Minute {
			t.Errorf("ReadAt is %v ago", age)
		}
	})
}

func TestARefusedListIsAskedForRarely(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		refused := sim.Error(403)
		refused.Path = "/keys"
		b.account.Fail(refused)
		m := b.run()
		s := after(t, m, 4*time.Hour)
		if n := b.asked("/v1/keys"); n < 3 || n > 5 || s.Fault != nil {
			t.Errorf("four hours of 403 made %d requests, Fault %v, want one an hour, none", n, s.Fault)
		}
	})
}

// TestRolloverAtMidnight breaks the UTC day down from just before its end to
// just after the next began.
func TestRolloverAtMidnight(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		time.Sleep(23*time.Hour + 50*time.Minute)
		b := newBench(t, oldAccount("steady"))
		m := b.run()
		after(t, m, time.Minute)
		for range 20 {
			after(t, m, time.Minute)
			now := b.now()
			from := credit.DayStart(now)
			if now.Sub(from) < time.Minute {
				continue
			}
			d, err := m.Breakdown(t.Context(), spenders.Query{By: spenders.ByKey, From: from, To: now})
			if err != nil {
				t.Fatal(err)
			}
			want := b.account.Usage(d.To) - b.account.Usage(from) - b.account.Unattributed(d.To) + b.account.Unattributed(from)
			// Until keys were listed in this day, the analytics tell, of up to the minute.
			if got := sumOf(d); got < 0 || got > want+0.5 || got < want-0.5 {
				t.Errorf("%v: the day's rows are %v, want %v", now.Format("15:04"), got, want)
			}
		}
	})
}

func sumOf(d spenders.Breakdown) (sum float64) {
	for _, r := range d.Rows {
		if r.SpendUSD != nil {
			sum += *r.SpendUSD
		}
	}
	return sum
}

// answered is a fault that answers a path.
func answered(path, data string) sim.Fault {
	f := sim.Answer(data)
	f.Path = path
	return f
}
