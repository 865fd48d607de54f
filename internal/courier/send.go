package courier

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"github.com/cenkalti/backoff/v5"

	"ortop/internal/alert"
	"ortop/internal/text"
)

var errTooSlow = errors.New("no answer in time")

// newSender returns what delivers to c, and what readies it: reads the URL,
// which may take a while or fail, before there is something to deliver.
func newSender(c alert.Channel, o Options) (send sender, prepare func(context.Context) error) {
	environ := o.Environ
	if environ == nil {
		environ = []string{} // nil would be the environment of this process
	}
	a := &address{channel: c}
	switch c.Via {
	case alert.Desktop:
		return notifyDesktop, ready
	case alert.Command:
		return func(ctx context.Context, e alert.Event) error { return runCommand(ctx, c.Argv, environ, &e) }, ready
	case alert.Webhook, alert.Slack, alert.Discord, alert.Telegram, alert.Ntfy:
		return a.with(func(ctx context.Context, u *url.URL, e alert.Event) error {
			u, body := requestOf(&c, u, &e)
			return post(ctx, u, body, o.Now)
		}), a.prepare
	case alert.Mail:
		return a.with(func(ctx context.Context, u *url.URL, e alert.Event) error { return sendMail(ctx, u, c.From, c.To, &e) }), a.prepare
	}
	return func(context.Context, alert.Event) error {
		return backoff.Permanent(fmt.Errorf("no way %q to deliver", c.Via))
	}, ready
}

func ready(context.Context) error { return nil }

// attempt bounds one attempt. A panic of a library is an error: it must not
// leave a terminal in raw mode.
func attempt(ctx context.Context, f func(context.Context) error) (err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, sendLimit, errTooSlow)
	defer cancel()
	defer func() {
		if v := recover(); v != nil {
			err = backoff.Permanent(fmt.Errorf("panic: %s", text.Safe(fmt.Sprint(v), alert.MaxText)))
		}
	}()
	if err = f(ctx); err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// address is where a channel's events go. It is read once.
type address struct {
	channel alert.Channel
	mu      sync.Mutex
	url     *url.URL
}

func (a *address) prepare(ctx context.Context) error {
	_, err := a.get(ctx)
	return err
}

// get returns the address. Its errors do not hold it.
func (a *address) get(ctx context.Context) (*url.URL, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.url != nil {
		return a.url, nil
	}
	if a.channel.URL == nil {
		return nil, backoff.Permanent(errors.New("the channel has no URL"))
	}
	s, err := a.channel.URL(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading its URL: %w", err)
	}
	u, err := parseURL(strings.TrimSpace(s), a.channel.Via)
	if err != nil {
		return nil, backoff.Permanent(err)
	}
	a.url = u
	return u, nil
}

// with makes a sender of one that needs the address. Errors name its host and
// hold nothing else of it.
func (a *address) with(send func(context.Context, *url.URL, alert.Event) error) sender {
	return func(ctx context.Context, e alert.Event) error {
		u, err := a.get(ctx)
		if err != nil {
			return err
		}
		if err = send(ctx, u, e); err == nil {
			return nil
		}
		scrubbed := fmt.Errorf("%s: %s", text.Safe(u.Hostname(), alert.MaxName), Scrub(err.Error(), u))
		if wait := (*waitError)(nil); errors.As(err, &wait) {
			scrubbed = &waitError{scrubbed, wait.after}
		}
		if permanent := (*backoff.PermanentError)(nil); errors.As(err, &permanent) {
			return backoff.Permanent(scrubbed)
		}
		return scrubbed
	}
}

// parseURL accepts what the way needs: nothing goes unencrypted but to this
// machine. The error does not repeat s.
func parseURL(s string, via alert.Via) (*url.URL, error) {
	plain, safe := "http", "https"
	if via == alert.Mail {
		plain, safe = "smtp", "smtps"
	}
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return nil, errors.New("its URL is not one")
	case u.Scheme != plain && u.Scheme != safe:
		return nil, fmt.Errorf("its URL needs to begin with %s://", safe)
	case u.Hostname() == "":
		return nil, errors.New("its URL has no host")
	case u.Scheme == "http" && !text.IsLoopback(u.Hostname()):
		return nil, errors.New("http is for this machine only, its URL needs https://")
	case via == alert.Ntfy && strings.Trim(u.Path, "/") == "":
		return nil, errors.New("its URL names no topic")
	}
	return u, nil
}

const redacted = "[redacted]"

// Scrub returns what went wrong in a form that may be shown and stored: clean,
// and without any part of u but its host.
func Scrub(message string, u *url.URL) string {
	secrets := []string{u.String(), u.RequestURI(), u.EscapedPath()}
	if u.User != nil {
		password, _ := u.User.Password()
		secrets = append(secrets, u.User.String(), u.User.Username(), password)
	}
	secrets = append(secrets, strings.FieldsFunc(u.Path, func(r rune) bool { return r == '/' })...)
	for _, values := range u.Query() {
		secrets = append(secrets, values...)
	}
	for _, s := range secrets {
		if len(s) >= 4 { // what is shorter is no secret, and may be in any text
			message = strings.ReplaceAll(message, s, redacted)
		}
	}
	return text.Safe(message, alert.MaxText)
}
