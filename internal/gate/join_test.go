package gate

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// slow is a question whose answers take a time, and are counted.
type slow struct {
	takes time.Duration
	asked atomic.Int32
	err   error
}

func (s *slow) ask(ctx context.Context) (int, error) {
	n := int(s.asked.Add(1))
	select {
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-time.After(s.takes):
		return n, s.err
	}
}

// outcome is what a call of Join returned, and after how long.
type outcome struct {
	v     int
	err   error
	after time.Duration
}

// join asks after a time, for at most another.
func join(t *testing.T, f *Flights, key string, s *slow, begin, limit time.Duration) <-chan outcome {
	c := make(chan outcome, 1)
	go func() {
		time.Sleep(begin)
		ctx, cancel := context.WithTimeout(t.Context(), limit)
		defer cancel()
		began := time.Now()
		v, err := Join(ctx, f, key, s.ask)
		c <- outcome{v, err, time.Since(began)}
	}()
	return c
}

func TestJoin(t *testing.T) {
	const second, minute = time.Second, time.Minute
	late := context.DeadlineExceeded
	for _, c := range []struct {
		name   string
		err    error // of the answer
		limits [2]time.Duration
		want   [2]outcome
		asked  int32
	}{
		{"one answer for both", nil, [2]time.Duration{minute, minute}, [2]outcome{{1, nil, 12 * second}, {1, nil, 11 * second}}, 1},
		{"one error for both", errX, [2]time.Duration{minute, minute}, [2]outcome{{1, errX, 12 * second}, {1, errX, 11 * second}}, 1},
		{"who waits leaves", nil, [2]time.Duration{minute, second}, [2]outcome{{1, nil, 12 * second}, {0, late, second}}, 1},
		{"who asks leaves", nil, [2]time.Duration{3 * second, minute}, [2]outcome{{0, late, 3 * second}, {2, nil, 14 * second}}, 2},
		{"both leave", nil, [2]time.Duration{3 * second, 4 * second}, [2]outcome{{0, late, 3 * second}, {0, late, 4 * second}}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var f Flights
				s := slow{takes: 12 * second, err: c.err}
				first, other := join(t, &f, "q", &s, 0, c.limits[0]), join(t, &f, "q", &s, second, c.limits[1])
				for i, got := range [2]outcome{<-first, <-other} {
					if got.v != c.want[i].v || !errors.Is(got.err, c.want[i].err) || got.after != c.want[i].after {
						t.Errorf("call %d = %+v, want %+v", i+1, got, c.want[i])
					}
				}
				if n := s.asked.Load(); n != c.asked || len(f.calls) != 0 {
					t.Errorf("%d were asked, %d are left, want %d and none", n, len(f.calls), c.asked)
				}
			})
		})
	}
}

func TestJoinsOnlyTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f Flights
		s := slow{takes: time.Second}
		a, b := join(t, &f, "a", &s, 0, time.Minute), join(t, &f, "b", &s, 0, time.Minute)
		if x, y := <-a, <-b; x.v+y.v != 3 {
			t.Errorf("two questions have the answers %d and %d, want one each", x.v, y.v)
		}
		if x := <-join(t, &f, "a", &s, 0, time.Minute); x.v != 3 {
			t.Errorf("the question asked again has the answer %d, want a new one", x.v)
		}
	})
}

// An answer that came counts, though its context has ended meanwhile.
func TestJoinWithAnAnswerInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f Flights
		s := slow{takes: time.Second}
		begun := make(chan struct{})
		go func() {
			ctx, cancel := context.WithCancel(t.Context())
			Join(ctx, &f, "q", func(ctx context.Context) (int, error) {
				close(begun)
				v, err := s.ask(ctx)
				cancel()
				return v, err
			})
		}()
		<-begun
		if v, err := Join(t.Context(), &f, "q", s.ask); v != 1 || err != nil || s.asked.Load() != 1 {
			t.Errorf("Join = %v, %v, asked %d times, want the first answer", v, err, s.asked.Load())
		}
	})
}

func TestJoinWithOneThatPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f Flights
		begun := make(chan struct{})
		go func() {
			defer func() { recover() }()
			Join(t.Context(), &f, "q", func(context.Context) (int, error) {
				close(begun)
				time.Sleep(time.Second)
				panic("no")
			})
		}()
		<-begun
		s := slow{takes: time.Second}
		if v, err := Join(t.Context(), &f, "q", s.ask); v != 1 || err != nil {
			t.Errorf("Join = %v, %v, want its own answer", v, err)
		}
	})
}
