package spenders

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"ortop/client"
	"ortop/internal/credit"
)

// fakeAPI answers by functions; one that is nil is not to be called.
type fakeAPI struct {
	API
	query    func(client.AnalyticsQuery) (client.Analytics, error)
	meta     func() (client.AnalyticsMeta, error)
	activity func() (client.Activity, error)
	queries  []client.AnalyticsQuery
}

func (f *fakeAPI) Query(_ context.Context, q client.AnalyticsQuery) (client.Analytics, error) {
	f.queries = append(f.queries, q)
	return f.query(q)
}

func (f *fakeAPI) AnalyticsMeta(context.Context) (client.AnalyticsMeta, error) { return f.meta() }

func (f *fakeAPI) Activity(context.Context, client.ActivityQuery) (client.Activity, error) {
	return f.activity()
}

// at is a Service that is connected to f, at a time.
func (f *fakeAPI) at(now time.Time) *Service {
	s := newService(nil, func(context.Context) (API, error) { return f, nil }, nil)
	s.o.Now = func() time.Time { return now }
	return s
}

// noon is when the tests with a fake API are.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func usd(v float64) *float64 { return &v }

// row is a row of the analytics: the value of one dimension, and credits.
func row(value string, credits float64) client.AnalyticsRow {
	return client.AnalyticsRow{Dimensions: []string{value}, Metrics: []*float64{&credits}}
}

func TestDriver(t *testing.T) {
	span, before := credit.Span{From: noon.Add(-time.Hour), To: noon}, credit.Span{From: noon.Add(-5 * time.Hour), To: noon.Add(-time.Hour)}
	use := func(key, model string, credits float64) client.AnalyticsRow {
		r := row(key, credits)
		r.Dimensions = append(r.Dimensions, model)
		return r
	}
	nothing := use("silent", "m", 0)
	nothing.Metrics[0] = nil
	for _, c := range []struct {
		name        string
		now, before []client.AnalyticsRow
		want        Driver
	}{
		{"the largest rise", []client.AnalyticsRow{use("a", "m", 9), use("b", "m", 5), nothing}, []client.AnalyticsRow{use("a", "m", 32), use("b", "m", 4)}, Driver{Key: "b", Model: "m", MoreUSD: 4}},
		{"a new one", []client.AnalyticsRow{use("a", "m", 2), use("a", "n", 3)}, nil, Driver{Key: "a", Model: "n", MoreUSD: 3}},
		{"rows of one are summed", []client.AnalyticsRow{use("a", "m", 2), use("a", "m", 2), use("b", "m", 3)}, nil, Driver{Key: "a", Model: "m", MoreUSD: 4}},
		{"of two as large the first by name", []client.AnalyticsRow{use("b", "m", 2), use("a", "m", 2)}, nil, Driver{Key: "a", Model: "m", MoreUSD: 2}},
		{"less than before", []client.AnalyticsRow{use("a", "m", 2)}, []client.AnalyticsRow{use("a", "m", 9)}, Driver{}},
		{"as much as before", []client.AnalyticsRow{use("a", "m", 2)}, []client.AnalyticsRow{use("a", "m", 8)}, Driver{}},
	} {
		f := &fakeAPI{query: func(q client.AnalyticsQuery) (client.Analytics, error) {
			if q.From.Equal(span.From) && q.To.Equal(span.To) {
				return client.Analytics{Rows: c.now}, nil
			}
			if !q.From.Equal(before.From) || !q.To.Equal(before.To) {
				t.Errorf("%s: query of %v to %v", c.name, q.From, q.To)
			}
			return client.Analytics{Rows: c.before}, nil
		}}
		got, err := f.at(noon).Driver(t.Context(), span, before)
		if got != c.want || (err == nil) != (c.want != Driver{}) {
			t.Errorf("%s: Driver = %+v, %v, want %+v", c.name, got, err, c.want)
		}
	}
	for fails := range 2 {
		n := 0
		f := &fakeAPI{query: func(client.AnalyticsQuery) (client.Analytics, error) {
			n++
			if n > fails {
				return client.Analytics{}, client.ErrServer
			}
			return client.Analytics{Rows: []client.AnalyticsRow{use("a", "m", 1)}}, nil
		}}
		if got, err := f.at(noon).Driver(t.Context(), span, before); err != client.ErrServer || got != (Driver{}) {
			t.Errorf("Driver = %+v, %v where query %d fails, want its error", got, err, fails+1)
		}
	}
}

