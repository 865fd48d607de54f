package gate

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"ortop/client"
)

var (
	t0   = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	errX = errors.New("x")
)

// refused is an answer of a kind; with a wait, the server asked for it.
func refused(kind error, wait time.Duration) error {
	e := &client.APIError{Kind: kind}
	if wait > 0 {
		e.RetryAfter = &wait
	}
	return fmt.Errorf("wrapped: %w", e)
}

var testPolicy = Policy{
	Failure:      Waits{time.Minute, 2 * time.Minute, 4 * time.Minute},
	Unauthorized: Waits{time.Second, time.Hour},
	Forbidden:    Waits{2 * time.Hour},
	NotFound:     Waits{3 * time.Hour},
	RateLimited:  Waits{5 * time.Minute},
	Network:      Waits{10 * time.Second, 30 * time.Second},
}

func TestWaits(t *testing.T) {
	busy := refused(client.ErrServer, 0)
	unauthorized := refused(client.ErrUnauthorized, 0)
	network := &client.NetworkError{}
	spread := testPolicy
	spread.Spread = true
	for _, c := range []struct {
		name     string
		policy   Policy
		outcomes []error
		draw     float64
		want     time.Duration
	}{
		{"a success", testPolicy, []error{nil}, 0, 0},
		{"a failure", testPolicy, []error{busy}, 0, time.Minute},
		{"any other error", testPolicy, []error{errX}, 0, time.Minute},
		{"failures in a row", testPolicy, []error{busy, busy}, 0, 2 * time.Minute},
		{"the last wait is for all after it", testPolicy, []error{busy, busy, busy, busy, busy}, 0, 4 * time.Minute},
		{"a success between", testPolicy, []error{busy, busy, nil, busy}, 0, time.Minute},
		{"a success opens", testPolicy, []error{busy, nil}, 0, 0},
		{"401", testPolicy, []error{unauthorized}, 0, time.Second},
		{"401 twice in a row", testPolicy, []error{unauthorized, unauthorized}, 0, time.Hour},
		{"401 twice, not in a row", testPolicy, []error{unauthorized, network, unauthorized}, 0, 10 * time.Second},
		{"403", testPolicy, []error{refused(client.ErrForbidden, 0)}, 0, 2 * time.Hour},
		{"404", testPolicy, []error{refused(client.ErrNotFound, 0)}, 0, 3 * time.Hour},
		{"429 without a wait", testPolicy, []error{refused(client.ErrRateLimited, 0)}, 0, 5 * time.Minute},
		{"429 with a wait", testPolicy, []error{refused(client.ErrRateLimited, 7*time.Second)}, 0, 7 * time.Second},
		{"403 with a wait", testPolicy, []error{refused(client.ErrForbidden, 7*time.Second)}, 0, 7 * time.Second},
		{"503 with a wait of a day", testPolicy, []error{refused(client.ErrServer, 24*time.Hour)}, 0, 24 * time.Hour},
		{"no answer", testPolicy, []error{network}, 0, 10 * time.Second},
		{"no answer again", testPolicy, []error{network, network}, 0, 30 * time.Second},
		{"kinds are counted apart", testPolicy, []error{busy, network, network}, 0, time.Minute},
		{"and stay counted", testPolicy, []error{busy, network, busy}, 0, 2 * time.Minute},
		{"a shorter wait shortens nothing", testPolicy, []error{refused(client.ErrServer, time.Hour), refused(client.ErrServer, time.Minute)}, 0, time.Hour},
		{"a longer one lengthens", testPolicy, []error{refused(client.ErrServer, time.Minute), refused(client.ErrServer, time.Hour)}, 0, time.Hour},
		{"no success shortens what the server asked for", testPolicy, []error{refused(client.ErrServer, time.Hour), nil}, 0, time.Hour},
		{"a policy of nothing", Policy{}, []error{busy, unauthorized, network, refused(client.ErrForbidden, 0)}, 0, 0},
		{"but for the server's own wait", Policy{}, []error{refused(client.ErrServer, time.Minute)}, 0, time.Minute},
		{"a kind without waits is a failure", Policy{Failure: Waits{time.Minute}}, []error{refused(client.ErrForbidden, 0)}, 0, time.Minute},
		{"a kind that closes nothing", Policy{Failure: Waits{time.Minute}, NotFound: Waits{}}, []error{refused(client.ErrNotFound, 0)}, 0, 0},
		{"the least of a spread", spread, []error{busy}, 0, 30 * time.Second},
		{"its middle", spread, []error{busy}, 0.5, 45 * time.Second},
		{"the most of it", spread, []error{busy}, 1, time.Minute},
		{"no answer is spread", spread, []error{network}, 0, 5 * time.Second},
		{"a refusal is not", spread, []error{refused(client.ErrForbidden, 0)}, 0, 2 * time.Hour},
		{"nor is the server's wait", spread, []error{refused(client.ErrServer, time.Hour)}, 0, time.Hour},
	} {
		var w wait
		for _, err := range c.outcomes {
			w = w.after(err, c.policy, t0, c.draw)
		}
		if got := w.left(t0); got != c.want {
			t.Errorf("%s: left = %v, want %v", c.name, got, c.want)
		}
	}
}

