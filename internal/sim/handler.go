package sim

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Request is a request that the account got.
type Request struct {
	At     time.Time // by the account's clock
	Method string
	Path   string      // whole, base path included
	Query  string      // as it was sent
	Header http.Header // without Authorization
	// Authorized reports whether a key was sent that is accepted.
	Authorized bool
}

// maxRequests bounds what Requests returns, and maxBody what a request may be.
const (
	maxRequests = 4096
	maxBody     = 1 << 20
)

// Requests returns the requests so far, oldest first: at most the last 4096.
func (a *Account) Requests() []Request {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]Request(nil), a.log[max(0, len(a.log)-maxRequests):]...)
}

// Handler serves the API, at the root and under any path that ends in /api/v1.
func (a *Account) Handler() http.Handler { return http.HandlerFunc(a.serve) }

func (a *Account) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	path := endpoint(r.URL.Path)

	a.mu.Lock()
	now := a.advance()
	caller := a.caller(r)
	a.record(r, now, caller != stranger)
	f, before := a.faultFor(path)
	var ans answer
	switch {
	case f.Status != 0:
		ans = answer{status: f.Status, body: []byte(f.Body)}
	case f.Instead == nil:
		q := query{method: r.Method, path: path, values: r.URL.Query(), body: body, caller: caller, at: f.asOf(now, before), fault: f}
		if caller == stranger && r.Header.Get("Authorization") != "" {
			ans = failWith(http.StatusUnauthorized, "User not found.")
		} else {
			ans = a.answer(&q)
		}
	}
	a.mu.Unlock()

	if f.Status == 0 && f.Instead != nil {
		r.Body = io.NopCloser(bytes.NewReader(body))
		f.Instead.serve(w, r)
		return
	}
	deliver(w, r, ans, f, now)
}

// endpoint strips the base path.
func endpoint(path string) string {
	const base = "/api/v1/"
	if i := strings.Index(path, base); i >= 0 {
		return path[i+len(base)-1:]
	}
	return path
}

// caller is who sent a request, by the key.
type caller int

const (
	stranger caller = iota
	manager
	ordinary
)

func (a *Account) caller(r *http.Request) caller {
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	switch {
	case !strings.EqualFold(scheme, "Bearer") || secret == "":
		return stranger
	case secret == a.cfg.Key:
		return manager
	case secret == a.cfg.OrdinaryKey:
		return ordinary
	}
	return stranger
}

func (a *Account) record(r *http.Request, now time.Time, authorized bool) {
	if len(a.log) >= 2*maxRequests {
		a.log = append(a.log[:0], a.log[len(a.log)-maxRequests:]...)
	}
	header := r.Header.Clone()
	header.Del("Authorization")
	a.log = append(a.log, Request{
		At: now, Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery,
		Header: header, Authorized: authorized,
	})
}

// query is a request as an endpoint sees it.
type query struct {
	method, path string
	values       url.Values
	body         []byte
	caller       caller
	at           time.Time // the time to describe
	fault        Fault
}

// offset returns the paging parameter; ok is false where it makes no sense.
func (q *query) offset() (n int, ok bool) { return q.number("offset", 0, 0, 1<<31-1) }

func (q *query) number(name string, zero, lo, hi int) (n int, ok bool) {
	s := q.values.Get(name)
	if s == "" {
		return zero, true
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= lo && n <= hi
}

// answer finds the endpoint and calls it. The caller holds the lock.
func (a *Account) answer(q *query) answer {
	part := strings.Split(strings.TrimPrefix(q.path, "/"), "/")
	var endpoint func(*Account, query) answer
	anyKey, method := false, http.MethodGet
	switch strings.Join(part, "/") {
	case "key", "auth/key":
		endpoint, anyKey = (*Account).ownKey, true
	case "credits":
		endpoint, anyKey = (*Account).totals, a.cfg.OrdinaryReadsCredits
	case "keys":
		endpoint = (*Account).keyList
	case "activity":
		endpoint = (*Account).activity
	case "analytics/meta":
		endpoint = (*Account).analyticsMeta
	case "analytics/query":
		endpoint, method = (*Account).analyticsQuery, http.MethodPost
	case "generation":
		endpoint, anyKey = (*Account).oneGeneration, true
	case "workspaces":
		endpoint = (*Account).workspaceList
	case "organization/members":
		endpoint = (*Account).organization
	default:
		switch {
		case part[0] == "keys" && len(part) == 2:
			endpoint = func(a *Account, q query) answer { return a.oneKey(&q, part[1]) }
		case part[0] == "guardrails":
			endpoint = func(a *Account, q query) answer { return a.guardrailsUnder(&q, part[1:]) }
		case part[0] == "workspaces" && len(part) <= 4:
			endpoint = func(a *Account, q query) answer { return a.oneWorkspace(&q, part[1], part[2:]) }
		default:
			return fail(http.StatusNotFound)
		}
	}
	switch {
	case q.method != method:
		ans := fail(http.StatusMethodNotAllowed)
		ans.header = http.Header{"Allow": {method}}
		return ans
	case q.caller == stranger:
		return fail(http.StatusUnauthorized)
	case q.caller == ordinary && !anyKey:
		return fail(http.StatusForbidden)
	}
	return endpoint(a, *q)
}

// totals answers /credits.
func (a *Account) totals(q query) answer {
	type data struct {
		Credits float64 `json:"total_credits"`
		Usage   float64 `json:"total_usage"`
	}
	usage := a.usageUSD(q.at)
	if less := q.fault.LessUsageUSD; less != 0 {
		usage = toNano(usage - less).usd()
	}
	return ok(envelope[data]{data{a.credits.at(unix(q.at)).usd(), usage}})
}

// envelope is what every success comes in.
type envelope[T any] struct {
	Data T `json:"data"`
}

// listing is the envelope of the lists that count themselves.
type listing[T any] struct {
	Data  []T `json:"data"`
	Total int `json:"total_count"`
}

// page cuts a page out of a list: the query's offset and limit.
func page[T any](q *query, list []T) answer {
	from, to, given := q.page(len(list))
	if !given {
		return fail(http.StatusBadRequest)
	}
	return ok(listing[T]{append([]T{}, list[from:to]...), len(list)})
}

// page is where the query's page begins and ends among so many rows.
func (q *query) page(total int) (from, to int, ok bool) {
	offset, ok1 := q.offset()
	limit, ok2 := q.number("limit", 50, 1, 100)
	from = min(offset, total)
	return from, min(from+limit, total), ok1 && ok2
}
