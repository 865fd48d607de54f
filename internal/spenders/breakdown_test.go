package spenders

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/credit"
	"ortop/internal/longtest"
	"ortop/internal/sim"
	"ortop/internal/text"
)

const cent = 0.005

// usage is what each key has used in its life, by hash.
func (b *bench) usage() map[string]float64 {
	b.t.Helper()
	spaces, err := b.api.Workspaces(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	all := map[string]float64{}
	for _, w := range spaces.Rows {
		keys, err := b.api.Keys(b.t.Context(), w.ID)
		if err != nil {
			b.t.Fatal(err)
		}
		for _, k := range keys.Rows {
			all[k.Hash] = k.UsageUSD
		}
	}
	return all
}

func spendOf(d Breakdown) (sum float64) {
	for _, r := range d.Rows {
		if r.SpendUSD != nil {
			sum += *r.SpendUSD
		}
	}
	return sum
}

// TestBreakdownAddsUp looks at a large account four times a day, and compares
// every sum with the account's own books.
func TestBreakdownAddsUp(t *testing.T) {
	if testing.Short() {
		t.Skip("much arithmetic, and nothing beside it: the race detector finds nothing here")
	}
	days := 2
	if longtest.On() {
		days = 60
	}
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{
			Profile: "steady", Start: time.Now().Add(-time.Hour), Keys: 250, Workspaces: 3, Models: 12, Members: 5, TimeZone: time.UTC,
		})
		const step = 6 * time.Hour
		type books struct {
			at          time.Time
			keys        map[string]float64
			total, rest float64
		}
		var past []books
		for n := range days * 4 {
			now := time.Now()
			b.account.TopUp(30)
			past = append(past, books{now, b.usage(), b.account.Usage(now), b.account.Unattributed(now)})
			if n < 4 {
				b.look(ByKey, time.Hour)
				time.Sleep(step)
				continue
			}
			was, is := past[n-4], past[n]
			for _, by := range Bys {
				d := b.look(by, 24*time.Hour)
				if len(d.Notes) > 0 || d.Partial {
					t.Fatalf("%v by %s: Notes = %q", now, by, d.Notes)
				}
				if d.TotalUSD == nil || math.Abs(*d.TotalUSD-(is.total-was.total)) > cent {
					t.Fatalf("%v by %s: TotalUSD = %v, want %v", now, by, deref(d.TotalUSD), is.total-was.total)
				}
				if rest := is.rest - was.rest; d.UnattributedUSD == nil || math.Abs(*d.UnattributedUSD-rest) > cent {
					t.Fatalf("%v by %s: UnattributedUSD = %v, want %v", now, by, deref(d.UnattributedUSD), rest)
				}
				if sum := spendOf(d) + *d.UnattributedUSD; math.Abs(sum-*d.TotalUSD) > cent {
					t.Fatalf("%v by %s: rows and the rest are %v, want %v", now, by, sum, *d.TotalUSD)
				}
				rows := map[By]int{ByKey: 250, ByModel: 12, ByProvider: 12, ByWorkspace: 3, ByMember: 5}
				if len(d.Rows) != rows[by] {
					t.Errorf("%v by %s: %d rows, want %d", now, by, len(d.Rows), rows[by])
				}
				for i, r := range d.Rows {
					if i > 0 && spendOr(&r) > spendOr(&d.Rows[i-1]) {
						t.Fatalf("%v by %s: row %d has more than the one before", now, by, i)
					}
				}
				if by != ByKey {
					continue
				}
				off := 0
				for _, r := range d.Rows {
					want := is.keys[r.ID] - was.keys[r.ID]
					if r.SpendUSD == nil || math.Abs(*r.SpendUSD-want) > cent {
						t.Fatalf("%v: key %s spent %v, want %v", now, r.Name, deref(r.SpendUSD), want)
					}
					if r.Requests == nil || r.Tokens == nil || r.BYOKUSD == nil {
						t.Fatalf("%v: key %s: requests %v, tokens %v, BYOK %v, want all known", now, r.Name, r.Requests, r.Tokens, r.BYOKUSD)
					}
					if r.Disabled {
						off++
					}
				}
				if off != 1 {
					t.Errorf("%v: %d keys are off, want old-prototype", now, off)
				}
			}
			time.Sleep(step)
		}
		report, err := b.db.Verify(t.Context())
		if err != nil || !report.OK {
			t.Errorf("Verify = %+v, %v", report, err)
		}
	})
}

// withNames is an account whose keys have these names.
func (b *bench) keysNamed(names ...string) {
	var rows []string
	for i, n := range names {
		rows = append(rows, `{"hash":"`+strings.Repeat(string(rune('a'+i)), 64)+`","name":"`+n+`","label":"sk-or-v1-`+string(rune('a'+i))+`","disabled":false,"usage":3,"usage_daily":1,"workspace_id":"w"}`)
	}
	keys := sim.Answer(`{"data":[` + strings.Join(rows, ",") + `]}`)
	keys.Path = "/keys"
	spaces := sim.Error(403)
	spaces.Path = "/workspaces"
	b.account.Fail(keys, spaces)
}

