package sim

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ortop/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// A bubble's clock stands still until all in it wait: a month of polls and an
// hour's hang take no time.
func TestRoundTripperInBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		a := mustNew(t, Config{})
		client := &http.Client{Transport: a.RoundTripper(), Timeout: 15 * time.Second}
		poll := func() error {
			r := newRequest(t, "GET", "/credits", "")
			res, err := client.Do(r)
			if err != nil {
				return err
			}
			return res.Body.Close()
		}
		for range 3 * 24 {
			if err := poll(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Hour)
		}
		a.Fail(Fault{Hang: true})
		before := time.Now()
		if err := poll(); err == nil || time.Since(before) != 15*time.Second {
			t.Errorf("poll of one that hangs = %v after %v, want an error after 15s", err, time.Since(before))
		}
		a.Fail(Fault{Delay: 10 * time.Second})
		before = time.Now()
		if err := poll(); err != nil || time.Since(before) != 10*time.Second {
			t.Errorf("poll with a delay = %v after %v, want none after 10s", err, time.Since(before))
		}
		if a.Usage(time.Now()) <= a.Usage(begun) {
			t.Errorf("Usage after 3 days = %v, not more than at first", a.Usage(time.Now()))
		}
	})
}

func TestRoundTripperEndedBefore(t *testing.T) {
	a := mustNew(t, Config{Profile: "idle", Now: at(noon)})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.RoundTripper().RoundTrip(newRequest(t, "GET", "/credits", "").WithContext(ctx)); !errors.Is(err, context.Canceled) {
		t.Errorf("RoundTrip(ended request) = %v, want %v", err, context.Canceled)
	}
	if got := len(a.Requests()); got != 0 {
		t.Errorf("requests = %d, want 0", got)
	}
}

func TestListen(t *testing.T) {
	a := mustNew(t, Config{Profile: "idle", Now: at(noon)})
	for _, how := range []string{"stop", "context"} {
		ctx, cancel := context.WithCancel(t.Context())
		base, stop, err := a.Listen(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(base, "http://127.0.0.1:") || !strings.HasSuffix(base, "/api/v1") {
			t.Errorf("Listen() = %q, want a loopback URL that ends in /api/v1", base)
		}
		rt := &http.Transport{DisableKeepAlives: true}
		if got := look(rt, base, "/credits", time.Second); got.status != 200 {
			t.Errorf("GET %s/credits = %+v, want 200", base, got)
		}
		if how == "context" {
			cancel()
		}
		stop()
		if got := look(rt, base, "/credits", time.Second); got.err == nil {
			t.Errorf("GET after the %s ended it = %+v, want an error", how, got)
		}
		cancel()
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, stop, err := a.Listen(ended); err == nil {
		stop()
	}
}

func TestConcurrentUse(t *testing.T) {
	a := mustNew(t, Config{Profile: "steady"})
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for range 20 {
				switch i {
				case 0:
					a.TopUp(1)
					a.Fail(Fault{Lag: time.Minute})
				case 1:
					a.Spend(0.5)
					a.Requests()
				default:
					if status, body := ask(t, a, "GET", "/keys", ""); status != 200 {
						t.Errorf("/keys = %d %s, want 200", status, body)
					}
				}
			}
		})
	}
	wg.Wait()
	if got := len(a.Requests()); got != 40 {
		t.Errorf("requests = %d, want 40", got)
	}
}
