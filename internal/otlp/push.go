package otlp

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"ortop/internal/fault"
	"ortop/internal/metrics"
	"ortop/internal/text"
)

const (
	// firstWait is the time from a first failure to the next attempt, which doubles
	// with each.
	firstWait = time.Second
	// lastPush is how long the push at the end may take.
	lastPush = 1500 * time.Millisecond
	// longestAnswer is more than any answer that is read.
	longestAnswer = 64 << 10
)

// Pusher pushes what it is given.
type Pusher struct {
	Config  *Config
	Version string
	Gather  func() []metrics.Account
	Now     func() time.Time
	Log     *slog.Logger
}

// Run pushes until ctx ends, once in the interval and a last time at the end. What
// cannot be delivered is tried again until the next is due; each push has the values
// of its own time.
func (p Pusher) Run(ctx context.Context) {
	client := &http.Client{
		Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: p.Config.tls, ForceAttemptHTTP2: true, MaxIdleConns: 1, IdleConnTimeout: 5 * time.Minute},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // headers may hold secrets
	}
	defer client.CloseIdleConnections()
	p.Log.Info("metrics are pushed", "host", p.Config.Host(), "every", text.Span(p.Config.every))
	tick := time.NewTicker(p.Config.every)
	defer tick.Stop()
	for {
		p.deliver(ctx, client)
		select {
		case <-tick.C:
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastPush)
			defer cancel()
			if _, err := p.push(last, client); err != nil {
				p.Log.Warn("pushing metrics", "host", p.Config.Host(), "error", text.Clean(err.Error(), 200))
			}
			return
		}
	}
}

// deliver pushes, and again where that may help, until the next push is due.
func (p Pusher) deliver(ctx context.Context, client *http.Client) {
	ctx, cancel := context.WithTimeout(ctx, p.Config.every)
	defer cancel()
	for wait := firstWait; ; wait *= 2 {
		after, err := p.push(ctx, client)
		if err == nil || ctx.Err() != nil {
			return
		}
		p.Log.Warn("pushing metrics", "host", p.Config.Host(), "error", text.Clean(err.Error(), 200))
		if after < 0 {
			return
		}
		select {
		case <-time.After(max(wait, after)):
		case <-ctx.Done():
			return
		}
	}
}

// push makes one attempt. after is how long to wait for the next, and below 0 where
// none would help.
func (p Pusher) push(ctx context.Context, client *http.Client) (after time.Duration, err error) {
	families := metrics.Families(p.Gather(), p.Now())
	if len(families) == 0 {
		return 0, nil
	}
	body := request(families, p.Config.resource, p.Version, p.Now())
	if p.Config.gzip {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if _, err := z.Write(body); err != nil {
			return -1, err
		}
		if err := z.Close(); err != nil {
			return -1, err
		}
		body = b.Bytes()
	}
	ctx, cancel := context.WithTimeout(ctx, p.Config.timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.Config.endpoint.String(), bytes.NewReader(body))
	if err != nil {
		return -1, errors.New("the endpoint is no URL to post to")
	}
	for _, h := range p.Config.headers {
		r.Header.Set(h[0], h[1])
	}
	r.Header.Set("Content-Type", "application/x-protobuf")
	r.Header.Set("User-Agent", "ortop/"+p.Version)
	if p.Config.gzip {
		r.Header.Set("Content-Encoding", "gzip")
	}
	answer, err := client.Do(r)
	if err != nil {
		return 0, errors.New(fault.Transport(err, p.Config.Host()))
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(io.LimitReader(answer.Body, longestAnswer))
	switch {
	case answer.StatusCode/100 == 2 && err == nil:
		if n, why := rejected(said); n > 0 || why != "" {
			return -1, fmt.Errorf("%d points were not taken: %s", n, text.Safe(why, 100))
		}
		return 0, nil
	case answer.StatusCode/100 == 2:
		return 0, nil
	case answer.StatusCode == http.StatusTooManyRequests, answer.StatusCode == http.StatusBadGateway,
		answer.StatusCode == http.StatusServiceUnavailable, answer.StatusCode == http.StatusGatewayTimeout:
		if s, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil && s > 0 && s < 86_400 {
			after = time.Duration(s) * time.Second
		}
		return after, fmt.Errorf("answered %s", answer.Status)
	}
	return -1, fmt.Errorf("answered %s", answer.Status)
}
