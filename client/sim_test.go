package client_test

import (
	"errors"
	"math"
	"reflect"
	"testing"
	"time"

	"ortop/client"
	"ortop/internal/sim"
)

// wednesday is a moment of the simulated account.
var wednesday = time.Date(2026, 11, 18, 12, 34, 56, 0, time.UTC)

const ordinaryKey = "sk-or-v1-0rdinary000000000000000000000000000000000000000000000000tail"

// simulated returns a simulated account and a client of it.
func simulated(t *testing.T, cfg sim.Config, key string) (*sim.Account, *client.Client) {
	t.Helper()
	cfg.Now, cfg.OrdinaryKey = func() time.Time { return wednesday }, ordinaryKey
	a, err := sim.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	c, err := client.New(client.Config{Key: client.NewSecret(key), Transport: a.RoundTripper(), Now: cfg.Now})
	if err != nil {
		t.Fatal(err)
	}
	return a, c
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-6 }

func TestSimKeysOfEveryWorkspace(t *testing.T) {
	_, c := simulated(t, sim.Config{Keys: 450, Workspaces: 3}, sim.DemoKey)
	workspaces := must(c.Workspaces(t.Context()))(t)
	if len(workspaces.Rows) != 3 || workspaces.Truncated {
		t.Fatalf("Workspaces() = %+v, want 3", workspaces)
	}
	seen := map[string]bool{}
	used := 0.0
	for _, w := range workspaces.Rows {
		if got := must(c.Workspace(t.Context(), w.Slug))(t); !reflect.DeepEqual(got, w) {
			t.Errorf("Workspace(%s) = %+v, want %+v", w.Slug, got, w)
		}
		keys := must(c.Keys(t.Context(), w.ID))(t)
		if keys.Truncated {
			t.Errorf("Keys(%s) is truncated", w.Slug)
		}
		for _, k := range keys.Rows {
			if seen[k.Hash] || k.WorkspaceID != w.ID {
				t.Errorf("Keys(%s) has %s of %s, once more or of another", w.Slug, k.Hash, k.WorkspaceID)
			}
			seen[k.Hash] = true
			used += k.UsageUSD
		}
		if one := must(c.KeyByHash(t.Context(), keys.Rows[0].Hash))(t); !reflect.DeepEqual(one, keys.Rows[0]) {
			t.Errorf("KeyByHash() = %+v, want %+v", one, keys.Rows[0])
		}
	}
	credits := must(c.Credits(t.Context()))(t)
	if len(seen) != 450 || used <= 0 || used > credits.TotalUsageUSD {
		t.Errorf("%d keys used %v of %v, want 450, and no more than the account", len(seen), used, credits.TotalUsageUSD)
	}
	if _, err := c.KeyByHash(t.Context(), "abc"); !errors.Is(err, client.ErrNotFound) {
		t.Errorf("KeyByHash(unknown) = %v, want %v", err, client.ErrNotFound)
	}
}

