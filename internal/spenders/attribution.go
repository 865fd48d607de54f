package spenders

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"ortop/client"
	"ortop/internal/credit"
)

// The metrics of a breakdown besides creditsUsage.
const (
	byokUsage    = "byok_usage"
	requestCount = "request_count"
	tokensTotal  = "tokens_total"
)

// dimensions are what the API calls the ways to break spend down.
var dimensions = map[By]string{
	ByKey: "api_key_id", ByModel: "model", ByProvider: "provider", ByWorkspace: "workspace", ByMember: "user",
}

// attribution is who used what in a span, by name.
type attribution struct {
	from, to  time.Time
	at        time.Time // when it was true
	by        map[string]*usage
	truncated bool
	days      bool // of whole days
}

// usage is what one of them used; nil is unknown.
type usage struct {
	usd, byokUSD     *float64
	requests, tokens *float64
	parts            int // how many rows of an answer it is the sum of
}

// add adds a row: a sum of which one part is not known is not known.
func (u *usage) add(usd, byokUSD, requests, tokens *float64) {
	u.parts++
	for _, v := range []struct{ sum, part **float64 }{{&u.usd, &usd}, {&u.byokUSD, &byokUSD}, {&u.requests, &requests}, {&u.tokens, &tokens}} {
		switch {
		case *v.part == nil || u.parts > 1 && *v.sum == nil:
			*v.sum = nil
		default:
			plus(v.sum, *v.part)
		}
	}
}

func plus(sum **float64, v *float64) {
	switch {
	case v == nil:
	case *sum == nil:
		c := *v
		*sum = &c
	default:
		**sum += *v
	}
}

// of returns what name used, which is nothing if it is not there.
//
//go:noinline
func (a *attribution) of(name string) usage {
	if u := a.by[name]; u != nil {
		return *u
	}
	if a.truncated {
		return usage{}
	}
	zero := func() *float64 { return new(float64) }
	return usage{usd: zero(), byokUSD: zero(), requests: zero(), tokens: zero()}
}

// attribute fetches who used what in a span: from the analytics, and where these
// fail, for whole days, from the activity.
func (s *Service) attribute(ctx context.Context, by By, from, to time.Time) (*attribution, error) {
	a, err := s.analyze(ctx, by, from, to)
	if err == nil || !worthAnother(err) {
		return a, err
	}
	if b, otherErr := s.activityBy(ctx, by, from, to); otherErr == nil {
		return b, nil
	}
	return nil, err
}

func (s *Service) analyze(ctx context.Context, by By, from, to time.Time) (*attribution, error) {
	q := client.AnalyticsQuery{
		Metrics:    []string{creditsUsage, byokUsage, requestCount, tokensTotal},
		Dimensions: []string{dimensions[by]}, From: from, To: to, Limit: 10_000,
	}
	answer, k, err := cached(ctx, s, "use by "+string(by), from, to, func(ctx context.Context, api API) (client.Analytics, error) {
		a, err := api.Query(ctx, q)
		if errors.Is(err, client.ErrRequest) {
			return queryKnown(ctx, api, q, err)
		}
		return a, err
	})
	if err != nil {
		return nil, err
	}
	a := &attribution{from: k.from, to: k.to, at: k.at, by: make(map[string]*usage, len(answer.Rows)), truncated: answer.Truncated || answer.Unread > 0}
	if c := answer.CachedAt; c != nil && c.Before(a.at) {
		a.at = *c
	}
	for i := range answer.Rows {
		r := &answer.Rows[i]
		if name := dimension(r, 0); name != "" {
			a.row(name).add(metric(r, 0), metric(r, 1), metric(r, 2), metric(r, 3))
		}
	}
	return a, nil
}

func (a *attribution) row(name string) *usage {
	u := a.by[name]
	if u == nil {
		u = &usage{}
		a.by[name] = u
	}
	return u
}

// metric is one of a row's, by its place in the query; nil where it was not asked for.
//
//go:noinline
func metric(r *client.AnalyticsRow, i int) *float64 {
	if 0 <= i && i < len(r.Metrics) {
		return r.Metrics[i]
	}
	return nil
}

