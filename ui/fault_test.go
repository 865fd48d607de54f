package ui

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/credit"
)

func TestFaultCause(t *testing.T) {
	for _, c := range []struct {
		name                 string
		kind                 credit.FaultKind
		message, full, short string
	}{
		{"a status with the server's words", credit.FaultServer, "reading credits: 500 server error: Internal Server Error", "server error 500 (Internal Server Error)", "server error 500"},
		{"words with a colon", credit.FaultServer, "reading key: 503 server error: try later: soon.", "server error 503 (try later: soon)", "server error 503"},
		{"a status alone", credit.FaultPayment, "reading credits: 402 payment required", "payment required 402", "payment required 402"},
		{"a refused key", credit.FaultUnauthorized, "reading key: 401 unauthorized: User not found.", "key refused 401 (User not found)", "key refused 401"},
		{"no key", credit.FaultUnauthorized, "key_command: exit status 1", "no key: key_command: exit status 1", "key_command: exit status 1"},
		{"no answer", credit.FaultNetwork, "reading credits: cannot resolve openrouter.ai", "network: cannot resolve openrouter.ai", "cannot resolve openrouter.ai"},
		{"no answer, with a colon", credit.FaultNetwork, "reading key: proxy: refused", "network: proxy: refused", "proxy: refused"},
		{"a success that is not believed", credit.FaultMalformed, "reading credits: malformed answer: not JSON", "malformed answer (not JSON)", "malformed answer"},
		{"not the API", credit.FaultMalformed, "reading credits: 404 not found: nothing there", "not found 404 (nothing there)", "not found 404"},
		{"this machine's own", credit.FaultStorage, "this machine's clock is wrong", "storage fault: this machine's clock is wrong", "this machine's clock is wrong"},
	} {
		full, short := faultCause(account.Fault{Kind: c.kind, Message: c.message})
		if full != c.full || short != c.short {
			t.Errorf("%s: faultCause(%q) = %q, %q, want %q, %q", c.name, c.message, full, short, c.full, c.short)
		}
	}
}

// R01, K10: the state in words and the host are on every screen that has two
// rows for them, however narrow.
func TestStateWordsStay(t *testing.T) {
	for _, name := range []string{"stale", "held", "unauthorised", "payment", "depleted", "cap-spent", "paused", "ordinary"} {
		for _, w := range []int{20, 24, 30, 40, 60, 80, 100} {
			s := scenes[name]()
			s.Host, s.Demo = "10.0.0.9:8443", ""
			st := statusOf(s, testNow)
			frame := stripped(modelOf(Options{}, s, w, 6, viewOverview))
			if !strings.Contains(frame, st.word) && (st.short == "" || !strings.Contains(frame, st.short)) {
				t.Errorf("%s at %dx6 lacks %q:\n%s", name, w, st.word, frame)
			}
			if !strings.Contains(frame, "at 10.0.0") {
				t.Errorf("%s at %dx6 lacks the host:\n%s", name, w, frame)
			}
		}
	}
}

func TestNextTryIsSaid(t *testing.T) {
	s := scenes["stale"]()
	s.Fault = &account.Fault{Kind: credit.FaultServer, Message: "reading credits: 500 server error: " + strings.Repeat("a long story ", 20)}
	for _, size := range [][2]int{{40, 12}, {80, 24}, {140, 40}} {
		if frame := stripped(modelOf(Options{}, s, size[0], size[1], viewOverview)); !strings.Contains(frame, "Next try 10:43:00") {
			t.Errorf("stale at %v:\n%s", size, frame)
		}
	}
}

// A cap that is spent is refused with 403, and until when is known; 402 and the
// credits page are for an account that is spent.
func TestSpentWords(t *testing.T) {
	never, odd := scenes["cap-spent"](), scenes["cap-spent"]()
	never.Key.Cap.Reset, odd.Key.Cap.Reset = credit.ResetNever, "fortnightly"
	unseen := scenes["depleted"]()
	unseen.RanOutAt, unseen.HistorySince = time.Time{}, testNow.Add(-time.Hour)
	old := scenes["depleted"]()
	old.RanOutAt, old.HistorySince = time.Time{}, testNow.AddDate(0, -3, 0)
	elsewhere := scenes["depleted"]()
	elsewhere.Host = "10.0.0.9"
	for _, c := range []struct {
		name string
		s    account.Snapshot
		want string
	}{
		{"a cap with a reset", scenes["cap-spent"](), "key cap spent|This key is refused (403) until its cap starts anew on 1 Dec (UTC).|▸ key cap  -$0.12 left of $20.00"},
		{"a cap for ever", never, "key cap spent|This key is refused (403): its cap never starts anew.|▸ key cap  -$0.12 left of $20.00"},
		{"a cap with a reset of unknown length", odd, "key cap spent|This key is refused (403) until its cap starts anew.|▸ key cap  -$0.12 left of $20.00"},
		{"an account", scenes["depleted"](), "credits ran out Sat 21 Nov, 10:31|Requests now fail with 402.|o shows where to buy credits."},
		{"spent before the first reading", unseen, "credits ran out before Sat 21 Nov, 09:42|Requests now fail with 402.|o shows where to buy credits."},
		{"spent longer than is looked back", old, "credits ran out|Requests now fail with 402.|o shows where to buy credits."},
		{"an account elsewhere", elsewhere, "credits ran out Sat 21 Nov, 10:31|Requests now fail with 402."},
	} {
		p := plainPen
		var got []string
		for _, line := range runOutLines(p, c.s, 70) {
			line, _, _ = strings.Cut(strings.TrimSpace(ansi.Strip(line)), "     ") // less the reset at the right
			got = append(got, line)
		}
		if all := strings.Join(got, "|"); all != c.want {
			t.Errorf("%s: runOutLines = %q, want %q", c.name, all, c.want)
		}
	}
}

