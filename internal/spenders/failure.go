package spenders

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"ortop/client"
	"ortop/internal/text"
)

// failure is an error of the client as other processes are told of it.
type failure struct {
	Kind  string           `json:"kind"` // the text of one of the client's
	Text  string           `json:"text"`
	Named *client.APIError `json:"named,omitempty"` // an answer, without its Kind
}

func (f *failure) Error() string { return f.Text }

func (f *failure) Unwrap() error {
	for _, err := range []error{
		client.ErrUnauthorized, client.ErrPayment, client.ErrForbidden, client.ErrNotFound, client.ErrTimeout, client.ErrRateLimited,
		client.ErrServer, client.ErrRequest, client.ErrRedirect, client.ErrMalformed,
	} {
		if err.Error() == f.Kind {
			return err
		}
	}
	return client.ErrNetwork
}

// keptFailure is what others are told of an error; nil where it is none of the API's.
func keptFailure(ctx context.Context, err error) []byte {
	f := &failure{Text: oneLine(err)}
	var network *client.NetworkError
	switch {
	case errors.As(err, &f.Named):
		f.Kind = f.Named.Kind.Error()
		answer := *f.Named
		answer.Kind = nil
		f.Named = &answer
	case errors.As(err, &network) && ctx.Err() == nil:
	default:
		return nil
	}
	kept, err := json.Marshal(f)
	if err != nil {
		return nil
	}
	return kept
}

// failure is the newest of another process that was not put up before, as if it were
// this one's.
func (b *board) failure(ctx context.Context, about, before []post) error {
	for _, p := range about {
		if p.Kind != isFailure || slices.Contains(before, p) {
			continue
		}
		f := &failure{}
		if kept := b.read(ctx, p); kept != nil && json.Unmarshal(kept, f) == nil {
			return f.as(p.At, b.now())
		}
	}
	return nil
}

// as is the error at a time, of one that came at another in milliseconds.
func (f *failure) as(at int64, now time.Time) error {
	f.Text = text.Clean(f.Text, 300)
	if f.Named == nil {
		return f
	}
	f.Named.Kind, f.Named.Message, f.Named.Endpoint = f.Unwrap(), text.Clean(f.Named.Message, 200), clean(f.Named.Endpoint)
	if wait := f.Named.RetryAfter; wait != nil {
		left := max(0, *wait-now.Sub(time.UnixMilli(at)))
		f.Named.RetryAfter = &left
	}
	return f.Named
}
