package gate

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"ortop/client"
)

func TestUntil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := New(testPolicy, time.Now)
		closed := func(endpoint string, wait time.Duration) error {
			t.Helper()
			until, err := g.Until(endpoint)
			if err == nil || !until.Equal(time.Now().Add(wait)) {
				t.Errorf("Until(%q) = %v, %v, want one in %v", endpoint, until, err, wait)
			}
			return err
		}
		open := func(endpoint string) {
			t.Helper()
			if until, err := g.Until(endpoint); !until.IsZero() || err != nil {
				t.Errorf("Until(%q) = %v, %v, want that it is open", endpoint, until, err)
			}
		}
		open("keys")
		g.Note("keys", refused(client.ErrForbidden, 0))
		open("query")
		time.Sleep(time.Hour)
		var answer *client.APIError
		if err := closed("keys", time.Hour); !errors.As(err, &answer) || answer.RetryAfter != nil {
			t.Errorf("Until = %v, want the answer, for which no server asked to wait", err)
		}
		time.Sleep(time.Hour)
		open("keys")

		g.Note("keys", refused(client.ErrServer, 100*time.Second))
		time.Sleep(40 * time.Second)
		if err := closed("keys", time.Minute); !errors.As(err, &answer) || answer.RetryAfter == nil || *answer.RetryAfter != time.Minute || !errors.Is(err, client.ErrServer) {
			t.Errorf("Until = %#v, want what is left of the wait", answer)
		}
		g.Note("keys", nil)
		closed("keys", time.Minute)
		time.Sleep(time.Minute)
		open("keys")
		g.Note("keys", nil)
		if len(g.waits) != 0 {
			t.Errorf("%d endpoints are remembered after a success", len(g.waits))
		}
		g.Note("keys", errX)
		if err := closed("keys", time.Minute); err != errX {
			t.Errorf("Until = %v, want %v", err, errX)
		}
	})
}

func TestSpreadIsDrawn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		drawn := map[time.Duration]bool{}
		for range 20 {
			g := New(Polls(time.Minute), time.Now)
			g.Note("credits", errX)
			until, _ := g.Until("credits")
			left := time.Until(until)
			if left < time.Minute || left > 2*time.Minute {
				t.Errorf("the wait is %v, want one of the upper half of 2 min", left)
			}
			drawn[left] = true
		}
		if len(drawn) < 10 {
			t.Errorf("20 waits are of %d lengths", len(drawn))
		}
	})
}

func TestOpenEndpointsAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := New(testPolicy, time.Now)
		g.Note("long", refused(client.ErrForbidden, 0))
		for i := range 10 * maxWaits {
			g.Note(fmt.Sprint(i), errX)
			time.Sleep(time.Second)
			if len(g.waits) > maxWaits {
				t.Fatalf("%d endpoints are remembered", len(g.waits))
			}
		}
		if _, err := g.Until("long"); err == nil {
			t.Error("a closed endpoint was forgotten")
		}
		g = New(testPolicy, time.Now)
		g.Note("again", errX)
		time.Sleep(time.Minute)
		g.Note("another", errX)
		g.Note("again", errX)
		if until, _ := g.Until("again"); time.Until(until) != 2*time.Minute {
			t.Errorf("the second failure closes for %v, want 2m", time.Until(until))
		}
	})
}

func TestDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := New(testPolicy, time.Now)
		asked := 0
		answers := func(err error) func(context.Context) (int, error) {
			return func(context.Context) (int, error) { asked++; return asked, err }
		}
		do := func(ctx context.Context, request func(context.Context) (int, error)) (v int, err error) {
			err = g.Do(ctx, "keys", func(ctx context.Context) (err error) {
				v, err = request(ctx)
				return err
			})
			return v, err
		}
		ctx := t.Context()
		if v, err := do(ctx, answers(nil)); v != 1 || err != nil {
			t.Errorf("Do = %v, %v, want 1", v, err)
		}
		if v, err := do(ctx, answers(errX)); v != 2 || err != errX {
			t.Errorf("Do = %v, %v, want what the request returned", v, err)
		}
		if v, err := do(ctx, answers(nil)); v != 0 || err != errX || asked != 2 {
			t.Errorf("Do = %v, %v after %d requests, want the error before, without a third", v, err, asked)
		}
		time.Sleep(time.Minute)
		if v, err := do(ctx, answers(nil)); v != 3 || err != nil {
			t.Errorf("Do = %v, %v, want 3", v, err)
		}

		// What the caller cut short is not the endpoint's failure.
		short, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		_, err := do(short, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, ctx.Err() })
		if _, closed := g.Until("keys"); !errors.Is(err, context.DeadlineExceeded) || closed != nil {
			t.Errorf("Do = %v, Until = %v, want that it is open", err, closed)
		}
		// An answer is one however late.
		_, _ = do(short, answers(refused(client.ErrServer, time.Hour)))
		if until, _ := g.Until("keys"); time.Until(until) != time.Hour {
			t.Errorf("Until = %v, want an hour", until)
		}
	})
}