// dimension is one of a row's, by its place in the query.
//
//go:noinline
func dimension(r *client.AnalyticsRow, i int) string {
	if i < len(r.Dimensions) {
		return clean(r.Dimensions[i])
	}
	return ""
}

// queryKnown repeats a query with only the metrics that the API offers; the others are
// not known.
func queryKnown(ctx context.Context, api API, q client.AnalyticsQuery, refused error) (client.Analytics, error) {
	meta, err := api.AnalyticsMeta(ctx)
	if err != nil {
		return client.Analytics{}, refused
	}
	offered := func(name string) bool {
		return slices.ContainsFunc(meta.Metrics, func(m client.AnalyticsMetric) bool { return m.Name == name })
	}
	all := q.Metrics
	q.Metrics = slices.DeleteFunc(slices.Clone(all), func(name string) bool { return !offered(name) })
	if len(q.Metrics) == len(all) || !slices.Contains(q.Metrics, creditsUsage) {
		return client.Analytics{}, refused
	}
	a, err := api.Query(ctx, q)
	for i := range a.Rows {
		r := &a.Rows[i]
		known := make([]*float64, len(all))
		for k, name := range all {
			known[k] = metric(r, slices.Index(q.Metrics, name))
		}
		r.Metrics = known
	}
	return a, err
}

// errNoDays is a span of which no day is over.
var errNoDays = errors.New("the span has no day that is over")

// activityBy is who used what in the whole days that a span touches, of the
// last 30 that are over.
func (s *Service) activityBy(ctx context.Context, by By, from, to time.Time) (*attribution, error) {
	var name func(client.ActivityRow) string
	switch by {
	case ByModel:
		name = func(r client.ActivityRow) string { return r.Model }
	case ByProvider:
		name = func(r client.ActivityRow) string { return r.Provider }
	default:
		return nil, errNoDays
	}
	today := credit.DayStart(s.o.Now())
	a := &attribution{from: credit.DayStart(from), to: credit.DayStart(to.Add(24*time.Hour - 1)), by: map[string]*usage{}, days: true}
	if a.to.After(today) {
		a.to = today
	}
	if oldest := today.AddDate(0, 0, -30); a.from.Before(oldest) {
		a.from = oldest
	}
	if !a.from.Before(a.to) {
		return nil, errNoDays
	}
	activity, k, err := cached(ctx, s, "activity", today.AddDate(0, 0, -30), today, func(ctx context.Context, api API) (client.Activity, error) {
		return api.Activity(ctx, client.ActivityQuery{})
	})
	if err != nil {
		return nil, err
	}
	a.at = k.at
	for _, r := range activity.Rows {
		if n := clean(name(r)); n != "" && !r.Date.Before(a.from) && r.Date.Before(a.to) {
			a.row(n).add(&r.UsageUSD, r.BYOKUsageUSD, asFloat(r.Requests), sumOf(r.PromptTokens, r.CompletionTokens))
		}
	}
	return a, nil
}

func asFloat(n *int64) *float64 {
	if n == nil {
		return nil
	}
	v := float64(*n)
	return &v
}

func sumOf(a, b *int64) *float64 {
	if a == nil || b == nil {
		return nil
	}
	v := float64(*a) + float64(*b)
	return &v
}

// memberNames are the IDs of the organization's members by their names, empty
// for a name that several have. There are none where it may not be seen, or is
// a person's.
func (s *Service) memberNames(ctx context.Context) map[string]string {
	day := credit.DayStart(s.o.Now())
	list, _, err := cached(ctx, s, "members", day, day.Add(24*time.Hour), func(ctx context.Context, api API) (client.List[client.Member], error) {
		return api.Members(ctx)
	})
	if err != nil {
		return nil
	}
	ids := map[string]string{}
	for _, p := range list.Rows {
		for _, name := range []string{clean(strings.TrimSpace(p.FirstName + " " + p.LastName)), clean(p.Email)} {
			if id, taken := ids[name]; taken && id != p.UserID {
				ids[name] = ""
			} else {
				ids[name] = p.UserID
			}
		}
	}
	delete(ids, "")
	return ids
}