// Activity and Query tell of the same requests.
func TestSimActivityAndQueryAgree(t *testing.T) {
	_, c := simulated(t, sim.Config{Members: 3}, sim.DemoKey)
	today := wednesday.Truncate(24 * time.Hour)
	from := today.AddDate(0, 0, -30)
	type cell struct {
		day   time.Time
		model string
	}
	want := map[cell]float64{}
	activity := must(c.Activity(t.Context(), client.ActivityQuery{}))(t)
	for _, r := range activity.Rows {
		want[cell{r.Date, r.Model}] += r.UsageUSD
		if r.Date.Before(from) || !r.Date.Before(today) {
			t.Errorf("Activity() has %v, want 30 days before today", r.Date)
		}
	}
	split := map[cell]float64{}
	for _, r := range must(c.Activity(t.Context(), client.ActivityQuery{GroupByWorkspace: true}))(t).Rows {
		split[cell{r.Date, r.Model}] += r.UsageUSD
		if r.WorkspaceID == "" {
			t.Errorf("Activity(by workspace) has a row of none")
		}
	}
	got := map[cell]float64{}
	answer := must(c.Query(t.Context(), client.AnalyticsQuery{
		Metrics: []string{"credits_usage", "request_count"}, Dimensions: []string{"model"}, Granularity: "day", From: from, To: today, Limit: 10_000,
	}))(t)
	for _, r := range answer.Rows {
		got[cell{*r.Start, r.Dimensions[0]}] += *r.Metrics[0]
		if n := r.Metrics[1]; n == nil || *n < 1 {
			t.Errorf("Query() has a row of %v requests", n)
		}
	}
	if len(want) < 30 || len(got) != len(want) || len(split) != len(want) || answer.Truncated {
		t.Fatalf("%d rows by Activity, %d split, %d by Query, want the same", len(want), len(split), len(got))
	}
	for k, usd := range want {
		if !near(got[k], usd) || !near(split[k], usd) {
			t.Errorf("%v %s = %v by Activity, %v split, %v by Query", k.day, k.model, usd, split[k], got[k])
		}
	}
	yesterday := must(c.Activity(t.Context(), client.ActivityQuery{Date: today.Add(-time.Minute)}))(t)
	for _, r := range yesterday.Rows {
		if !r.Date.Equal(today.AddDate(0, 0, -1)) {
			t.Errorf("Activity(yesterday) has %v", r.Date)
		}
	}
	if _, err := c.Activity(t.Context(), client.ActivityQuery{Date: today}); !errors.Is(err, client.ErrRequest) {
		t.Errorf("Activity(today) = %v, want %v", err, client.ErrRequest)
	}
	if _, err := c.Activity(t.Context(), client.ActivityQuery{KeyHash: "abc"}); !errors.Is(err, client.ErrNotFound) {
		t.Errorf("Activity(unknown key) = %v, want %v", err, client.ErrNotFound)
	}
}

func TestSimQuery(t *testing.T) {
	a, c := simulated(t, sim.Config{Members: 3}, sim.DemoKey)
	ask := func(q client.AnalyticsQuery) client.Analytics {
		t.Helper()
		q.Metrics = []string{"credits_usage"}
		return must(c.Query(t.Context(), q))(t)
	}
	sum := func(answer client.Analytics) (usd float64) {
		for _, r := range answer.Rows {
			usd += *r.Metrics[0]
		}
		return usd
	}
	week := client.AnalyticsQuery{From: wednesday.AddDate(0, 0, -7), To: wednesday}
	whole := sum(ask(week))
	if whole <= 0 {
		t.Fatalf("the week cost %v, want something", whole)
	}
	for _, granularity := range []string{"", "hour", "day", "week", "month"} {
		for _, by := range [][]string{nil, {"api_key_id"}, {"user", "workspace"}, {"provider"}} {
			q := week
			q.Granularity, q.Dimensions, q.Limit = granularity, by, 10_000
			answer := ask(q)
			if !near(sum(answer), whole) || answer.Truncated {
				t.Errorf("Query(%q by %v) sums to %v, want %v", granularity, by, sum(answer), whole)
			}
			for _, r := range answer.Rows {
				if (r.Start == nil) != (granularity == "") || len(r.Dimensions) != len(by) {
					t.Errorf("Query(%q by %v) has row %+v", granularity, by, r)
				}
				if granularity == "week" && r.Start.Weekday() != time.Sunday {
					t.Errorf("Query(week) has %v, want Sundays", r.Start)
				}
			}
		}
	}
	minutes := ask(client.AnalyticsQuery{Granularity: "minute", From: wednesday.Add(-3 * time.Hour), To: wednesday})
	hours := ask(client.AnalyticsQuery{From: wednesday.Add(-3 * time.Hour), To: wednesday})
	if !near(sum(minutes), sum(hours)) {
		t.Errorf("Query(minutes) sums to %v, want %v", sum(minutes), sum(hours))
	}
	q := week
	q.Granularity, q.Limit, q.OrderBy, q.Descending = "day", 2, "credits_usage", true
	if top := ask(q); len(top.Rows) != 2 || !top.Truncated || *top.Rows[0].Metrics[0] < *top.Rows[1].Metrics[0] {
		t.Errorf("Query(top 2) = %+v, want the dearest first, truncated", top)
	}
	ofKeys := 0.0
	for _, w := range must(c.Workspaces(t.Context()))(t).Rows {
		for _, k := range must(c.Keys(t.Context(), w.ID))(t).Rows {
			q := week
			q.Filters = []client.AnalyticsFilter{{Field: "api_key_id", Operator: "eq", Values: []string{k.Hash}}}
			ofKeys += sum(ask(q))
		}
	}
	if !near(ofKeys, whole) {
		t.Errorf("the keys' weeks sum to %v, want %v", ofKeys, whole)
	}
	q = week
	q.Filters = []client.AnalyticsFilter{{Field: "api_key_id", Operator: "in", Values: []string{"abc"}}}
	if none := ask(q); len(none.Rows) != 0 || len(none.Warnings) != 1 || none.CachedAt != nil {
		t.Errorf("Query(unknown key) = %+v, want no row and a warning", none)
	}
	a.Fail(sim.Fault{Path: "/analytics/query", Stale: time.Hour})
	if cached := ask(week); cached.CachedAt == nil || !cached.CachedAt.Equal(wednesday.Truncate(time.Hour)) {
		t.Errorf("Query(from a cache) was computed at %v, want %v", cached.CachedAt, wednesday.Truncate(time.Hour))
	}
	a.Fail()
	meta := must(c.AnalyticsMeta(t.Context()))(t)
	for _, m := range meta.Metrics {
		if _, err := c.Query(t.Context(), client.AnalyticsQuery{Metrics: []string{m.Name}}); err != nil {
			t.Errorf("Query(%s) = %v, want no error", m.Name, err)
		}
	}
	if len(meta.Metrics) == 0 || len(meta.Dimensions) == 0 || len(meta.Operators) == 0 || len(meta.Granularities) != 5 {
		t.Errorf("AnalyticsMeta() = %+v, want all four lists", meta)
	}
}

