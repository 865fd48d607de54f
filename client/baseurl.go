package client

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"ortop/internal/text"
)

// DefaultBaseURL is where OpenRouter's API is.
const DefaultBaseURL = "https://openrouter.ai/api/v1"

// ErrBaseURL is what every error of ParseBaseURL is.
var ErrBaseURL = errors.New("bad base URL")

const maxBaseURLBytes = 2048

// ParseBaseURL reads a base URL, the part before "/credits": https, or http
// where the host is this machine (127.0.0.0/8, ::1 or localhost). The path
// may be anything or nothing; slashes at its end are dropped and the host is
// lower-cased, so that equal URLs compare equal as strings. A user name or
// password, a query and a fragment are refused, and so is a host that is not
// ASCII: internationalized names are written in their xn-- form.
//
// The error is ErrBaseURL, and does not repeat the input, which may hold a
// password or be a key pasted in the wrong place.
func ParseBaseURL(s string) (*url.URL, error) {
	s = strings.TrimSpace(s)
	if len(s) > maxBaseURLBytes {
		return nil, badBaseURL("longer than 2048 bytes")
	}
	u, err := url.Parse(s)
	if err != nil {
		return nil, badBaseURL("not a URL")
	}
	host := strings.ToLower(u.Hostname())
	addr, addrErr := netip.ParseAddr(host)
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, badBaseURL("it needs to begin with https://")
	case u.User != nil:
		return nil, badBaseURL("a user name or password does not belong in it")
	case strings.ContainsAny(s, "?#"):
		return nil, badBaseURL("a query or fragment does not belong in it")
	case host == "":
		return nil, badBaseURL("no host")
	case addrErr != nil && !hostName(host) || addr.Zone() != "":
		return nil, badBaseURL("the host is neither a name nor an address")
	case !portOK(u):
		return nil, badBaseURL("the port is not 1 to 65535")
	case u.Scheme == "http" && !text.IsLoopback(host):
		return nil, badBaseURL("http is for this machine only (127.0.0.1, ::1, localhost); others need https")
	}
	u.Host = strings.ToLower(u.Host)
	trimmed, err := url.Parse(u.Scheme + "://" + u.Host + strings.TrimRight(u.EscapedPath(), "/"))
	switch {
	case err != nil:
		return nil, badBaseURL("not a URL")
	case len(trimmed.String()) > maxBaseURLBytes: // as it is sent, a letter beyond ASCII takes three times its bytes
		return nil, badBaseURL("longer than 2048 bytes")
	}
	return trimmed, nil
}

func badBaseURL(why string) error { return fmt.Errorf("%w: %s", ErrBaseURL, why) }

// hostName reports whether s has the characters of a DNS name.
func hostName(s string) bool {
	return len(s) <= 253 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-._") == "" &&
		!strings.HasPrefix(s, ".") && !strings.Contains(s, "..")
}

func portOK(u *url.URL) bool {
	if u.Port() == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil && port > 0
}

// maxIDBytes is far above the 64 of a key's hash.
const maxIDBytes = 128

// checkID refuses what is no identifier of this API, where all are UUIDs,
// hashes, slugs or words like them; another could change the URL that it
// becomes a part of.
func checkID(endpoint, id string) error {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
	if id == "" || len(id) > maxIDBytes || strings.Trim(id, letters) != "" {
		return unsent(endpoint, "not an identifier")
	}
	return nil
}

// unsent is the error for a request that would be refused, and is not sent.
//
//go:noinline
func unsent(endpoint, why string) *APIError {
	return &APIError{Kind: ErrRequest, Message: why, Endpoint: endpoint}
}
