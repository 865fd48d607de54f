package mcp

import (
	"context"
	"encoding/json"
	"slices"

	"ortop/internal/routine"
)

// notified takes in a notification. All but a cancellation need nothing.
func (c *connection) notified(method string, params json.RawMessage) {
	if method != "notifications/cancelled" {
		return
	}
	var which struct {
		ID json.RawMessage `json:"requestId"`
	}
	if json.Unmarshal(params, &which) != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if cancel := c.inFlight[keyOf(which.ID)]; cancel != nil {
		cancel()
	}
}

// keyOf is the same for an id however it is written.
func keyOf(id json.RawMessage) string {
	var text string
	if json.Unmarshal(id, &text) == nil {
		return `"` + text
	}
	return string(id)
}

// call lets a tool answer. A request that was cancelled has no answer.
func (c *connection) call(m message, done func(*response)) {
	var asked struct {
		Name string                     `json:"name"`
		Args map[string]json.RawMessage `json:"arguments"`
	}
	if err := json.Unmarshal(m.Params, &asked); err != nil {
		done(failed(m.ID, codeParams, "a tool has a name, and arguments that are an object"))
		return
	}
	i := slices.IndexFunc(c.Tools, func(t Tool) bool { return t.Name == asked.Name })
	if i < 0 {
		done(failed(m.ID, codeParams, "there is no tool "+clip(asked.Name)))
		return
	}
	id := keyOf(m.ID)
	ctx, cancel := context.WithCancel(c.ctx)
	c.mu.Lock()
	if c.inFlight[id] != nil {
		c.mu.Unlock()
		cancel()
		done(failed(m.ID, codeRequest, "a request with this id is being answered"))
		return
	}
	c.inFlight[id] = cancel
	c.mu.Unlock()
	c.running.Go(routine.Guard(func() {
		text, isError := c.run(ctx, c.Tools[i], asked.Args)
		c.mu.Lock()
		delete(c.inFlight, id)
		cancelled := ctx.Err() != nil
		c.mu.Unlock()
		cancel()
		if cancelled {
			done(nil)
			return
		}
		done(replied(m.ID, map[string]any{
			"content": []any{map[string]string{"type": "text", "text": text}},
			"isError": isError,
		}))
	}))
}

// run calls a tool once there is room for it.
func (c *connection) run(ctx context.Context, t Tool, args map[string]json.RawMessage) (text string, isError bool) {
	select {
	case c.calls <- struct{}{}:
		defer func() { <-c.calls }()
	case <-ctx.Done():
		return "", true
	}
	defer func() {
		if recover() != nil { // the other tools still answer
			text, isError = "the tool failed", true
		}
	}()
	text, err := t.Call(ctx, args)
	if err != nil {
		return err.Error(), true
	}
	return text, false
}
