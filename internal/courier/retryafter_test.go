package courier

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/cenkalti/backoff/v5"

	"ortop/internal/alert"
)

func TestRetryAfter(t *testing.T) {
	in := func(d time.Duration) string { return start.Add(d).Format(http.TimeFormat) }
	for _, tc := range []struct {
		value, date string
		want        time.Duration
	}{
		{"", "", 0},
		{"0", "", 0},
		{"120", "", 2 * time.Minute},
		{" 120 ", "", 2 * time.Minute},
		{"3600", "", time.Hour},
		{"3601", "", time.Hour},
		{"99999999999999999999999", "", time.Hour},
		{"-5", "", 0},
		{"1.5", "", 0},
		{"soon", "", 0},
		{in(90 * time.Second), "", 90 * time.Second},
		{in(-time.Minute), "", 0},
		{in(48 * time.Hour), "", time.Hour},
		{in(10 * time.Minute), in(8 * time.Minute), 2 * time.Minute}, // the server's clock
		{in(10 * time.Minute), "none", 10 * time.Minute},
	} {
		h := http.Header{"Retry-After": {tc.value}, "Date": {tc.date}}
		if got := RetryAfter(h, start); got != tc.want {
			t.Errorf("RetryAfter(%q at %q) = %v, want %v", tc.value, tc.date, got, tc.want)
		}
	}
}

func TestRetryAfterOfAnAnswer(t *testing.T) {
	for code, permanent := range map[int]bool{429: false, 503: false, 403: true} {
		asked := 0
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			asked++
			w.Header().Set("Retry-After", "120")
			w.WriteHeader(code)
		}))
		channels := []alert.Channel{{Name: "a", Via: alert.Webhook, URL: at(server.URL)}}
		c := New(Options{Channels: channels, Now: func() time.Time { return start }})
		c.Offer(alert.Outbox{}.Add([]alert.Event{alarm(alert.Urgent, "u")}, channels, start))
		c.Close()
		server.Close()
		r := c.Take()
		want := fmt.Sprintf("127.0.0.1: answered %d %s", code, http.StatusText(code))
		if len(r) != 2 || asked != 1 || r[1].RetryAfter != 2*time.Minute || !r[1].At.Equal(start) || r[1].Err == nil || r[1].Err.Error() != want {
			t.Fatalf("%d: asked %d times, Take() = %+v, want %q once, and 2 min", code, asked, r, want)
		}
		var p *backoff.PermanentError
		if errors.As(r[1].Err, &p) != permanent {
			t.Errorf("%d: error = %#v, permanent %v", code, r[1].Err, permanent)
		}
	}
}