// What was not read is not called idle.
func TestStaleIdleClaimsNothingOfNow(t *testing.T) {
	s := scenes["idle"]()
	s.At = testNow.Add(-12 * time.Minute)
	for _, size := range goldenSizes {
		frame := stripped(modelOf(Options{}, s, size[0], size[1], viewOverview))
		if strings.Contains(frame, "is being spent") || strings.Contains(frame, "for 3 h") || strings.Contains(frame, "/h now") {
			t.Errorf("stale and idle at %v:\n%s", size, frame)
		}
	}
}

func TestEmptySpendPlot(t *testing.T) {
	known := func(known, read bool) history.Bucket {
		b := history.Bucket{Span: credit.Span{From: testNow.Add(-2 * time.Hour), To: testNow.Add(-time.Hour)}, Known: known}
		if read {
			b.Observed = 1
		}
		return b
	}
	before, unread, read := known(false, false), known(true, false), known(true, true)
	for _, c := range []struct {
		name string
		b    []history.Bucket
		want string
	}{
		{"nothing at all", nil, "nothing to plot yet"},
		{"before the first reading", []history.Bucket{before, before}, "nothing to plot yet"},
		{"the first minutes", []history.Bucket{before, before, read}, "not enough history for this range:  [ for a shorter one"},
		{"not running meanwhile", []history.Bucket{unread, unread, read}, "too little was read in this range"},
	} {
		d := spendPlot{plot: history.Plot{Buckets: c.b}, loaded: true, span: defaultSpan}
		if got := ansi.Strip(spendLinesOf(plainPen, d, 76, 12)[0]); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	for _, c := range []struct {
		d    spendPlot
		want string
	}{
		{spendPlot{}, "reading history…"},
		{spendPlot{row: true}, "asking"},
		{spendPlot{err: errors.New("disk I/O error")}, "history cannot be read: disk I/O error"},
		{spendPlot{row: true, err: errors.New("403 forbidden")}, "not known: 403 forbidden"},
	} {
		if got := ansi.Strip(spendLinesOf(plainPen, c.d, 76, 12)[0]); got != c.want {
			t.Errorf("%+v: %q, want %q", c.d, got, c.want)
		}
	}
	flat := spendPlot{plot: history.Plot{Buckets: []history.Bucket{read, read}}, loaded: true, span: defaultSpan}
	if got := ansi.Strip(strings.Join(spendLinesOf(plainPen, flat, 76, 12), "\n")); !strings.Contains(got, "0.00 ┼──") {
		t.Errorf("equal readings are not a line at zero:\n%s", got)
	}
	past := spendPlot{plot: history.Plot{Buckets: slices.Repeat([]history.Bucket{unread}, 60)}, loaded: true, span: defaultSpan}
	for i := range past.plot.Buckets {
		b := &past.plot.Buckets[i]
		b.From = testNow.Add(time.Duration(i-60) * time.Hour)
		b.To, b.SpendUSD = b.From.Add(time.Hour), 0.5
	}
	past.plot.Backfilled = []credit.Span{
		{From: past.plot.Buckets[0].From, To: past.plot.Buckets[9].To}, {From: past.plot.Buckets[20].From, To: past.plot.Buckets[58].To},
	}
	for i, v := range past.rates(testNow) {
		if want := i <= 9 || 20 <= i && i <= 58; want != (v == 0.5) || !want && !math.IsNaN(v) {
			t.Errorf("bucket %d is drawn at %v, back-filled %v", i, v, want)
		}
	}
	if got := ansi.Strip(strings.Join(spendLinesOf(plainPen, past, 76, 12), "\n")); !strings.Contains(got, "back-filled by hour and day until 09:42") {
		t.Errorf("nothing says what was filled in:\n%s", got)
	}
	wide := slices.Repeat([]history.Bucket{read}, 60)
	wide[0] = unread
	for _, c := range []struct {
		usd  float64
		want string
	}{{0, "no spend seen in this range"}, {1.25, "most $1.25/h at 08:42"}} {
		wide[7].SpendUSD = c.usd
		d := spendPlot{plot: history.Plot{Buckets: wide}, loaded: true, span: defaultSpan}
		if got := ansi.Strip(strings.Join(spendLinesOf(plainPen, d, 76, 12), "\n")); !strings.Contains(got, c.want) {
			t.Errorf("no %q in\n%s", c.want, got)
		}
	}
}

// TestUndeliveredAlertsAreSaid has more alerts than a small screen has rows
// for: that nobody else hears of them is said in any case.
func TestUndeliveredAlertsAreSaid(t *testing.T) {
	s := healthy()
	for _, words := range []string{"one", "two", "three"} {
		s.Alerts = append(s.Alerts, alert.Event{Level: alert.Warning, Rule: alert.Balance, Text: words})
	}
	s.Undelivered = "alerts do not reach phone: 127.0.0.1: answered 500 Internal Server Error"
	for _, size := range [][2]int{{80, 24}, {100, 30}, {140, 40}} {
		screen := stripped(modelOf(Options{Feed: filledFeed()}, s, size[0], size[1], viewOverview))
		if !strings.Contains(screen, "▲ warning: one") || !strings.Contains(screen, "▲ alerts do not reach phone: 127.0.0.1: answered 500") {
			t.Errorf("at %dx%d the screen has not both the alert and that it was not delivered:\n%s", size[0], size[1], screen)
		}
	}
}
