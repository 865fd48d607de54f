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
	"time"

	"ortop/internal/courier"
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
	var wrong string
	for {
		p.deliver(ctx, client, &wrong)
		select {
		case <-tick.C:
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastPush)
			defer cancel()
			_, err := p.push(last, client, lastPush)
			p.report(err, &wrong)
			return
		}
	}
}

// report logs what is wrong with the receiver when that changes.
func (p Pusher) report(err error, wrong *string) {
	was := *wrong
	if *wrong = ""; err != nil {
		*wrong = courier.Scrub(err.Error(), p.Config.endpoint)
	}
	switch {
	case *wrong == was:
	case err == nil:
		p.Log.Info("metrics are pushed again", "host", p.Config.Host())
	default:
		p.Log.Warn("pushing metrics", "host", p.Config.Host(), "error", *wrong)
	}
}

// deliver pushes, and again where that may help, until the next push is due.
func (p Pusher) deliver(ctx context.Context, client *http.Client, wrong *string) {
	next := time.Now().Add(p.Config.every)
	for wait := firstWait; ; wait *= 2 {
		after, err := p.push(ctx, client, min(p.Config.timeout, p.Config.every))
		if ctx.Err() != nil {
			return
		}
		p.report(err, wrong)
		pause := max(wait, after)
		if err == nil || after < 0 || pause >= time.Until(next) {
			return
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return
		}
	}
}

// push makes one attempt within a time. after is how long to wait for the next, and
// below 0 where none would help.
func (p Pusher) push(ctx context.Context, client *http.Client, within time.Duration) (after time.Duration, err error) {
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
	ctx, cancel := context.WithTimeout(ctx, within)
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
		return 0, errors.New(fault.Transport(err, p.Config.Host(), within))
	}
	defer answer.Body.Close()
	answerBody, err := io.ReadAll(io.LimitReader(answer.Body, longestAnswer))
	switch {
	case answer.StatusCode/100 == 2 && err == nil:
		if n, why := rejected(answerBody); n > 0 || why != "" {
			return -1, fmt.Errorf("%d points were not taken: %s", n, text.Safe(why, 100))
		}
		return 0, nil
	case answer.StatusCode/100 == 2:
		return 0, nil
	case answer.StatusCode == http.StatusTooManyRequests, answer.StatusCode == http.StatusBadGateway,
		answer.StatusCode == http.StatusServiceUnavailable, answer.StatusCode == http.StatusGatewayTimeout:
		return courier.RetryAfter(answer.Header, p.Now()), fmt.Errorf("answered %s", answer.Status)
	}
	return -1, fmt.Errorf("answered %s", answer.Status)
}