func TestPast(t *testing.T) {
	start := func(r client.AnalyticsRow, at time.Time) client.AnalyticsRow { r.Start = &at; return r }
	hours := []client.AnalyticsRow{start(row("", 1), noon.Add(-3*time.Hour)), start(row("", 2), noon.Add(-time.Hour)), start(row("", 4), noon.Add(-time.Hour))}
	day := credit.DayStart(noon)
	days := []client.AnalyticsRow{start(row("", 10), day.AddDate(0, 0, -2)), start(row("", 20), day.AddDate(0, 0, -1)), start(row("", 30), day)}
	activity := client.Activity{Rows: []client.ActivityRow{{Date: day.AddDate(0, 0, -1), UsageUSD: 7}, {Date: day.AddDate(0, 0, -1), UsageUSD: 8}}}
	for _, c := range []struct {
		name        string
		hours, days any // rows, or an error
		activity    error
		usd         string // of each span
		first       time.Time
		err         error
		truncated   bool
		unread      int
	}{
		{name: "hours, and days that begin before them", hours: hours, days: days, usd: "10 20 30 1 0 6", first: day.AddDate(0, 0, -2)},
		{name: "days alone", hours: client.ErrServer, days: days, usd: "10 20 30", first: day.AddDate(0, 0, -2)},
		{name: "hours alone", hours: hours, days: client.ErrServer, usd: "1 0 6", first: noon.Add(-3 * time.Hour)},
		{name: "no analytics", hours: client.ErrServer, days: client.ErrTimeout, usd: "15", first: day.AddDate(0, 0, -1)},
		{name: "nothing", hours: client.ErrServer, days: client.ErrServer, activity: client.ErrNotFound, err: client.ErrNotFound},
		{name: "hours not allowed", hours: client.ErrForbidden, days: days, err: client.ErrForbidden},
		{name: "no network for days", hours: client.ErrServer, days: client.ErrNetwork, err: client.ErrNetwork},
		{name: "too many requests for days", hours: client.ErrServer, days: client.ErrRateLimited, err: client.ErrRateLimited},
		{name: "a key that is not accepted", hours: client.ErrUnauthorized, days: days, err: client.ErrUnauthorized},
		{name: "answers that are not whole", hours: hours, days: days, truncated: true, usd: "15", first: day.AddDate(0, 0, -1)},
		{name: "an hour that is null", hours: []client.AnalyticsRow{hours[0], start(client.AnalyticsRow{Metrics: []*float64{nil}}, noon.Add(-2*time.Hour)), hours[1]}, days: days, usd: "10 20 30 1 2", first: day.AddDate(0, 0, -2)},
		{name: "an hour that cannot be read", hours: hours, days: days, unread: 1, usd: "10 20 30 1 6", first: day.AddDate(0, 0, -2)},
		{name: "no spend", hours: []client.AnalyticsRow{}, days: []client.AnalyticsRow{}},
		{name: "a time that cannot be", hours: []client.AnalyticsRow{start(row("", 1), noon.AddDate(-3, 0, 0))}, days: []client.AnalyticsRow{}},
	} {
		f := &fakeAPI{
			query: func(q client.AnalyticsQuery) (client.Analytics, error) {
				answer, from := c.hours, noon.Add(-hoursBack)
				if q.Granularity == "day" {
					answer, from = c.days, day.Add(-daysBack)
				}
				if !q.From.Equal(from) || !q.To.Equal(noon) {
					t.Errorf("%s: a query of %v to %v", c.name, q.From, q.To)
				}
				if err, ok := answer.(error); ok {
					return client.Analytics{}, err
				}
				return client.Analytics{Rows: answer.([]client.AnalyticsRow), Truncated: c.truncated, Unread: c.unread, Meta: client.Meta{Odd: strings.Repeat("odd", min(1, c.unread))}}, nil
			},
			activity: func() (client.Activity, error) { return activity, c.activity },
		}
		got, note, err := Past(t.Context(), f, noon)
		if (note == "odd") != (c.unread > 0 && err == nil && len(got) > 0) {
			t.Errorf("%s: the note is %q", c.name, note)
		}
		var sums []string
		for i, s := range got {
			sums = append(sums, fmt.Sprint(s.USD))
			if i > 0 && !s.From.After(got[i-1].From) || !s.From.Before(s.To) || s.To.After(noon) {
				t.Errorf("%s: span %d is %v to %v", c.name, i, s.From, s.To)
			}
		}
		if err != c.err || strings.Join(sums, " ") != c.usd || len(got) > 0 && !got[0].From.Equal(c.first) {
			t.Errorf("%s: Past = %v, %v, want %q from %v, %v", c.name, got, err, c.usd, c.first, c.err)
		}
	}
}

