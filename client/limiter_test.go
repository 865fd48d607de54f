package client

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"
)

func TestQueryLimit(t *testing.T) {
	now, sent := noon, 0
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		sent++
		answer(200, `{"data":{"data":[],"metadata":{"truncated":false}}}`, "Date", "")(w, r)
	}, func(cfg *Config) { cfg.Now = func() time.Time { return now } })
	ask := func() error {
		_, err := c.Query(t.Context(), AnalyticsQuery{Metrics: []string{"request_count"}})
		return err
	}
	for i := range 64 {
		if err := ask(); err != nil {
			t.Fatalf("query %d = %v, want no error", i+1, err)
		}
		now = now.Add(100 * time.Millisecond)
	}
	err := ask()
	wantError(t, "query 65", err, ErrRateLimited, "reading analytics/query: rate limited: more than 64 requests in a minute")
	e := (*APIError)(nil)
	want := time.Minute - 6400*time.Millisecond
	if !errors.As(err, &e) || e.Status != 0 || !is(e.RetryAfter, want) || sent != 64 {
		t.Errorf("query 65 = %#v after %d requests, want one not sent, with a wait of %v", err, sent, want)
	}
	if _, err := c.Query(t.Context(), AnalyticsQuery{}); !errors.Is(err, ErrRequest) {
		t.Errorf("Query(no metric) = %v, want %v before anything is counted", err, ErrRequest)
	}
	now = now.Add(*e.RetryAfter)
	if err := ask(); err != nil {
		t.Errorf("query after the wait = %v, want no error", err)
	}
	wantError(t, "query after that", ask(), ErrRateLimited, "")
	now = now.Add(time.Minute)
	if err := ask(); err != nil {
		t.Errorf("query after a minute = %v, want no error", err)
	}
}

// T02: a clock that was set back costs a minute at most.
func TestLimiterClockSetBack(t *testing.T) {
	var l limiter
	for range 64 {
		l.admit(noon)
	}
	back := noon.Add(-24 * time.Hour)
	if got := l.admit(back); got != time.Minute {
		t.Errorf("admit(a day back) = %v, want %v", got, time.Minute)
	}
	if got := l.admit(back.Add(time.Minute)); got != 0 {
		t.Errorf("admit(a minute later) = %v, want 0", got)
	}
}

// No minute ever holds more than 64, however the requests come, and a wait
// that was told is long enough.
func TestLimiterProperty(t *testing.T) {
	var l limiter
	var admitted []time.Time
	random := rand.New(rand.NewPCG(1, 2))
	now := noon
	for range 20_000 {
		if wait := l.admit(now); wait == 0 {
			admitted = append(admitted, now)
		} else if wait < 0 || wait > time.Minute {
			t.Fatalf("admit = %v, want at most a minute", wait)
		} else if random.IntN(50) == 0 {
			now = now.Add(wait)
			if l.admit(now) != 0 {
				t.Fatalf("a request that waited %v was not admitted", wait)
			}
			admitted = append(admitted, now)
		}
		now = now.Add(time.Duration(random.ExpFloat64() * float64(400*time.Millisecond)))
	}
	for i := analyticsPerMinute; i < len(admitted); i++ {
		if span := admitted[i].Sub(admitted[i-analyticsPerMinute]); span < time.Minute {
			t.Fatalf("65 requests in %v, want 64 in a minute", span)
		}
	}
	if len(admitted) < 1000 {
		t.Errorf("%d of 20,000 were admitted, want thousands", len(admitted))
	}
}

func TestLimiterConcurrent(t *testing.T) {
	var l limiter
	var wg sync.WaitGroup
	var mu sync.Mutex
	n := 0
	for range 200 {
		wg.Go(func() {
			if l.admit(noon) == 0 {
				mu.Lock()
				n++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if n != analyticsPerMinute {
		t.Errorf("%d of 200 at once were admitted, want %d", n, analyticsPerMinute)
	}
}