func TestNamesFromTheServerAreClean(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		b.keysNamed(`\u001b]0;owned\u0007`, `a\u202eb\u2066c`, `two\nlines\r\t`)
		d := b.look(ByKey, time.Hour)
		if len(d.Rows) != 3 {
			t.Fatalf("%d rows, want 3", len(d.Rows))
		}
		for _, r := range d.Rows {
			if r.Name != text.Clean(r.Name, 100) || strings.ContainsAny(r.Name, "\x1b\x07\n\r\t\u202e\u2066") {
				t.Errorf("Name = %q, want a clean one", r.Name)
			}
		}
		state, err := b.db.State(t.Context(), b.subject.Load().Account, history.KeysState)
		if err != nil || strings.ContainsAny(string(state), "\x1b\x07\u202e\u2066") || strings.Contains(string(state), `\u001b`) {
			t.Errorf("stored: %q, %v", state, err)
		}
	})
}

func TestBreakdownSaysWhatItDoesNotKnow(t *testing.T) {
	for _, c := range []struct {
		name  string
		set   func(b *bench)
		by    By
		check func(t *testing.T, b *bench, d Breakdown)
	}{
		{"keys of one name share what the analytics tell", func(b *bench) { b.keysNamed("laptop", "laptop") }, ByKey, func(t *testing.T, b *bench, d Breakdown) {
			for _, r := range d.Rows {
				if r.SpendUSD != nil || r.Requests != nil {
					t.Errorf("%s: spend %v, requests %v, want unknown", r.ID, deref(r.SpendUSD), r.Requests)
				}
			}
			if !strings.Contains(strings.Join(d.Notes, " "), "share a name") || d.UnattributedUSD != nil {
				t.Errorf("Notes = %q, UnattributedUSD = %v, want that they share a name, nil", d.Notes, d.UnattributedUSD)
			}
		}},
		{"names that nobody knows are no zeros", func(b *bench) { b.keysNamed("elsewhere") }, ByKey, func(t *testing.T, b *bench, d Breakdown) {
			if r := d.Rows[0]; r.SpendUSD != nil || r.Requests != nil {
				t.Errorf("spend %v, requests %v, want unknown", deref(r.SpendUSD), r.Requests)
			}
		}},
		{"no workspaces", func(b *bench) {
			f := sim.Error(403)
			f.Path = "/workspaces"
			b.account.Fail(f)
		}, ByKey, func(t *testing.T, b *bench, d Breakdown) {
			if len(d.Rows) != 2 || !strings.Contains(d.Notes[0], "default workspace") {
				t.Errorf("%d rows, Notes = %q, want those of the default workspace, and a note", len(d.Rows), d.Notes)
			}
		}},
		{"no analytics: keys have no requests", func(b *bench) {
			f := sim.Error(500)
			f.Path = "/analytics"
			b.account.Fail(f)
		}, ByKey, func(t *testing.T, b *bench, d Breakdown) {
			for _, r := range d.Rows {
				if r.Requests != nil || r.SpendUSD != nil {
					t.Errorf("%s: requests %v, spend %v, want unknown", r.Name, r.Requests, deref(r.SpendUSD))
				}
			}
			if len(d.Rows) != 4 || len(d.Notes) != 1 {
				t.Errorf("%d rows, Notes = %q, want 4, one", len(d.Rows), d.Notes)
			}
		}},
		{"no analytics: models by whole days", func(b *bench) {
			f := sim.Error(500)
			f.Path = "/analytics"
			b.account.Fail(f)
		}, ByModel, func(t *testing.T, b *bench, d Breakdown) {
			today := credit.DayStart(time.Now())
			if !d.To.Equal(today) || !d.From.Equal(today.AddDate(0, 0, -1)) || len(d.Rows) == 0 {
				t.Fatalf("%d rows from %v to %v, want some of yesterday", len(d.Rows), d.From, d.To)
			}
			want := b.account.Usage(today) - b.account.Usage(d.From)
			rest := b.account.Unattributed(today) - b.account.Unattributed(d.From)
			if got := spendOf(d); math.Abs(got-(want-rest)) > cent {
				t.Errorf("rows are %v, want %v", got, want-rest)
			}
		}},
		{"no analytics and no activity", func(b *bench) {
			f, g := sim.Error(500), sim.Error(500)
			f.Path, g.Path = "/analytics", "/activity"
			b.account.Fail(f, g)
		}, ByModel, func(t *testing.T, b *bench, d Breakdown) {
			if d.Rows != nil || len(d.Notes) != 1 {
				t.Errorf("Rows = %v, Notes = %q, want nil, one", d.Rows, d.Notes)
			}
		}},
		{"an ordinary key knows itself", func(b *bench) { b.use(ordinary) }, ByKey, func(t *testing.T, b *bench, d Breakdown) {
			if len(d.Rows) != 1 || d.Rows[0].Cap.LimitUSD == nil || d.Rows[0].ResetsAt.IsZero() || len(d.Notes) != 1 {
				t.Errorf("Rows = %+v, Notes = %q, want its own with its cap, one", d.Rows, d.Notes)
			}
			if n := b.requests("/keys") + b.requests("/analytics/query"); n != 0 {
				t.Errorf("%d requests for what it may not know", n)
			}
		}},
		{"an ordinary key knows no models", func(b *bench) { b.use(ordinary) }, ByModel, func(t *testing.T, b *bench, d Breakdown) {
			if d.Rows != nil || len(d.Notes) != 1 {
				t.Errorf("Rows = %+v, Notes = %q, want nil, one", d.Rows, d.Notes)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				b := newBench(t, oldAccount("steady"))
				time.Sleep(40*time.Hour + 13*time.Minute)
				c.set(b)
				d := b.look(c.by, 24*time.Hour)
				c.check(t, b, d)
			})
		})
	}
}

