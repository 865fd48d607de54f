package monitor

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"ortop/client"
	"ortop/internal/credit"
	"ortop/internal/fault"
	"ortop/internal/gate"
	"ortop/internal/sorted"
)

// waitsState is the name of the state that holds the waits for requests besides the
// polls, so that a restart does not end them, and other processes observe them.
const waitsState = "waits"

// namedWait is such a wait as it is stored.
type namedWait struct {
	Fingerprint string           `json:"fingerprint"` // of the key that it is for
	Endpoint    string           `json:"endpoint"`
	At          time.Time        `json:"at,omitzero"` // when it was stored
	Until       time.Time        `json:"until"`
	Kind        credit.FaultKind `json:"kind"`
	Status      int              `json:"status,omitempty"`
	Message     string           `json:"message,omitempty"`
	Name        string           `json:"name,omitempty"` // of the endpoint, in errors
}

// over reports whether it no longer counts: also where the clock was set back to before
// it was stored, as then nobody knows how much is left.
func (n *namedWait) over(now time.Time) bool {
	return !n.Until.After(now) || n.At.Sub(now) > time.Minute
}

// waits are those of one key: they close its gate, and are stored in its account.
type waits struct {
	m           *Monitor
	gate        *gate.Gate
	fingerprint string
}

//go:noinline
func (m *Monitor) newWaits(fingerprint string, p gate.Policy) *waits {
	return &waits{m: m, gate: gate.New(p, m.o.Now), fingerprint: fingerprint}
}

// restore closes the endpoints that an earlier run, or another process, was asked to
// leave alone.
func (w *waits) restore(ctx context.Context) {
	at := w.m.subject.Load()
	if at == nil {
		return
	}
	now := w.m.o.Now()
	for _, n := range w.stored(ctx, at) {
		if n.Fingerprint != w.fingerprint || n.over(now) {
			continue
		}
		kind := fault.Err(n.Kind)
		if kind == nil {
			kind = client.ErrServer
		}
		left := n.Until.Sub(now)
		w.gate.Restore(gate.Named{Endpoint: n.Endpoint, Until: n.Until, Err: &client.APIError{
			Status: n.Status, Message: n.Message, Kind: kind, RetryAfter: &left, Endpoint: n.Name,
		}})
	}
}

// stored are the waits in the history; none where it cannot be read.
func (w *waits) stored(ctx context.Context, at *subject) (list []namedWait) {
	text, err := at.db.State(ctx, at.account, waitsState)
	if err == nil && len(text) > 0 {
		err = json.Unmarshal(text, &list)
	}
	if err != nil {
		w.m.log.Warn("reading the waits", "error", oneLine(err))
		return nil
	}
	return list
}

// note stores the waits where an answer asked for one.
func (w *waits) note(ctx context.Context, err error) {
	var answer *client.APIError
	at := w.m.subject.Load()
	if at == nil || !errors.As(err, &answer) || answer.RetryAfter == nil && !errors.Is(err, client.ErrRateLimited) {
		return
	}
	ctx = context.WithoutCancel(ctx)
	now := w.m.o.Now()
	list := w.stored(ctx, at)
	for _, n := range w.gate.Named() {
		list = sorted.Without(list, func(o *namedWait) bool { return o.Fingerprint == w.fingerprint && o.Endpoint == n.Endpoint })
		list = append(list, namedWait{
			Fingerprint: w.fingerprint, Endpoint: n.Endpoint, At: now.UTC().Truncate(time.Millisecond), Until: n.Until.UTC().Truncate(time.Millisecond),
			Kind: fault.Kind(n.Err), Status: n.Err.Status, Message: n.Err.Message, Name: n.Err.Endpoint,
		})
	}
	list = sorted.Without(list, func(o *namedWait) bool { return o.over(now) })
	text, err := json.Marshal(list)
	if err == nil {
		err = at.db.SetState(ctx, at.account, waitsState, text)
	}
	if err != nil {
		w.m.log.Warn("storing the waits", "error", oneLine(err))
	}
}

// within makes a request of an endpoint, unless that is closed, and remembers what
// the server asks for.
func (w *waits) within(ctx context.Context, endpoint string, request func(context.Context) error) error {
	w.restore(ctx)
	asked := false
	err := w.gate.Do(ctx, endpoint, func(ctx context.Context) error {
		asked = true
		return request(ctx)
	})
	if asked {
		w.note(ctx, err)
	}
	return err
}
