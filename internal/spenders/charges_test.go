package spenders

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"ortop/client"
	"ortop/internal/credit"
)

// useRow is a row of the analytics by day, key and model.
func useRow(day time.Time, key, model string, credits, requests, tokens *float64) client.AnalyticsRow {
	return client.AnalyticsRow{
		Start: &day, Dimensions: []string{key, model},
		Metrics: []*float64{credits, requests, tokens},
	}
}

func TestChargesOf(t *testing.T) {
	day := credit.DayStart(noon)
	list := KeyList{
		Keys: []Key{
			{Hash: "h1", Name: "ci", Label: "sk-or-v1-aaa…111", Workspace: "w1"}, {Hash: "h2", Name: "twin"}, {Hash: "h3", Name: "twin"},
			{Hash: "h4", Label: "sk-or-v1-bbb…222", Workspace: "w9"},
		},
		Workspaces: []Workspace{{ID: "w1", Name: "Acme"}},
	}
	got := chargesOf([]client.AnalyticsRow{
		useRow(day, "ci", "a", usd(1), usd(2), usd(3)),
		useRow(day, "ci", "a", usd(1), nil, usd(3)), // a second row of one
		useRow(day, "ci", "b", usd(9), usd(2), usd(3)),
		useRow(day, "twin", "a", usd(4), usd(1), usd(1)),
		useRow(day, "sk-or-v1-bbb…222", "a", usd(3), usd(1), usd(1)),
		useRow(day, "gone", "", usd(-0.5), usd(1), usd(1)),
		useRow(day, "null", "a", nil, usd(1), usd(1)),
		useRow(day.AddDate(0, 0, -1), "ci", "a", usd(7), usd(1), usd(1)),
		useRow(day.AddDate(0, 0, -2), "ci", "a", usd(70), usd(1), usd(1)), // before it
		useRow(day.AddDate(0, 0, 1), "ci", "a", usd(70), usd(1), usd(1)),  // after it
		{Metrics: []*float64{usd(5)}},                                     // of no day
	}, &list, day.Add(-12*time.Hour), noon)
	var lines []string
	for _, c := range got {
		counts := "-"
		if c.Requests != nil {
			counts = fmt.Sprint(*c.Requests)
		}
		lines = append(lines, strings.Join([]string{c.From.Format("2T15"), c.To.Format("2T15"), c.Key, c.Model, c.KeyID, c.WorkspaceID, c.WorkspaceName, fmt.Sprint(c.USD), counts, fmt.Sprint(*c.Tokens)}, " "))
	}
	want := []string{
		"20T12 21T00 ci a h1 w1 Acme 7 1 1",
		"21T00 21T12 ci b h1 w1 Acme 9 2 3",
		"21T00 21T12 twin a    4 1 1",
		"21T00 21T12 sk-or-v1-bbb…222 a h4 w9  3 1 1",
		"21T00 21T12 ci a h1 w1 Acme 2 - 6",
		"21T00 21T12 gone     -0.5 1 1",
	}
	if strings.Join(lines, "\n") != strings.Join(want, "\n") {
		t.Errorf("chargesOf =\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

// A span with more rows than the API gives at once is asked for in parts, down to a day.
func TestDailyUseIsCut(t *testing.T) {
	from := credit.DayStart(noon).AddDate(0, 0, -8)
	for _, c := range []struct {
		name        string
		most        int // days that an answer has room for
		parts       int
		whole       bool
		days, asked int
	}{
		{"all at once", 9, maxParts, true, 9, 1},
		{"in halves", 5, maxParts, true, 9, 3},
		{"day by day", 1, maxParts, true, 9, 17},
		{"a day is too much", 0, maxParts, false, 9, 17},
		{"no more queries than these", 1, 3, false, 9, 3},
	} {
		f := &fakeAPI{query: func(q client.AnalyticsQuery) (a client.Analytics, err error) {
			for at := q.From; at.Before(q.To); at = at.AddDate(0, 0, 1) {
				a.Rows = append(a.Rows, useRow(at, "k", "m", usd(1), usd(1), usd(1)))
			}
			if len(a.Rows) > c.most {
				a.Rows, a.Truncated = a.Rows[:max(1, c.most)], true
			}
			return a, nil
		}}
		parts := c.parts
		rows, whole, err := f.at(noon).dailyUse(t.Context(), from, noon, &parts)
		days := map[time.Time]bool{}
		for _, r := range rows {
			days[*r.Start] = true
		}
		if c.parts == 3 {
			c.days = len(days)
		}
		if err != nil || whole != c.whole || len(days) != c.days || len(rows) != len(days) || len(f.queries) != c.asked {
			t.Errorf("%s: %d rows of %d days, whole %v, after %d queries, %v, want %d, %v, %d", c.name, len(rows), len(days), whole, len(f.queries), err, c.days, c.whole, c.asked)
		}
	}
}

// Counts do not reach as far back as spend: without them it is known all the same.
func TestDailyUseWithoutCounts(t *testing.T) {
	f := &fakeAPI{
		meta: func() (client.AnalyticsMeta, error) { return client.AnalyticsMeta{}, client.ErrServer },
		query: func(q client.AnalyticsQuery) (client.Analytics, error) {
			if len(q.Metrics) > 1 {
				return client.Analytics{}, client.ErrRequest
			}
			return client.Analytics{Rows: []client.AnalyticsRow{useRow(q.From, "k", "m", usd(1), nil, nil)}}, nil
		},
	}
	parts := maxParts
	rows, whole, err := f.at(noon).dailyUse(t.Context(), noon.AddDate(0, 0, -60), noon, &parts)
	if err != nil || !whole || len(rows) != 1 {
		t.Errorf("dailyUse = %d rows, whole %v, %v, want one", len(rows), whole, err)
	}
}

// Of a simulated account the charges of each key are what its own series have.
func TestChargesAddUp(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, oldAccount("steady"))
		b.account.TopUp(500)
		b.look(ByKey, time.Hour)
		to := time.Now()
		from := credit.DayStart(to).AddDate(0, 0, -20)
		c := b.Charges(t.Context(), from, to)
		if len(c.Rows) == 0 || c.Notes != nil {
			t.Fatalf("%d rows, %q", len(c.Rows), c.Notes)
		}
		keys, models, sum := map[string]float64{}, map[string]float64{}, 0.0
		for _, r := range c.Rows {
			keys[r.KeyID] += r.USD
			models[r.Model] += r.USD
			sum += r.USD
			if r.KeyID == "" || r.WorkspaceName == "" || r.From.Before(from) || r.To.After(to) {
				t.Errorf("a row is %+v", r)
			}
		}
		for _, by := range []By{ByKey, ByModel} {
			d, err := b.Breakdown(t.Context(), Query{By: by, From: from, To: to})
			if err != nil {
				t.Fatal(err)
			}
			all := map[By]map[string]float64{ByKey: keys, ByModel: models}[by]
			for _, r := range d.Rows {
				if r.SpendUSD != nil && math.Abs(all[r.ID]-*r.SpendUSD) > 0.01+*r.SpendUSD/50 {
					t.Errorf("by %s: %s has %v, want %v", by, r.Name, all[r.ID], *r.SpendUSD)
				}
			}
		}
		b.use(ordinary)
		if c := b.Charges(t.Context(), from, to); c.Rows != nil || len(c.Notes) != 1 {
			t.Errorf("an ordinary key has %d rows, %q, want the reason why not", len(c.Rows), c.Notes)
		}
	})
}
