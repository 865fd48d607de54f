package monitor

import (
	"context"
	"testing"
	"time"

	"ortop/internal/sim"
	"ortop/internal/spenders"
)

// TestAQuestionEndsWithItsContext has a question whose answer takes 12 s, and
// another behind it that has a second.
func TestAQuestionEndsWithItsContext(t *testing.T) {
	t.Parallel()
	const slow, late = 12 * time.Second, 200 * time.Millisecond
	for _, c := range []struct {
		path string // empty: connecting
		by   spenders.By
	}{
		{"/analytics", spenders.ByModel}, {"/keys", spenders.ByKey}, {"/workspaces", spenders.ByWorkspace}, {"/organization", spenders.ByMember}, {"", spenders.ByModel},
	} {
		t.Run(c.path, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				b := newBench(t, sim.Config{Profile: "steady"})
				m := New(b.o)
				if _, err := m.Once(t.Context(), Live); err != nil {
					t.Fatal(err)
				}
				if c.path != "" {
					b.account.Fail(sim.Fault{Path: c.path, Delay: slow})
				} else {
					m.connection.set(nil)
					connect := m.o.Connect
					m.o.Connect = func(ctx context.Context) (API, string, error) {
						select {
						case <-ctx.Done():
							return nil, "", ctx.Err()
						case <-time.After(slow):
							return connect(ctx)
						}
					}
				}
				now := b.now()
				q := spenders.Query{By: c.by, From: now.Add(-24 * time.Hour), To: now}
				done := make(chan error, 1)
				go func() {
					_, err := m.Breakdown(t.Context(), q)
					done <- err
				}()
				time.Sleep(late)
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				began := time.Now()
				m.Breakdown(ctx, q)
				if took := time.Since(began); took != time.Second {
					t.Errorf("a question for a second took %v", took)
				}
				if err := <-done; err != nil {
					t.Errorf("the question before it: %v", err)
				}
			})
		})
	}
}