func TestQueryWithTheMetricsThereAre(t *testing.T) {
	offered := func(names ...string) func() (client.AnalyticsMeta, error) {
		var m client.AnalyticsMeta
		for _, n := range names {
			m.Metrics = append(m.Metrics, client.AnalyticsMetric{AnalyticsName: client.AnalyticsName{Name: n}})
		}
		return func() (client.AnalyticsMeta, error) { return m, nil }
	}
	for _, c := range []struct {
		name string
		meta func() (client.AnalyticsMeta, error)
		want string // the metrics of the second query; empty: there is none
	}{
		{"some are gone", offered(tokensTotal, creditsUsage, "others"), "credits_usage tokens_total"},
		{"all are there, so something else is wrong", offered(creditsUsage, byokUsage, requestCount, tokensTotal), ""},
		{"not the one that matters", offered(byokUsage, requestCount, tokensTotal), ""},
		{"not known", func() (client.AnalyticsMeta, error) { return client.AnalyticsMeta{}, client.ErrServer }, ""},
	} {
		f := &fakeAPI{meta: c.meta, query: func(q client.AnalyticsQuery) (client.Analytics, error) {
			if len(q.Metrics) == 4 {
				return client.Analytics{}, client.ErrRequest
			}
			return client.Analytics{Rows: []client.AnalyticsRow{{Dimensions: []string{"ann"}, Metrics: []*float64{usd(3), usd(5)}}}}, nil
		}}
		a, err := f.at(noon).analyze(t.Context(), ByMember, noon.Add(-time.Hour), noon)
		second := ""
		if len(f.queries) > 1 {
			second = strings.Join(f.queries[1].Metrics, " ")
		}
		if second != c.want || len(f.queries) > 2 {
			t.Errorf("%s: the second query is for %q, want %q", c.name, second, c.want)
		}
		if c.want == "" && err != client.ErrRequest || c.want != "" && (err != nil || *a.of("ann").usd != 3 || *a.of("ann").tokens != 5 || a.of("ann").byokUSD != nil) {
			t.Errorf("%s: analyze = %v, %v", c.name, a, err)
		}
	}
}

func TestActivityByWholeDays(t *testing.T) {
	day := credit.DayStart(noon)
	n := func(v int64) *int64 { return &v }
	f := &fakeAPI{activity: func() (client.Activity, error) {
		return client.Activity{Rows: []client.ActivityRow{
			{Date: day.AddDate(0, 0, -31), Model: "a", UsageUSD: 100},
			{Date: day.AddDate(0, 0, -30), Model: "a", UsageUSD: 10},
			{Date: day.AddDate(0, 0, -2), Model: "a", Provider: "p", UsageUSD: 1, Requests: n(3), PromptTokens: n(5), CompletionTokens: n(7)},
			{Date: day.AddDate(0, 0, -1), Model: "a", Provider: "q", UsageUSD: 2, PromptTokens: n(5)},
			{Date: day.AddDate(0, 0, -1), UsageUSD: 9},
			{Date: day, Model: "a", UsageUSD: 50},
		}}, nil
	}}
	s := f.at(noon)
	for _, c := range []struct {
		name       string
		from, to   time.Time
		by         By
		who        string
		first, end time.Time
		usd        float64
	}{
		{"a whole day", day.AddDate(0, 0, -2), day.AddDate(0, 0, -1), ByModel, "a", day.AddDate(0, 0, -2), day.AddDate(0, 0, -1), 1},
		{"the days that a span touches", day.AddDate(0, 0, -2).Add(time.Hour), day.AddDate(0, 0, -1).Add(time.Second), ByModel, "a", day.AddDate(0, 0, -2), day, 3},
		{"not today", day.AddDate(0, 0, -1).Add(time.Hour), noon, ByProvider, "q", day.AddDate(0, 0, -1), day, 2},
		{"and 30 days at most", day.AddDate(0, 0, -90), noon, ByModel, "a", day.AddDate(0, 0, -30), day, 13},
	} {
		a, err := s.activityBy(t.Context(), c.by, c.from, c.to)
		if err != nil || !a.from.Equal(c.first) || !a.to.Equal(c.end) || *a.of(c.who).usd != c.usd || !a.days {
			t.Errorf("%s: activityBy = %+v, %v, want $%v", c.name, a, err, c.usd)
		}
	}
	a, err := s.activityBy(t.Context(), ByProvider, day.AddDate(0, 0, -2), day)
	if err != nil {
		t.Fatal(err)
	}
	if p := a.of("p"); *p.requests != 3 || *p.tokens != 12 {
		t.Errorf("p has %v requests and %v tokens, want 3, 12", *p.requests, *p.tokens)
	}
	if q := a.of("q"); q.requests != nil || q.tokens != nil {
		t.Errorf("q = %+v, want unknown counts", q)
	}
	for by, from := range map[By]time.Time{ByModel: day.Add(time.Hour), ByMember: day.AddDate(0, 0, -5)} {
		if _, err := s.activityBy(t.Context(), by, from, noon); err != errNoDays {
			t.Errorf("activityBy %s since %v = %v, want %v", by, from, err, errNoDays)
		}
	}
}