func TestBreakdownOfTheUTCDayWithoutHistory(t *testing.T) {
	bubble(t, func(t *testing.T) {
		time.Sleep(5 * time.Hour)
		b := newBench(t, oldAccount("steady"))
		broken := sim.Error(500)
		broken.Path = "/analytics"
		b.account.Fail(broken)
		d := b.look(ByKey, 5*time.Hour)
		want := b.account.Usage(time.Now()) - b.account.Usage(credit.DayStart(time.Now())) - b.account.Unattributed(time.Now()) + b.account.Unattributed(credit.DayStart(time.Now()))
		if got := spendOf(d); math.Abs(got-want) > cent || len(d.Rows) != 4 {
			t.Errorf("rows are %v, want the keys' own %v of the day", got, want)
		}
	})
}

func TestKeysFailing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, oldAccount("steady"))
		b.look(ByKey, time.Hour)
		broken := sim.Error(500)
		broken.Path = "/keys"
		b.account.Fail(broken)
		time.Sleep(30 * time.Minute)
		now := time.Now()
		d, err := b.Breakdown(t.Context(), Query{By: ByKey, From: now.Add(-time.Hour), To: now})
		if !errors.Is(err, client.ErrServer) || len(d.Rows) != 4 || now.Sub(d.ReadAt) < 29*time.Minute {
			t.Errorf("Breakdown = %d rows of %v, %v, want the last known and the error", len(d.Rows), d.ReadAt, err)
		}
		if _, err := b.Breakdown(t.Context(), Query{By: "nobody", From: now.Add(-time.Hour), To: now}); err == nil {
			t.Error("Breakdown by nobody = nil")
		}
		if _, err := b.Breakdown(t.Context(), Query{By: ByKey, From: now, To: now}); err == nil {
			t.Error("Breakdown of no time = nil")
		}
	})
}

func TestAnalyticsAreAskedRarely(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, oldAccount("steady"))
		b.look(ByModel, 24*time.Hour)
		before := b.requests("/analytics/query")
		for range 50 {
			time.Sleep(5 * time.Second)
			b.broken(ByModel, 24*time.Hour)
		}
		if n := b.requests("/analytics/query") - before; n != 0 {
			t.Errorf("four minutes of looking made %d queries", n)
		}
		time.Sleep(5 * time.Minute)
		b.broken(ByModel, 24*time.Hour)
		if n := b.requests("/analytics/query") - before; n != 2 {
			t.Errorf("after five minutes %d queries, want the span and the one before", n)
		}
	})
}

func TestTheTotalIsNewerThanWhoSpentIt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, oldAccount("steady"))
		b.read() // the span begins after the first reading
		time.Sleep(2 * time.Hour)
		b.look(ByModel, time.Hour)
		read := time.Now()
		time.Sleep(2 * time.Minute)
		b.account.Spend(25)
		time.Sleep(time.Second)
		d := b.look(ByModel, time.Hour)
		want := b.account.Usage(d.To) - b.account.Usage(d.From)
		if now := time.Now(); !d.To.Equal(now) || d.To.Sub(d.From) != time.Hour || d.TotalUSD == nil || *d.TotalUSD < 25 || math.Abs(*d.TotalUSD-want) > want/50 {
			t.Errorf("%v from %v to %v, want about %v of the hour up to %v", deref(d.TotalUSD), d.From, d.To, want, now)
		}
		if !d.ReadAt.Equal(read) || d.UnattributedUSD == nil || *d.UnattributedUSD < 24 {
			t.Errorf("who spent it was read at %v and leaves %v, want %v and the 25 since", d.ReadAt, deref(d.UnattributedUSD), read)
		}
	})
}
