package courier

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// post sends a JSON document. Any 2xx is success. Redirects are not followed:
// the body and the secret in the URL are for one host.
func post(ctx context.Context, u *url.URL, body []byte, now func() time.Time) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return backoff.Permanent(errors.New("its URL cannot be used"))
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "ortop")
	res, err := httpClient(u).Do(req)
	if err != nil {
		var inURL *url.Error
		if errors.As(err, &inURL) {
			err = inURL.Err // without the URL
		}
		return err
	}
	defer res.Body.Close()
	_, _ = io.CopyN(io.Discard, res.Body, 64<<10) // the status is enough
	if res.StatusCode/100 == 2 {
		return nil
	}
	err = fmt.Errorf("answered %d %s", res.StatusCode, http.StatusText(res.StatusCode))
	if after := RetryAfter(res.Header, now()); after > 0 {
		err = &waitError{err, after}
	}
	if res.StatusCode/100 == 5 || res.StatusCode == http.StatusTooManyRequests || res.StatusCode == http.StatusRequestTimeout {
		return err
	}
	return backoff.Permanent(err)
}

// httpClient returns a client for one request: alerts are too rare for a
// connection to be kept.
func httpClient(u *url.URL) *http.Client {
	dialer := &net.Dialer{}
	t := &http.Transport{
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		DisableKeepAlives:      true,
		ForceAttemptHTTP2:      true,
		MaxResponseHeaderBytes: 64 << 10,
	}
	if u.Scheme == "http" {
		dialer.Control = loopbackOnly // whatever localhost resolves to
	} else {
		t.Proxy = func(r *http.Request) (*url.URL, error) {
			p, err := http.ProxyFromEnvironment(r)
			if err != nil {
				return nil, errors.New("the proxy named in the environment is not a URL") // err repeats it
			}
			return p, nil
		}
	}
	return &http.Client{
		Transport:     t,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func loopbackOnly(_, address string, _ syscall.RawConn) error {
	if a, err := netip.ParseAddrPort(address); err != nil || !a.Addr().IsLoopback() {
		return errors.New("not an address of this machine")
	}
	return nil
}