// The member's budget is read from both of its forms, and a management key has none.
func TestSimMemberBudget(t *testing.T) {
	for _, list := range []bool{false, true} {
		cfg := sim.Config{MemberBudgetUSD: 50, BudgetList: list}
		_, c := simulated(t, cfg, ordinaryKey)
		got := must(c.Key(t.Context()))(t).Budgets
		if len(got) != 1 || got[0].Scope != "member" || *got[0].LimitUSD != 50 || *got[0].RemainingUSD != 50-*got[0].SpendUSD ||
			got[0].ResetInterval != "weekly" || !got[0].ResetsAt.Equal(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("list %v: Budgets = %+v, want the member's of $50 until Monday", list, got)
		}
		_, c = simulated(t, cfg, sim.DemoKey)
		if got := must(c.Key(t.Context()))(t).Budgets; got != nil {
			t.Errorf("list %v: a management key's Budgets = %+v, want none", list, got)
		}
	}
}

// What a spent budget answers is read as the layer that refused.
func TestSimBudgetSpent(t *testing.T) {
	resets := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	f := sim.BudgetSpent(20, 20.25, resets)
	r := client.ReadRefusal([]byte(f.Body))
	if f.Status != 403 || r.LimitSource != "openrouter_guardrail_budget" || r.Scope != "member" ||
		*r.LimitUSD != 20 || *r.SpendUSD != 20.25 || !r.ResetsAt.Equal(resets) || r.RetryAfter != "" {
		t.Errorf("BudgetSpent() = %d, read as %+v", f.Status, r)
	}
	a, c := simulated(t, sim.Config{}, sim.DemoKey)
	a.Fail(f)
	if _, err := c.Credits(t.Context()); !errors.Is(err, client.ErrForbidden) {
		t.Errorf("Credits() = %v, want it forbidden", err)
	}
}

func TestSimPeopleAndBudgets(t *testing.T) {
	_, c := simulated(t, sim.Config{Members: 230, Workspaces: 2}, sim.DemoKey)
	members := must(c.Members(t.Context()))(t)
	placed := must(c.WorkspaceMembers(t.Context(), "production"))(t)
	if len(members.Rows) != 230 || len(placed.Rows) != 230 || members.Truncated || placed.Truncated {
		t.Errorf("%d members, %d in production, want 230", len(members.Rows), len(placed.Rows))
	}
	if members.Rows[0].Role != "org:admin" || placed.Rows[0].UserID != members.Rows[0].UserID {
		t.Errorf("first member %+v, %+v in production, want the owner", members.Rows[0], placed.Rows[0])
	}
	budgets := must(c.Budgets(t.Context(), "production"))(t)
	if len(budgets.Budgets) != 1 || budgets.Budgets[0].LimitUSD != 250 || budgets.Budgets[0].ResetInterval != "monthly" || *budgets.IncludeBYOK {
		t.Errorf("Budgets(production) = %+v, want one of $250 a month", budgets)
	}
	if none := must(c.Budgets(t.Context(), "default"))(t); len(none.Budgets) != 0 {
		t.Errorf("Budgets(default) = %+v, want none", none)
	}
	_, personal := simulated(t, sim.Config{}, sim.DemoKey)
	if got, err := personal.Members(t.Context()); !errors.Is(err, client.ErrNotFound) || len(got.Rows) != 0 {
		t.Errorf("Members(personal) = %+v, %v, want %v", got, err, client.ErrNotFound)
	}
}

