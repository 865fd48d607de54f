package client

import (
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"runtime"
	"strings"

	"ortop/internal/text"
)

const (
	maxBodyBytes    = 1 << 20 // decompressed
	maxTableBytes   = 8 << 20 // of answers that are tables: some 20,000 rows
	maxRefusalBytes = 64 << 10
)

// badBody is why a body that arrived whole cannot be used.
type badBody string

func (e badBody) Error() string { return string(e) }

// readBody reads the body of a success, of at most limit bytes. The error is a
// badBody, or the transport's.
func readBody(res *http.Response, limit int64) ([]byte, error) {
	if e := res.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return nil, badBody("in an encoding that was not requested")
	}
	tooLarge := badBody(fmt.Sprintf("larger than %d MiB", limit>>20))
	if res.ContentLength > limit { // not one byte of it is read
		return nil, tooLarge
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.As(err, &corrupt):
		return nil, badBody("not in the encoding that it declares")
	case err != nil:
		return nil, err
	case int64(len(body)) > limit:
		// Before the next one comes: what was read of several is a lot of memory.
		runtime.GC()
		return nil, tooLarge
	}
	return body, nil
}

func isMalformed(err error) bool {
	var bad badBody
	return errors.As(err, &bad)
}

var errInBody = errors.New("an error in place of an answer")

// readAnswer calls read with the body of a success, and returns what of it was
// left out.
func (c *Client) readAnswer(body []byte, read func(*fields)) (left string, err error) {
	f, err := parseFields(body, c.key)
	if err != nil {
		return "", err
	}
	if _, ok := f.get("error"); ok {
		return "", errInBody
	}
	read(f)
	return text.Safe(f.odd.String(), maxMessageBytes, c.key.Reveal()), *f.err
}

// malformed returns the error for a 200 whose body cannot be used because of
// why. A body that carries an error's code is that error.
func (c *Client) malformed(endpoint string, res *http.Response, body []byte, why error, at clocks) *APIError {
	e := &APIError{Status: res.StatusCode, Kind: ErrMalformed, Endpoint: endpoint}
	switch {
	case errors.Is(why, errNotJSON):
		e.Message = notJSON(res.Header)
	case errors.Is(why, errInBody):
		refused := ReadRefusal(body)
		e.Message = strings.TrimSuffix(why.Error()+": "+refused.Message, ": ")
		if refused.Code >= 400 && refused.Code < 600 {
			e.Kind = kindOf(refused.Code)
		}
		e.RetryAfter = retryAfter(e.Kind, res.Header, refused.header, at)
	default:
		e.Message = why.Error()
	}
	e.Message = text.Safe(e.Message, maxMessageBytes, c.key.Reveal())
	return e
}

// refusal returns the error for an answer that is not a 200.
func (c *Client) refusal(q call, res *http.Response, at clocks) *APIError {
	e := &APIError{Status: res.StatusCode, Kind: kindOf(res.StatusCode), Endpoint: q.name}
	// The status is enough: a body that cannot be read changes nothing.
	body, _ := io.ReadAll(io.LimitReader(res.Body, maxRefusalBytes))
	refused := ReadRefusal(body)
	e.NotJSON = !refused.IsJSON
	switch {
	case e.Kind == ErrRedirect:
		e.Message = redirectTarget(res.Header.Get("Location"), c.base)
	case e.Kind == ErrNotFound && !q.lookup:
		e.Message = fmt.Sprintf("nothing at %s: is the base URL right?", c.url(q.pathname()))
	case refused.Message != "":
		e.Message = refused.Message
	case len(body) > 0 && !refused.IsJSON:
		e.Message = notJSON(res.Header)
	default:
		e.Message = http.StatusText(res.StatusCode)
	}
	if strings.EqualFold(e.Message, e.Kind.Error()) {
		e.Message = "" // "403 forbidden: Forbidden"
	}
	e.Message = text.Safe(e.Message, maxMessageBytes, c.key.Reveal())
	e.RetryAfter = retryAfter(e.Kind, res.Header, refused.header, at)
	return e
}

// notJSON names what came in place of JSON, and shows nothing of it.
func notJSON(h http.Header) string {
	media, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	switch {
	case err != nil || media == "":
		return "not JSON"
	case media == "application/json" || strings.HasSuffix(media, "+json"):
		return "not valid JSON"
	}
	return "not JSON (" + media + ")"
}

// redirectTarget returns where a redirect leads: scheme and host alone, as the
// rest may hold anything.
func redirectTarget(location string, base *url.URL) string {
	u, err := base.Parse(location)
	switch {
	case location == "" || err != nil:
		return "to nowhere"
	case u.Host == "":
		return "to a " + u.Scheme + " URL"
	}
	return "to " + u.Scheme + "://" + u.Host
}

// odd is what of an answer was left out because it has a form that is not
// known: one line, with the first of it and how much more there is.
type odd struct {
	first string
	more  int
}

//go:noinline
func (o *odd) add(err error) {
	if o.first == "" {
		o.first = err.Error()
		return
	}
	o.more++
}

// rows notes that some of the rows of a list cannot be used: that comes before
// any field.
//
//go:noinline
func (o *odd) rows(unread, all int, why error) {
	if o.first != "" {
		o.more++
	}
	o.first = fmt.Sprintf("%d of %d rows left out: %v", unread, all, why)
}

func (o *odd) String() string {
	if o.more > 0 {
		return fmt.Sprintf("%s, and %d more", o.first, o.more)
	}
	return o.first
}

// skip notes an optional field that counts as missing.
func (f *fields) skip(format string, a ...any) { f.odd.add(fmt.Errorf(format, a...)) }