func TestBudgetsLeft(t *testing.T) {
	var many []Budget
	for range maxRunways {
		many = append(many, Budget{LimitUSD: 1000})
	}
	made := noon.AddDate(0, 0, -100).Add(500 * time.Millisecond)
	f := &fakeAPI{query: func(q client.AnalyticsQuery) (client.Analytics, error) {
		// A dollar a day for each, and a quarter of that of BYOK.
		days := q.To.Sub(q.From).Hours() / 24
		var a client.Analytics
		for _, name := range []string{"one", "twin", "old", "young", "many"} {
			r := row(name, days)
			r.Metrics = append(r.Metrics, usd(days/4))
			a.Rows = append(a.Rows, r)
		}
		unknown := row("dark", 0)
		unknown.Metrics[0] = nil
		half := row("half", 1)
		a.Rows = append(a.Rows, unknown, half)
		return a, nil
	}}
	day := 24 * time.Hour
	list := []Workspace{
		{Name: "one", CreatedAt: made, Budgets: []Budget{{LimitUSD: 10, Reset: credit.ResetDaily}, {LimitUSD: 10, Reset: credit.ResetWeekly}, {LimitUSD: 100, Reset: credit.ResetMonthly, IncludesBYOK: true}, {LimitUSD: 1000}, {LimitUSD: 1, Reset: "fortnightly"}}},
		{Name: "twin", Budgets: []Budget{{LimitUSD: 10, Reset: credit.ResetDaily}}}, {Name: "twin"},
		{Name: "old", CreatedAt: noon.Add(-daysBack - day), Budgets: []Budget{{LimitUSD: 10}}},
		{Name: "young", CreatedAt: noon.Add(time.Minute), Budgets: []Budget{{LimitUSD: 10}}},
		{Name: "dark", Budgets: []Budget{{LimitUSD: 10, Reset: credit.ResetDaily}}},
		{Name: "half", Budgets: []Budget{{LimitUSD: 10, Reset: credit.ResetDaily}, {LimitUSD: 10, Reset: credit.ResetDaily, IncludesBYOK: true}}},
		{Name: "many", CreatedAt: made, Budgets: many},
	}
	tomorrow := credit.DayStart(noon).AddDate(0, 0, 1)
	monday, december := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	never := time.Time{}
	want := []BudgetLeft{
		{usd(9.5), tomorrow}, {usd(4.5), monday}, {usd(100 - 20.5*1.25), december}, {usd(900), never}, {},
		{}, {}, {usd(10), never}, {}, {usd(9), tomorrow}, {},
	}
	got := f.at(noon).Budgets(t.Context(), list, noon)
	if len(got) != len(want)+maxRunways {
		t.Fatalf("%d budgets, want %d", len(got), len(want)+maxRunways)
	}
	for i, w := range want {
		if g := got[i]; (g.USD == nil) != (w.USD == nil) || w.USD != nil && math.Abs(*g.USD-*w.USD) > 0.001 || !g.ResetsAt.Equal(w.ResetsAt) {
			t.Errorf("budget %d: %v left, resets %v, want %v, %v", i, deref(g.USD), g.ResetsAt, deref(w.USD), w.ResetsAt)
		}
	}
	// Those for good are the three before, and as many of these as there is room for.
	for i, g := range got[len(want):] {
		if known := i < maxRunways-3; (g.USD != nil) != known {
			t.Errorf("budget %d of many: %v left, want known: %v", i, deref(g.USD), known)
		}
	}
}