func TestDoubling(t *testing.T) {
	for _, c := range []struct {
		first, limit time.Duration
		want         Waits
	}{
		{1, 1, Waits{1}}, {1, 3, Waits{1, 2, 3}}, {1, 4, Waits{1, 2, 4}}, {5, 4, Waits{4}}, {0, 4, Waits{4}}, {-1, 4, Waits{4}},
	} {
		if got := Doubling(c.first, c.limit); !slices.Equal(got, c.want) {
			t.Errorf("Doubling(%d, %d) = %v, want %v", c.first, c.limit, got, c.want)
		}
	}
}

func TestTheLaterReasonCounts(t *testing.T) {
	first, second := errors.New("first"), errors.New("second")
	w := wait{}.after(first, Policy{Failure: Waits{time.Minute}}, t0, 0)
	if w = w.after(second, Policy{Failure: Waits{time.Minute}}, t0, 0); w.reason(time.Minute) != second {
		t.Errorf("of two failures at once the reason is %v, want the later", w.err)
	}
}

func TestPolls(t *testing.T) {
	for _, c := range []struct {
		interval time.Duration
		err      error
		want     Waits
	}{
		{time.Minute, refused(client.ErrServer, 0), Waits{2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 15 * time.Minute, 15 * time.Minute}},
		{time.Minute, refused(client.ErrForbidden, 0), Waits{2 * time.Minute, 4 * time.Minute}},
		{time.Minute, &client.NetworkError{}, Waits{30 * time.Second, 30 * time.Second}},
		{10 * time.Second, &client.NetworkError{}, Waits{10 * time.Second, 20 * time.Second, 30 * time.Second, 30 * time.Second}},
		{time.Minute, refused(client.ErrUnauthorized, 0), Waits{time.Minute, 5 * time.Minute, 5 * time.Minute}},
		{time.Hour, refused(client.ErrServer, 0), Waits{15 * time.Minute, 15 * time.Minute}},
	} {
		var w wait
		now := t0
		for i, want := range c.want {
			w = w.after(c.err, Polls(c.interval), now, 1)
			if got := w.left(now); got != want {
				t.Errorf("every %v, %v: wait %d = %v, want %v", c.interval, c.err, i+1, got, want)
			}
			now = now.Add(want)
		}
	}
}

// TestTheClockIsSet has a wait of an hour, and a clock that is set in the midst
// of it. The times have no monotonic part.
func TestTheClockIsSet(t *testing.T) {
	w := wait{}.after(refused(client.ErrServer, time.Hour), Policy{}, t0, 0)
	for _, c := range []struct {
		name string
		now  time.Time
		want time.Duration
	}{
		{"half of it has passed", t0.Add(30 * time.Minute), 30 * time.Minute},
		{"it is over", t0.Add(time.Hour), 0},
		{"long over", t0.Add(24 * time.Hour), 0},
		{"set back by a second", t0.Add(-time.Second), time.Hour},
		{"set back by a day", t0.Add(-24 * time.Hour), time.Hour},
		{"and then half of it passes", t0.Add(-24*time.Hour + 30*time.Minute), 30 * time.Minute},
		{"and the rest", t0.Add(-23 * time.Hour), 0},
	} {
		if got := w.left(c.now); got != c.want {
			t.Errorf("%s: left = %v, want %v", c.name, got, c.want)
		}
	}
}
