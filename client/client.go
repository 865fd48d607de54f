package client

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"ortop/internal/text"
)

const (
	defaultTimeout   = 15 * time.Second
	defaultUserAgent = "ortop"
)

// Config is the settings of a Client. The zero Config works, and is answered
// with ErrUnauthorized: it has no key.
type Config struct {
	// BaseURL is the part of every URL before "/credits", in the form that
	// ParseBaseURL accepts. If empty, it is DefaultBaseURL.
	BaseURL string
	// Key is sent with every request, as a bearer token. If zero, requests go
	// without one, and are answered with ErrUnauthorized.
	Key Secret
	// UserAgent names the program. If empty, it is "ortop".
	UserAgent string
	// Referer and Title attribute requests to an app, as the headers
	// HTTP-Referer and X-OpenRouter-Title. Empty ones are not sent.
	Referer, Title string
	// Timeout bounds one request, from the name's resolution to the last byte
	// of the body. If zero, it is 15 seconds.
	Timeout time.Duration
	// Transport carries the requests, and must honour their context. If nil,
	// it is the client's own: TLS 1.2 or newer, at most two connections, the
	// environment's proxy for https.
	Transport http.RoundTripper
	// Now is the clock that a server's dates are compared to. If nil, it is
	// time.Now.
	Now func() time.Time
}

// Client reads one account with one key. It may be used by several goroutines
// at once.
type Client struct {
	base      *url.URL
	key       Secret
	header    http.Header // of every request, without the key
	timeout   time.Duration
	transport http.RoundTripper
	now       func() time.Time
	analytics *limiter
}

// Meta is what the headers of an answer carry beside its data.
type Meta struct {
	// ServerSkew is how far the server's clock is ahead of Config.Now, to the
	// second, by the Date header; nil for an answer without Date, or from a
	// cache (with Age).
	ServerSkew *time.Duration
	// Odd names what was left out of the answer because of its form, in one
	// line; empty: nothing.
	Odd string
}

// New returns a client. It sends nothing. The error is ErrBaseURL for a base URL
// that ParseBaseURL refuses; any other names the setting that cannot be sent in
// a header. No error holds a setting's value.
func New(cfg Config) (*Client, error) {
	if cfg.BaseURL == "" {
		cfg.BaseURL = DefaultBaseURL
	}
	base, err := ParseBaseURL(cfg.BaseURL)
	if err != nil {
		return nil, err
	}
	if !cfg.Key.IsZero() {
		if err := cfg.Key.Check(); err != nil {
			return nil, fmt.Errorf("checking the key: %w", err)
		}
	}
	c := &Client{
		base:      base,
		key:       cfg.Key,
		header:    http.Header{"Accept": {"application/json"}},
		timeout:   cfg.Timeout,
		transport: cfg.Transport,
		now:       cfg.Now,
		analytics: &limiter{},
	}
	if cfg.UserAgent == "" {
		cfg.UserAgent = defaultUserAgent
	}
	for name, value := range map[string]string{
		"User-Agent":         cfg.UserAgent,
		"HTTP-Referer":       cfg.Referer,
		"X-OpenRouter-Title": cfg.Title,
	} {
		if value == "" {
			continue
		}
		if text.Clean(value, maxMessageBytes) != value {
			return nil, fmt.Errorf("checking the %s header: not one plain line of at most %d bytes", name, maxMessageBytes)
		}
		c.header.Set(name, value)
	}
	if c.timeout <= 0 {
		c.timeout = defaultTimeout
	}
	if c.transport == nil {
		c.transport = newRenewable(newTransport(base))
	}
	if c.now == nil {
		c.now = time.Now
	}
	return c, nil
}

// CloseIdle closes the connections that no request is using, so that the next
// request opens a new one: useful after a sleep or a change of network. After a
// NetworkError the client does so itself.
func (c *Client) CloseIdle() {
	if t, ok := c.transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

// call is one request to the API.
type call struct {
	name  string     // of the endpoint, in errors
	path  string     // below the base URL; if empty, it is name
	query url.Values // never in errors
	body  []byte     // of a POST, in JSON; nil: a GET
	limit int64      // of the answer's body, in bytes; 0: 1 MiB
	// lookup is set where the request names a thing that may not exist: a 404
	// then is about the thing, and not about the base URL.
	lookup bool
}

func (q call) pathname() string { return cmp.Or(q.path, q.name) }

// do sends a request and calls read with the body of a success. It is the one
// way to the server: every answer is checked here.
func (c *Client) do(ctx context.Context, q call, read func(*fields)) (Meta, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.timeout, errTimeout)
	defer cancel()
	req, err := c.newRequest(ctx, q)
	if err != nil {
		return Meta{}, fmt.Errorf("reading %s: %w", q.name, ErrBaseURL)
	}
	// Not through an http.Client, which follows redirects, and puts the URL
	// into its errors.
	res, err := c.transport.RoundTrip(req)
	if err != nil {
		return Meta{}, c.networkError(ctx, q.name, err)
	}
	if res.Body == nil {
		res.Body = http.NoBody
	}
	defer func() { _ = res.Body.Close() }()
	at := clocks{local: c.now()}
	at.server, _ = http.ParseTime(res.Header.Get("Date"))
	if res.Header.Get("Age") != "" {
		at.server = time.Time{} // the date at which a cache got the answer
	}
	if res.StatusCode != http.StatusOK {
		return Meta{}, c.refusal(q, res, at)
	}
	body, err := readBody(res, cmp.Or(q.limit, maxBodyBytes))
	if err != nil && !isMalformed(err) {
		return Meta{}, c.networkError(ctx, q.name, err)
	}
	var left string
	if err == nil {
		left, err = c.readAnswer(body, read)
	}
	if err != nil {
		return Meta{}, c.malformed(q.name, res, body, err, at)
	}
	return Meta{ServerSkew: at.skew(), Odd: left}, nil
}

func (c *Client) newRequest(ctx context.Context, q call) (*http.Request, error) {
	method, body := http.MethodGet, io.Reader(nil)
	if q.body != nil {
		method, body = http.MethodPost, bytes.NewReader(q.body)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.url(q.pathname()), body)
	if err != nil {
		return nil, err
	}
	req.URL.RawQuery = q.query.Encode()
	req.Header = c.header.Clone()
	if q.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if !c.key.IsZero() {
		req.Header.Set("Authorization", "Bearer "+c.key.Reveal())
	}
	return req, nil
}

func (c *Client) url(path string) string { return c.base.JoinPath(path).String() }
