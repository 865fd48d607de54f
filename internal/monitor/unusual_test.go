package monitor

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/courier"
	"ortop/internal/longtest"
	"ortop/internal/sim"
)

func (b *bench) events(m *Monitor) (events []account.Event) {
	b.t.Helper()
	stored, err := b.db.Events(b.t.Context(), m.subject.Load().account, time.Unix(0, 0), b.now().Add(time.Hour), -1)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, e := range stored {
		events = append(events, eventOf(e))
	}
	return events
}

func TestSpikeIsAnEventWithItsDriver(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("much arithmetic, and nothing beside it: the race detector finds nothing here")
	}
	bubble(t, func(t *testing.T) {
		time.Sleep(15 * time.Hour)
		b := newBench(t, oldAccount("steady"))
		b.account.TopUp(500)
		m := b.run()
		s := after(t, m, 10*time.Minute)
		if s.Usual.HourUSD == nil || s.Usual.DayUSD == nil || *s.Usual.HourUSD > *s.Usual.DayUSD {
			t.Fatalf("Usual = %v, %v, want known from the past that was filled in", deref(s.Usual.HourUSD), deref(s.Usual.DayUSD))
		}
		if e := b.events(m); len(e) != 0 {
			t.Fatalf("events before anything happened: %+v", e)
		}
		b.account.Spend(12)
		after(t, m, 3*time.Minute)
		e := b.events(m)
		if len(e) != 1 || e[0].Kind != "spike" || e[0].Level != "warning" || !strings.Contains(e[0].Text, "laptop with anthropic/claude-sonnet-5 ($1") {
			t.Fatalf("S11: events = %+v, want one spike, by laptop with claude-sonnet-5", e)
		}
		stop := runMonitor(t, New(b.o)) // another process goes on from what is stored
		after(t, m, 40*time.Minute)
		stop()
		if e := b.events(m); len(e) != 1 {
			t.Errorf("events = %+v, want one", e)
		}
		after(t, m, 90*time.Minute)
		b.account.Spend(12)
		after(t, m, 3*time.Minute)
		if e := b.events(m); len(e) < 2 {
			t.Errorf("events = %+v, want another for another spike", e)
		}
	})
}

func TestSpikeIsToldWithoutADriver(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		time.Sleep(15 * time.Hour)
		b := newBench(t, oldAccount("steady"))
		b.account.TopUp(500)
		m := b.run()
		after(t, m, 10*time.Minute)
		broken := sim.Error(500)
		broken.Path = "/analytics"
		b.account.Fail(broken)
		b.account.Spend(12)
		after(t, m, 3*time.Minute)
		if e := b.events(m); len(e) != 1 || strings.Contains(e[0].Text, "most of the rise") {
			t.Errorf("events = %+v, want one, that names nobody", e)
		}
	})
}

// TestASpikeIsOneEventAndOneAlert judges by rules: what is delivered and what
// is in the events is the same, names who drives it, and is there once.
func TestASpikeIsOneEventAndOneAlert(t *testing.T) {
	t.Parallel()
	quiet := alert.Quiet{From: 14 * time.Hour, To: 18 * time.Hour}
	for _, c := range []struct {
		name  string
		usd   float64
		rules []alert.Rule
		// told is what is delivered, rows are the levels in the events.
		told, rows []alert.Level
	}{
		{"by default", 12, alert.Defaults(), []alert.Level{alert.Warning}, []alert.Level{alert.Warning}},
		{"graver by a rule of its own", 12, []alert.Rule{{Kind: alert.Spike}, {Kind: alert.Spike, Factor: 3.5, Level: alert.Urgent}}, []alert.Level{alert.Urgent}, []alert.Level{alert.Urgent}},
		{"below a rule's factor", 12, []alert.Rule{{Kind: alert.Spike, Factor: 50}}, nil, []alert.Level{alert.Warning}},
		{"usual but for a stricter rule", 3.2, []alert.Rule{{Kind: alert.Spike, Factor: 1.5, Level: alert.Info}}, []alert.Level{alert.Info}, []alert.Level{alert.Info}},
		{"usual", 3.2, []alert.Rule{{Kind: alert.Spike}}, nil, nil},
		{"in quiet hours, while it goes on", 12, []alert.Rule{{Kind: alert.Spike, Quiet: quiet}}, nil, []alert.Level{alert.Warning}},
	} {
		if testing.Short() && c.name != "by default" {
			continue // the others differ in rules alone
		}
		if c.name == "below a rule's factor" || c.name == "graver by a rule of its own" {
			if !longtest.On() {
				continue // internal/alert has tables of rules
			}
		}
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				time.Sleep(15 * time.Hour)
				b := newBench(t, oldAccount("steady"))
				b.account.TopUp(500)
				var all told
				b.o.Rules, b.o.Alerts, b.o.Notify = c.rules, &courier.Options{}, all.deliver
				m := New(b.o)
				stop := runMonitor(t, m)
				after(t, m, 10*time.Minute)
				b.account.Spend(c.usd)
				after(t, m, 10*time.Minute)
				spikes := func() (levels []alert.Level) {
					all.mu.Lock()
					defer all.mu.Unlock()
					for _, e := range all.events {
						if e.Rule == alert.Spike && !e.Cleared {
							levels = append(levels, e.Level)
							if !strings.Contains(e.Text, "test: spent $") || !strings.Contains(e.Text, "laptop with anthropic/claude-sonnet-5 ($") {
								t.Errorf("the alert says %q, want what is unusual and who drives it", e.Text)
							}
						}
					}
					return levels
				}
				if got := spikes(); !slices.Equal(got, c.told) {
					t.Errorf("told %v, want %v", got, c.told)
				}
				stop()
				m = New(b.o) // goes on from what is stored
				stop = runMonitor(t, m)
				defer stop()
				s := after(t, m, 10*time.Minute)
				var rows []alert.Level
				for _, e := range b.events(m) {
					if e.Kind != account.EventSpike {
						continue
					}
					rows = append(rows, alert.Level(e.Level))
					if !strings.Contains(e.Text, "laptop with anthropic/claude-sonnet-5 ($") || e.Spend == nil || e.Spend.Key != "laptop" {
						t.Errorf("the event is %q with %+v, want who drives it", e.Text, e.Spend)
					}
					if err := m.Acknowledge(t.Context(), e.ID); err != nil {
						t.Error(err)
					}
				}
				if !slices.Equal(rows, c.rows) {
					t.Errorf("events are %v, want %v", rows, c.rows)
				}
				stands := func(e alert.Event) bool { return e.Rule == alert.Spike }
				if got := slices.ContainsFunc(s.Alerts, stands); got != (c.name == "by default" || len(c.told) > 0 || c.rules[0].Quiet != alert.Quiet{}) {
					t.Errorf("a spike stands: %v", got)
				}
				if s = after(t, m, time.Minute); slices.ContainsFunc(s.Alerts, stands) {
					t.Error("a spike that was acknowledged still stands")
				}
				after(t, m, 30*time.Minute)
				if got := spikes(); !slices.Equal(got, c.told) {
					t.Errorf("told %v in the end, want %v", got, c.told)
				}
				n := 0
				for _, e := range b.events(m) {
					if e.Kind == account.EventAlert && e.Alert.Rule == alert.Spike || e.Kind == account.EventSpike {
						n++
					}
				}
				if n != len(c.rows) {
					t.Errorf("%d events of a spike, want %d", n, len(c.rows))
				}
			})
		})
	}
}