func TestSimGuardrails(t *testing.T) {
	_, c := simulated(t, sim.Config{Members: 230, Workspaces: 2, Keys: 450}, sim.DemoKey)
	workspaces := must(c.Workspaces(t.Context()))(t)
	all := must(c.Guardrails(t.Context(), workspaces.Rows[0].ID))(t)
	budgets := map[string]client.Guardrail{}
	for _, g := range all.Rows {
		if g.LimitUSD != nil {
			budgets[g.ID] = g
		}
	}
	if len(all.Rows) != 3 || len(budgets) != 2 || all.Rows[0].ResetInterval != "weekly" || *all.Rows[0].LimitUSD != 25 {
		t.Fatalf("Guardrails() = %+v, want three, two with a budget, the first of $25 a week", all.Rows)
	}
	if own := must(c.Guardrails(t.Context(), workspaces.Rows[1].ID))(t); len(own.Rows) != 1 || own.Rows[0].ID != workspaces.Rows[1].DefaultGuardrailID {
		t.Errorf("Guardrails(production) = %+v, want its default", own.Rows)
	}
	held := map[string]int{} // by key
	keys := must(c.GuardrailKeys(t.Context()))(t)
	for _, a := range keys.Rows {
		if _, ok := budgets[a.GuardrailID]; ok {
			held[a.KeyHash]++
		}
	}
	for _, k := range must(c.Keys(t.Context(), ""))(t).Rows {
		if n := held[k.Hash]; n != 0 && n != 2 {
			t.Errorf("key %s is held by %d budgets, want none or two", k.Name, n)
		}
	}
	if members := must(c.GuardrailMembers(t.Context()))(t); len(members.Rows) != 229 || members.Truncated || len(held) < 100 || keys.Truncated {
		t.Errorf("%d members and %d keys are held, want all members but the owner, and every other key of the default workspace", len(members.Rows), len(held))
	}
}

func TestSimOrdinaryKey(t *testing.T) {
	_, c := simulated(t, sim.Config{Members: 2}, ordinaryKey)
	for name, ask := range map[string]func() error{
		"Keys":          func() error { _, err := c.Keys(t.Context(), ""); return err },
		"KeyByHash":     func() error { _, err := c.KeyByHash(t.Context(), "abc"); return err },
		"Activity":      func() error { _, err := c.Activity(t.Context(), client.ActivityQuery{}); return err },
		"AnalyticsMeta": func() error { _, err := c.AnalyticsMeta(t.Context()); return err },
		"Query": func() error {
			_, err := c.Query(t.Context(), client.AnalyticsQuery{Metrics: []string{"credits_usage"}})
			return err
		},
		"Workspaces":       func() error { _, err := c.Workspaces(t.Context()); return err },
		"Workspace":        func() error { _, err := c.Workspace(t.Context(), "default"); return err },
		"Budgets":          func() error { _, err := c.Budgets(t.Context(), "default"); return err },
		"WorkspaceMembers": func() error { _, err := c.WorkspaceMembers(t.Context(), "default"); return err },
		"Members":          func() error { _, err := c.Members(t.Context()); return err },
		"Guardrails":       func() error { _, err := c.Guardrails(t.Context(), ""); return err },
		"GuardrailKeys":    func() error { _, err := c.GuardrailKeys(t.Context()); return err },
		"GuardrailMembers": func() error { _, err := c.GuardrailMembers(t.Context()); return err },
	} {
		if err := ask(); !errors.Is(err, client.ErrForbidden) {
			t.Errorf("%s(ordinary key) = %v, want %v", name, err, client.ErrForbidden)
		}
	}
}
