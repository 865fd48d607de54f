package ui

import (
	"slices"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"ortop/ui/scenes"
)

// benchKeys are keys by the view in which they are pressed, as tools/bench presses them.
var benchKeys = []struct {
	view int
	keys []string
}{
	{viewOverview, []string{"[", "]", "v", "v", "v", "+", "-", "left", "left", "right", "home", "end", "[", "]"}},
	{viewForecast, []string{"+", "-", "[", "]", "down", "up"}},
	{viewBreakdown, []string{"down", "up", "pgdown", "pgup", "s", "s", "s", "s", "s", "s", "/", "7", "backspace", "enter", "[", "]"}},
	{viewEvents, []string{"[", "]", "/", "a", "backspace", "enter"}},
}

// keyed is the dashboard of so many keys in a view at 200x60.
func keyed(keys, view int) (Model, *fakeFeed) {
	f := many(keys)
	f.events = happenings()
	return modelOf(Options{Feed: f}, scenes.Healthy(), 200, 60, view), f
}

// allocated is how often a key and its frame allocate.
func allocated(m Model, key string) float64 {
	return testing.AllocsPerRun(5, func() {
		next, _ := step(m, press(key))
		_ = next.View()
	})
}

// What is drawn of a list is what is seen of it: a key that moves in it costs the same
// whether there are 200 keys or 5,000.
func TestAKeyCostsWhatIsSeen(t *testing.T) {
	few, _ := keyed(200, viewBreakdown)
	lots, f := keyed(5000, viewBreakdown)
	few.who.list.At, lots.who.list.At = 100, 100
	asked, plots := f.asked.Load(), f.plots.Load()
	for _, key := range []string{"down", "up", "pgdown", "pgup", "/"} {
		if a, b := allocated(few, key), allocated(lots, key); b > 1.1*a || b > 2500 {
			t.Errorf("%s allocates %v times with 5,000 keys, %v with 200", key, b, a)
		}
		if _, cmd := step(lots, press(key)); cmd != nil {
			t.Errorf("%s asks for something", key)
		}
	}
	if f.asked.Load() != asked || f.plots.Load() != plots {
		t.Error("moving in a list loads something")
	}
}

// A row is looked at once for each order, and not each time that it is compared.
func TestAnOrderLooksAtARowOnce(t *testing.T) {
	m, f := keyed(5000, viewBreakdown)
	asked := f.asked.Load()
	for range sorts {
		if n := allocated(m, "s"); n > 5000+4000 {
			t.Errorf("order %q: %v allocations", sorts[m.who.sort].name, n)
		}
		m, _ = step(m, press("s"))
	}
	if f.asked.Load() != asked {
		t.Error("an order loads something")
	}
}

// The plots are as they were where a key is about something else: none of their lines is
// drawn anew.
func TestAFrameAllocatesLittle(t *testing.T) {
	for _, c := range []struct {
		view int
		key  string
		most float64
	}{{viewOverview, "left", 1500}, {viewForecast, "down", 1500}, {viewBreakdown, "down", 2500}, {viewEvents, "down", 1600}} {
		m, _ := keyed(5000, c.view)
		if n := allocated(m, c.key); n > c.most {
			t.Errorf("%s in %s allocates %v times, at most %v are due", c.key, views[c.view].name(), n, c.most)
		}
	}
}

// BenchmarkKeys presses keys with 5,000 of the account's in each view: the time from a key
// to its frame, without the terminal's part, and how many times as long the slowest takes.
func BenchmarkKeys(b *testing.B) {
	for _, v := range benchKeys {
		b.Run(views[v.view].name(), func(b *testing.B) {
			m, _ := keyed(5000, v.view)
			took := map[string][]time.Duration{}
			var all []time.Duration
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				key := v.keys[i%len(v.keys)]
				from := time.Now()
				var cmd tea.Cmd
				m, cmd = step(m, press(key))
				_ = m.View()
				d := time.Since(from)
				took[key], all = append(took[key], d), append(all, d)
				b.StopTimer()
				for _, msg := range run(cmd) {
					m, _ = step(m, msg)
				}
				b.StartTimer()
			}
			slices.Sort(all)
			middle := all[len(all)/2]
			worst, most := "", time.Duration(0)
			for key, d := range took {
				slices.Sort(d)
				if n := d[len(d)/2]; n > most {
					worst, most = key, n
				}
			}
			b.ReportMetric(float64(all[len(all)*99/100])/float64(middle), "p99/p50")
			b.ReportMetric(float64(most)/float64(middle), "slowest("+worst+")/p50")
		})
	}
}
