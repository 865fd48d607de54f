package client

import (
	"net/http"
	"strconv"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func httpDate(t time.Time) string { return t.UTC().Format(http.TimeFormat) }

// is reports whether wait is want, or nil for a want of 0.
func is(wait *time.Duration, want time.Duration) bool {
	if wait == nil {
		return want == 0
	}
	return *wait == want && want != 0
}

func TestR01RetryAfter(t *testing.T) {
	ms := func(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }
	s := func(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }
	later := noon.Add(90 * time.Second)
	for _, tt := range []struct {
		name        string
		wait, reset string
		saidWait    string
		saidReset   string
		kind        error
		server      time.Time
		want        time.Duration // 0: none
	}{
		{name: "none"},
		{name: "seconds", wait: "7", want: 7 * time.Second},
		{name: "leading zero", wait: "007", want: 7 * time.Second},
		{name: "zero", wait: "0"},
		{name: "one day", wait: "86400", want: 24 * time.Hour},
		{name: "a year", wait: "31536000", want: 8760 * time.Hour},
		{name: "negative", wait: "-5", want: time.Hour},
		{name: "plus sign", wait: "+5", want: time.Hour},
		{name: "fraction", wait: "1.5", want: time.Hour},
		{name: "text", wait: "soon", want: time.Hour},
		{name: "two values", wait: "5, 6", want: time.Hour},
		{name: "the longest Duration", wait: "9223372036", want: 9223372036 * time.Second},
		{name: "just above a Duration", wait: "9223372037", want: time.Hour},
		{name: "max int64", wait: "9223372036854775807", want: time.Hour},
		{name: "beyond int64", wait: "9223372036854775808", want: time.Hour},
		{name: "date", wait: httpDate(later), want: 90 * time.Second},
		{name: "RFC 850 date", wait: later.Format("Monday, 02-Jan-06 15:04:05 GMT"), want: 90 * time.Second},
		{name: "past date", wait: httpDate(noon.Add(-time.Minute))},
		{name: "date now", wait: httpDate(noon)},
		{name: "year 9999", wait: "Fri, 31 Dec 9999 23:59:59 GMT", want: time.Hour},
		{name: "date, our clock 2 h fast", wait: httpDate(later.Add(-2 * time.Hour)), server: noon.Add(-2 * time.Hour), want: 90 * time.Second},
		{name: "date, server's clock 2 h fast", wait: httpDate(later), server: noon.Add(2 * time.Hour), want: 90 * time.Second},
		{name: "date, server's clock absurd", wait: httpDate(later), server: noon.AddDate(-1, 0, 0), want: 90 * time.Second},

		{name: "reset in ms", reset: ms(later), want: 90 * time.Second},
		{name: "reset in s", reset: s(later), want: 90 * time.Second},
		{name: "reset of the least ms", reset: "100000000000"},
		{name: "reset of the most s", reset: "99999999999", want: time.Hour},
		{name: "reset past", reset: ms(noon.Add(-time.Second))},
		{name: "reset zero", reset: "0"},
		{name: "reset negative", reset: "-1", want: time.Hour},
		{name: "reset text", reset: "tomorrow", want: time.Hour},
		{name: "reset fraction", reset: "1795262490.5", want: time.Hour},
		{name: "reset max int64", reset: "9223372036854775807", want: time.Hour},
		{name: "reset beyond int64", reset: "9223372036854775808", want: time.Hour},
		{name: "reset in the body", saidReset: ms(later), want: 90 * time.Second},
		{name: "reset of a server error", reset: ms(later), kind: ErrServer},
		{name: "wait of a server error", wait: "7", kind: ErrServer, want: 7 * time.Second},

		{name: "wait before reset", wait: "7", reset: ms(later), want: 7 * time.Second},
		{name: "wait in the body before reset", saidWait: "7", reset: ms(later), want: 7 * time.Second},
		{name: "wait of 0 leaves the reset", wait: "0", reset: ms(later), want: 90 * time.Second},
		{name: "header before body", wait: "7", saidWait: "9", want: 7 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			header, said := http.Header{}, http.Header{}
			header.Set("Retry-After", tt.wait)
			header.Set("X-RateLimit-Reset", tt.reset)
			said.Set("Retry-After", tt.saidWait)
			said.Set("X-RateLimit-Reset", tt.saidReset)
			kind := tt.kind
			if kind == nil {
				kind = ErrRateLimited
			}
			got := retryAfter(kind, header, said, clocks{local: noon, server: tt.server})
			if !is(got, tt.want) {
				t.Errorf("retryAfter(%+v) = %v, want %v", tt, got, tt.want)
			}
		})
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"", "0", "7", "-1", "1.5", "9223372036854775808", "Sat, 21 Nov 2026 12:01:30 GMT", "1795262490000"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, wait, reset string) {
		header := http.Header{}
		header.Set("Retry-After", wait)
		header.Set("X-RateLimit-Reset", reset)
		d := retryAfter(ErrRateLimited, header, nil, clocks{local: noon})
		if d != nil && *d <= 0 {
			t.Fatalf("retryAfter(%q, %q) = %v, want a wait above 0 or none", wait, reset, d)
		}
		if n, err := strconv.ParseUint(wait, 10, 31); err == nil && n > 0 && !is(d, time.Duration(n)*time.Second) {
			t.Fatalf("retryAfter(%q, %q) = %v, want %d s", wait, reset, d, n)
		}
	})
}
