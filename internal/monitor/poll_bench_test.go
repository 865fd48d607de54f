package monitor

import (
	"context"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/courier"
	"ortop/internal/sim"
)

// BenchmarkPoll is a minute of a collector: it requests, judges, forecasts, evaluates the
// default rules, stores, and takes in that its file was written.
func BenchmarkPoll(b *testing.B) {
	for _, profile := range []string{"idle", "steady"} {
		b.Run(profile, func(b *testing.B) { benchPoll(b, profile) })
	}
}

func benchPoll(b *testing.B, profile string) {
	var clock atomic.Int64
	now := func() time.Time { return time.Unix(0, clock.Load()).UTC() }
	clock.Store(time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC).UnixNano())
	fake, err := sim.New(sim.Config{Profile: profile, Now: now, Start: now().AddDate(0, 0, -5)})
	if err != nil {
		b.Fatal(err)
	}
	db, err := history.Open(b.Context(), filepath.Join(b.TempDir(), "history.db"), history.Options{Now: now})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	m := New(Options{
		Account: "test", BaseURL: testURL, Open: opened(db), Now: now, Rules: alert.Defaults(), Alerts: &courier.Options{},
		Connect: func(context.Context) (API, string, error) {
			key := client.NewSecret(sim.DemoKey)
			c, err := client.New(client.Config{BaseURL: testURL, Key: key, Transport: fake.RoundTripper(), Now: now})
			return c, key.Fingerprint(), err
		},
	})
	l := newLoop(m)
	l.ctx = b.Context()
	if l.st, err = openStore(b.Context(), m, Freshness{}); err != nil {
		b.Fatal(err)
	}
	minute := func() {
		clock.Add(int64(time.Minute))
		q := request{connect: m.o.Connect, api: l.api, fingerprint: l.fingerprint, facts: l.st.state.Facts, now: l.now, log: m.log}
		r := q.send(b.Context())
		l.api, l.fingerprint = r.api, r.reading.Fingerprint
		v := l.st.judge(b.Context(), r.reading)
		l.sch.succeeded(now())
		if v.Fault != nil {
			b.Fatal(v.Fault)
		}
		if _, err := l.st.step(b.Context(), &account.Input{Verdict: &v}, &poll{due: l.sch.due}, true); err != nil {
			b.Fatal(err)
		}
		if _, err := l.st.changed(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	minute()
	in, err := l.st.fill(b.Context(), past(now()), "")
	if err != nil {
		b.Fatal(err)
	}
	if _, err := l.st.step(b.Context(), &in, nil, true); err != nil {
		b.Fatal(err)
	}
	for range 300 {
		minute()
	}
	b.ReportAllocs()
	for b.Loop() {
		minute()
	}
}

// past is what was spent in each hour of the 30 days before the first reading.
func past(at time.Time) (spans []history.Spend) {
	for h := range 30 * 24 {
		to := at.Truncate(time.Hour).Add(-time.Duration(h) * time.Hour)
		spans = append(spans, history.Spend{From: to.Add(-time.Hour), To: to, USD: .01})
	}
	return spans
}
