package spenders

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"ortop/client"
	"ortop/internal/gate"
)

// How long an answer of the account's analytics is good for.
const (
	answerGood = 5 * time.Minute
	maxAnswers = 64
	// maxRows bounds the rows of those that other processes can give again, and this
	// one: an answer of 5,000 keys holds 2.7 MB.
	maxRows = 8_000
)

// unanswered is how long a question that failed is not repeated.
var unanswered = gate.Policy{
	Failure: gate.Waits{failureGood}, Forbidden: gate.Waits{rarely}, NotFound: gate.Waits{rarely},
}

// cache are the answers of one connection, so that a table that is looked at
// costs a question in five minutes; and until when to wait for those that are
// missing.
type cache struct {
	mu      sync.Mutex
	api     API // another key may be shown more
	gate    *gate.Gate
	answers []answer
}

// answer is what a question about a span was answered at a time.
type answer struct {
	question     string // without the span
	from, to, at time.Time
	value        any
}

// near is how far the span of an answer may be from the requested one.
func near(from, to time.Time) time.Duration { return min(answerGood, to.Sub(from)/12) }

// cached fetches the answer to a question about a span, unless it has one of the
// last minutes, here or from another process. The span of that may lie a little
// before the requested one.
func cached[T any](ctx context.Context, s *Service, question string, from, to time.Time, fetch func(context.Context, API) (T, error)) (v T, a answer, err error) {
	err = s.cached(ctx, &a, question, from, to, func(ctx context.Context, api API) (any, error) { return fetch(ctx, api) },
		func(text []byte) (any, error) {
			var v T
			err := json.Unmarshal(text, &v)
			return v, err
		})
	v, _ = a.value.(T)
	return v, a, err
}

func (s *Service) cached(ctx context.Context, got *answer, about string, from, to time.Time, fetch func(context.Context, API) (any, error), decode func([]byte) (any, error)) error {
	api, err := s.connect(ctx)
	if err != nil {
		return err
	}
	g := s.cache.connected(api, s.o.Now)
	// Spans that are near each other are one question, for the most part.
	grid := max(time.Second, near(from, to))
	key := fmt.Sprint(about, from.Truncate(grid).Unix(), to.Truncate(grid).Unix())
	*got, err = gate.Join(ctx, &s.flights, key, func(ctx context.Context) (a answer, err error) {
		if a, ok := s.cache.find(api, about, from, to, s.o.Now()); ok {
			return a, nil
		}
		err = g.Do(ctx, key, func(ctx context.Context) error {
			a = answer{question: about, from: from, to: to}
			b := s.board(api)
			err := b.ask(ctx, question{about, from, to}, func(about []post) bool {
				return b.answer(ctx, about, &a, decode)
			}, func(ctx context.Context) ([]byte, error) {
				a.at = s.o.Now()
				v, err := fetch(ctx, api)
				if a.value = v; err != nil || b == nil {
					return nil, err
				}
				return json.Marshal(v)
			})
			if err == nil {
				s.cache.add(api, a, b != nil)
			}
			return err
		})
		return a, err
	})
	return err
}

// answer takes the newest answer of the board that is this key's.
func (b *board) answer(ctx context.Context, about []post, a *answer, decode func([]byte) (any, error)) bool {
	for _, p := range about {
		if p.Kind != isAnswer {
			continue
		}
		text := b.read(ctx, p)
		if text == nil {
			continue
		}
		v, err := decode(text)
		if err != nil {
			continue
		}
		a.from, a.to, a.at, a.value = time.Unix(p.From, 0).UTC(), time.Unix(p.To, 0).UTC(), time.UnixMilli(p.At), v
		return true
	}
	return false
}

// connected forgets what another connection was answered, and returns the gate
// of this one.
func (c *cache) connected(api API, now func() time.Time) *gate.Gate {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.api != api {
		c.api, c.answers, c.gate = api, nil, gate.New(unanswered, now)
	}
	return c.gate
}

// find returns the answer to a question about nearly this span.
func (c *cache) find(api API, question string, from, to, now time.Time) (answer, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	near := near(from, to)
	for _, a := range c.answers {
		if c.api == api && a.question == question && a.good(now) && a.from.Sub(from).Abs() <= near && a.to.Sub(to).Abs() <= near {
			return a, true
		}
	}
	return answer{}, false
}

// add takes in an answer in place of what is no longer good, and of the oldest; again
// is whether those are read from the board where they are wanted once more.
func (c *cache) add(api API, a answer, again bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.api != api {
		return
	}
	good, rows := c.answers[:0], a.rows()
	for _, old := range c.answers {
		if old.good(a.at) {
			good = append(good, old)
			rows += old.rows()
		}
	}
	for len(good) >= maxAnswers || again && rows > maxRows && len(good) > 0 {
		rows -= good[0].rows()
		good = append(good[:0], good[1:]...)
	}
	clear(c.answers[len(good):])
	c.answers = append(good, a)
}

// rows is how much of memory an answer holds.
//
//go:noinline
func (a answer) rows() int {
	if use, ok := a.value.(client.Analytics); ok {
		return len(use.Rows)
	}
	return 0
}

func (a answer) good(now time.Time) bool { return !now.Before(a.at) && now.Sub(a.at) < answerGood }
