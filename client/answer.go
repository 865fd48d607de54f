package client

import (
	"compress/flate"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
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
	body, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.As(err, &corrupt):
		return nil, badBody("not in the encoding that it declares")
	case err != nil:
		return nil, err
	case int64(len(body)) > limit:
		return nil, badBody(fmt.Sprintf("larger than %d MiB", limit>>20))
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
		refused := parseRefusal(body)
		e.Message = strings.TrimSuffix(why.Error()+": "+refused.message, ": ")
		if refused.code >= 400 && refused.code < 600 {
			e.Kind = kindOf(refused.code)
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
	refused := parseRefusal(body)
	e.NotJSON = !refused.isJSON
	switch {
	case e.Kind == ErrRedirect:
		e.Message = redirectTarget(res.Header.Get("Location"), c.base)
	case e.Kind == ErrNotFound && !q.lookup:
		e.Message = fmt.Sprintf("nothing at %s: is the base URL right?", c.url(q.pathname()))
	case refused.message != "":
		e.Message = refused.message
	case len(body) > 0 && !refused.isJSON:
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

// refusalBody is what the body of a refusal holds.
type refusalBody struct {
	message string
	code    int         // 0: none
	header  http.Header // those repeated in error.metadata.headers
	isJSON  bool
}

// parseRefusal reads {"error":{"code","message","metadata"}}, OpenRouter's
// form, leniently: observed are also {"error":"text"}, {"message":"text"}, codes that are
// strings, and application/problem+json. What cannot be read is left empty.
func parseRefusal(body []byte) refusalBody {
	s := refusalBody{isJSON: json.Valid(body)}
	top := lenientObject(body)
	var failure map[string]json.RawMessage
	if s.message = lenientText(top["error"]); s.message == "" {
		failure = lenientObject(top["error"])
		s.message = lenientText(failure["message"])
	}
	if s.message == "" {
		s.message = lenientText(top["message"])
	}
	if s.message == "" {
		s.message = strings.Trim(lenientText(top["title"])+": "+lenientText(top["detail"]), ": ")
	}
	s.code, _ = strconv.Atoi(lenientText(failure["code"]))
	s.header = http.Header{}
	for name, value := range lenientObject(lenientObject(failure["metadata"])["headers"]) {
		s.header.Set(name, lenientText(value))
	}
	return s
}

// lenientObject returns the fields of an object, none for anything else.
func lenientObject(raw []byte) map[string]json.RawMessage {
	var m map[string]json.RawMessage
	_ = json.Unmarshal(raw, &m)
	return m
}

// lenientText returns a string, or a number as it is written; "" for anything
// else.
func lenientText(raw []byte) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		return n.String()
	}
	return ""
}
