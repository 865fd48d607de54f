package monitor

import (
	"context"
	"errors"
	"sync"
	"time"

	"ortop/client"
)

// How long an answer of the account's analytics is good for, and a failure.
const (
	answerGood  = 5 * time.Minute
	failureGood = time.Minute
	maxAnswers  = 64
)

// answers are what the analytics answered lately, so that a table that is
// looked at costs a question in five minutes. Only one is asked at a time.
type answers struct {
	mu   sync.Mutex
	kept []*kept
}

// kept is an answer, or why there is none.
type kept struct {
	api       API    // another key may be told more
	question  string // without the span
	from, to  time.Time
	at, until time.Time
	answer    any
	err       error
}

// cached asks a question about a span, unless one as good was answered lately.
// The span of an answer may lie a little before the one that was asked for.
func cached[T any](ctx context.Context, m *Monitor, question string, from, to time.Time, ask func(context.Context, API) (T, error)) (T, *kept, error) {
	m.answers.mu.Lock()
	defer m.answers.mu.Unlock()
	now := m.o.Now()
	var v T
	api, err := m.connected(ctx)
	if err != nil {
		return v, nil, err
	}
	if k := m.answers.find(api, question, from, to, now); k != nil {
		v, _ := k.answer.(T)
		return v, k, k.err
	}
	v, err = ask(ctx, api)
	k := &kept{api: api, question: question, from: from, to: to, at: now, until: now.Add(answerGood), answer: v, err: err}
	var refused *client.APIError
	switch {
	case ctx.Err() != nil:
		return v, k, err
	case errors.Is(err, client.ErrForbidden), errors.Is(err, client.ErrNotFound):
		k.until = now.Add(rarely)
	case errors.As(err, &refused) && refused.HasRetryAfter:
		k.until = now.Add(max(failureGood, refused.RetryAfter))
	case err != nil:
		k.until = now.Add(failureGood)
	}
	m.answers.add(k, now)
	return v, k, err
}

// find returns the answer to a question about nearly this span.
func (a *answers) find(api API, question string, from, to, now time.Time) *kept {
	near := min(answerGood, to.Sub(from)/12)
	for _, k := range a.kept {
		if k.api == api && k.question == question && now.Before(k.until) && !now.Before(k.at) && k.from.Sub(from).Abs() <= near && k.to.Sub(to).Abs() <= near {
			return k
		}
	}
	return nil
}

// add keeps k in place of what is no longer good, and of the oldest.
func (a *answers) add(k *kept, now time.Time) {
	still := a.kept[:0]
	for _, old := range a.kept {
		if now.Before(old.until) && !now.Before(old.at) {
			still = append(still, old)
		}
	}
	if len(still) >= maxAnswers {
		still = append(still[:0], still[1:]...)
	}
	clear(a.kept[len(still):])
	a.kept = append(still, k)
}
