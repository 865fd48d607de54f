package courier

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cenkalti/backoff/v5"

	"ortop/internal/alert"
)

// longestWait is the longest time from a failure to the next attempt.
const longestWait = 5 * time.Minute

// flaky is a channel that fails as it is told to, and notes what arrives and
// when.
type flaky struct {
	mu    sync.Mutex
	err   error                   // of each attempt, while it is set
	hang  bool                    // attempts end with their context
	bad   func(alert.Event) error // of an event
	tries []time.Time             // when each attempt began
	got   []string                // texts
	open  func(context.Context) error
}

func (f *flaky) send(ctx context.Context, e alert.Event) error {
	f.mu.Lock()
	f.tries = append(f.tries, time.Now())
	err, hang := f.err, f.hang
	if f.bad != nil && err == nil {
		err = f.bad(e)
	}
	if err == nil && !hang {
		f.got = append(f.got, e.Text)
	}
	f.mu.Unlock()
	if hang {
		<-ctx.Done()
		return ctx.Err()
	}
	return err
}

func (f *flaky) set(err error, hang bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err, f.hang = err, hang
}

func (f *flaky) received() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.got)
}

func (f *flaky) attempts() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.tries)
}

// post is a loop as a monitor has one: it decides, stores, sends and applies.
type postLoop struct {
	courier  *Courier
	channels []alert.Channel
	mu       sync.Mutex
	outbox   alert.Outbox
}

func startLoop(outbox alert.Outbox, ways map[string]*flaky) *postLoop {
	l := &postLoop{outbox: outbox}
	for _, name := range []string{"a", "b"} {
		if ways[name] != nil {
			l.channels = append(l.channels, alert.Channel{Name: name, Via: alert.Webhook})
		}
	}
	l.courier = startCourier(Options{Channels: l.channels}, func(ch alert.Channel, _ Options) (sender, func(context.Context) error) {
		prepare := ready
		if f := ways[ch.Name]; f.open != nil {
			prepare = f.open
		}
		return ways[ch.Name].send, prepare
	})
	l.decide()
	go func() {
		for range l.courier.Ready() {
			l.apply()
		}
	}()
	return l
}

func (l *postLoop) apply() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.courier.Take() {
		l.outbox = l.outbox.Apply(r)
	}
	l.courier.Offer(l.outbox)
}

func (l *postLoop) decide(events ...alert.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.outbox = l.outbox.Add(events, l.channels, time.Now())
	l.courier.Offer(l.outbox)
}

func (l *postLoop) undelivered() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.outbox.Undelivered(time.Now())
}

// alarm is an event of a subject, as of now.
func alarm(level alert.Level, subject string) alert.Event {
	now := time.Now().UTC()
	return alert.Event{Rule: alert.Limit, Subject: subject, Level: level, Since: now, At: now, Text: subject, ID: "limit 0.9|" + subject + "|" + now.Format(time.RFC3339Nano)}
}

func alarms(level alert.Level, n int) []alert.Event {
	events := make([]alert.Event, n)
	for i := range events {
		events[i] = alarm(level, fmt.Sprint(i))
	}
	return events
}

// stored is what an outbox goes through between two runs of the program.
func stored(t *testing.T, o alert.Outbox) alert.Outbox {
	t.Helper()
	data, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	var back alert.Outbox
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	return back
}

func TestCourierSendsToEachChannelInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := &flaky{}, &flaky{hang: true}
		l := startLoop(alert.Outbox{}, map[string]*flaky{"a": a, "b": b})
		l.decide(alarm(alert.Info, "i"), alarm(alert.Warning, "w"), alarm(alert.Urgent, "u"))
		synctest.Wait()
		if got, want := a.received(), []string{"u", "w", "i"}; !reflect.DeepEqual(got, want) {
			t.Errorf("delivered %v beside a channel that hangs, want %v", got, want)
		}
		l.courier.Close()
		l.courier.Close()
		l.decide(alarm(alert.Urgent, "late"))
		synctest.Wait()
		if n := len(a.received()); n != 3 {
			t.Errorf("%d deliveries after the end, want 3", n)
		}
	})
}

// TestA03ChannelThatIsDownForLong is of an urgent alert: its channel comes
// back after longer than the 4 minutes in which there once were attempts.
func TestA03ChannelThatIsDownForLong(t *testing.T) {
	for name, down := range map[string]*flaky{"fails": {err: errors.New("down")}, "hangs": {hang: true}} {
		synctest.Test(t, func(t *testing.T) {
			l := startLoop(alert.Outbox{}, map[string]*flaky{"a": down})
			l.decide(alarm(alert.Urgent, "u"))
			time.Sleep(2 * time.Hour)
			if n := down.attempts(); n < 20 || n > 40 {
				t.Errorf("%s: %d attempts in 2 h, want one in 5 min", name, n)
			}
			if got := l.undelivered(); got == "" {
				t.Errorf("%s: nothing is said to be undelivered", name)
			}
			down.set(nil, false)
			time.Sleep(longestWait + sendLimit)
			if got := down.received(); !reflect.DeepEqual(got, []string{"u"}) || l.undelivered() != "" {
				t.Errorf("%s: after it came back %v was delivered, and %q, want the alert once", name, got, l.undelivered())
			}
			l.courier.Close()
		})
	}
}

func TestA03BackOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &flaky{err: errors.New("down")}
		l := startLoop(alert.Outbox{}, map[string]*flaky{"a": a})
		l.decide(alarm(alert.Urgent, "u"))
		time.Sleep(20 * time.Minute)
		l.courier.Close()
		want := []time.Duration{5, 10, 20, 40, 80, 160, 300, 300}
		for i, w := range want {
			if got := a.tries[i+1].Sub(a.tries[i]); got != w*time.Second {
				t.Errorf("wait %d took %v, want %v", i+1, got, w*time.Second)
			}
		}
	})
}

func TestWhatAChannelRefusesHoldsUpNoOther(t *testing.T) {
	for name, err := range map[string]error{"for good": backoff.Permanent(errors.New("no")), "for now": errors.New("no")} {
		synctest.Test(t, func(t *testing.T) {
			a := &flaky{bad: func(e alert.Event) error {
				if e.Text == "bad" {
					return err
				}
				return nil
			}}
			l := startLoop(alert.Outbox{}, map[string]*flaky{"a": a})
			l.decide(alarm(alert.Urgent, "bad"), alarm(alert.Info, "good"), alarm(alert.Info, "too"))
			time.Sleep(2 * time.Minute)
			if got := a.received(); !reflect.DeepEqual(got, []string{"good", "too"}) {
				t.Errorf("%s: delivered %v, want what can be", name, got)
			}
			if got := l.undelivered(); got != "alerts do not reach a: no (1 undelivered since Sat 1 Jan, 00:00)" {
				t.Errorf("%s: Undelivered() = %q, want the one that is refused", name, got)
			}
			l.courier.Close()
		})
	}
}

func TestRetryAfterOfAChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &flaky{err: &waitError{errors.New("answered 429 Too Many Requests"), 20 * time.Minute}}
		l := startLoop(alert.Outbox{}, map[string]*flaky{"a": a})
		l.decide(alarm(alert.Warning, "w"))
		synctest.Wait()
		l.decide(alarm(alert.Urgent, "u"))
		time.Sleep(20*time.Minute - time.Second)
		if n := a.attempts(); n != 1 {
			t.Errorf("%d attempts within Retry-After, want 1", n)
		}
		a.set(nil, false)
		time.Sleep(time.Second)
		synctest.Wait()
		if got := a.received(); !reflect.DeepEqual(got, []string{"u", "w"}) {
			t.Errorf("delivered %v after it, want all, the urgent first", got)
		}
		l.courier.Close()
	})
}

func TestNothingIsSentTwiceBeforeItsResultIsApplied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &flaky{}
		channels := []alert.Channel{{Name: "a", Via: alert.Webhook}}
		c := startCourier(Options{Channels: channels}, func(alert.Channel, Options) (sender, func(context.Context) error) { return a.send, ready })
		o := alert.Outbox{}.Add([]alert.Event{alarm(alert.Urgent, "u")}, channels, time.Now())
		c.Offer(o)
		synctest.Wait()
		c.Offer(o) // decided again before the result was taken
		synctest.Wait()
		<-c.Ready()
		results := c.Take()
		if a.attempts() != 1 || len(results) != 2 || results[0].ID != "" || results[1].ID != o.Due(time.Now())[0].ID || results[1].Err != nil {
			t.Errorf("%d attempts, results %+v, want one and its success", a.attempts(), results)
		}
		for _, r := range results {
			o = o.Apply(r)
		}
		c.Offer(o)
		synctest.Wait()
		if a.attempts() != 1 || len(c.Take()) != 0 {
			t.Errorf("%d attempts after it was applied, want 1", a.attempts())
		}
		c.Close()
		if len(c.busy) != 0 {
			t.Errorf("%v is remembered, want nothing", c.busy)
		}
	})
}

func TestCloseEndsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := &flaky{err: errors.New("down")}, &flaky{hang: true}
		l := startLoop(alert.Outbox{}, map[string]*flaky{"a": a, "b": b})
		synctest.Wait()
		l.decide(alarms(alert.Warning, 2)...)
		begin := time.Now()
		l.courier.Close()
		if took := time.Since(begin); took > closeLimit {
			t.Errorf("Close took %v, want at most %v", took, closeLimit)
		}
		l.apply()
		if n := len(l.outbox.Due(time.Now().Add(time.Hour))); n != 4 {
			t.Errorf("%d deliveries are left, want all 4", n)
		}
		for _, d := range l.outbox.Due(time.Now().Add(time.Hour)) {
			if d.Channel == "b" && d.Tries > 0 {
				t.Errorf("%+v counts as failed, though nobody knows", d)
			}
		}
	})
}

func TestCloseDeliversWhatIsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &flaky{}
		channels := []alert.Channel{{Name: "a", Via: alert.Webhook}, {Name: "bell", Via: alert.Bell}}
		c := startCourier(Options{Channels: channels}, func(alert.Channel, Options) (sender, func(context.Context) error) { return a.send, ready })
		c.Offer(alert.Outbox{}.Add(alarms(alert.Urgent, 3), channels, time.Now()))
		c.Close()
		if got := a.received(); len(got) != 3 {
			t.Errorf("delivered %v, want all 3", got)
		}
		if r := c.Take(); len(r) != 4 || r[3].Err != nil || r[3].Channel != "a" || r[3].Via != alert.Webhook {
			t.Errorf("Take() = %+v, want that it is ready and 3 successes", r)
		}
	})
}

func TestUndeliveredIsOfferedAgainAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &flaky{err: errors.New("down")}
		l := startLoop(alert.Outbox{}, map[string]*flaky{"a": a})
		l.decide(alarm(alert.Urgent, "u"))
		time.Sleep(time.Hour)
		l.courier.Close()
		l.apply()
		a.set(nil, false)
		l = startLoop(stored(t, l.outbox), map[string]*flaky{"a": a})
		time.Sleep(longestWait)
		synctest.Wait()
		if got := a.received(); !reflect.DeepEqual(got, []string{"u"}) {
			t.Errorf("delivered %v after a restart, want the alert", got)
		}
		l.courier.Close()
	})
}

func TestChannelThatCannotBeMadeReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &flaky{open: func(context.Context) error { return errors.New("locked") }}
		l := startLoop(alert.Outbox{}, map[string]*flaky{"a": a})
		synctest.Wait()
		if got := l.undelivered(); got != "alerts do not reach a: locked" {
			t.Errorf("Undelivered() = %q, want why, with no alert yet", got)
		}
		l.decide(alarm(alert.Urgent, "u"))
		synctest.Wait()
		if got := l.undelivered(); got != "" || len(a.received()) != 1 {
			t.Errorf("Undelivered() = %q, delivered %v, want that it works", got, a.received())
		}
		l.courier.Close()
	})
}

func TestURLIsReadAheadAndOnce(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	defer server.Close()
	reads := make(chan string, 9)
	channels := []alert.Channel{{Name: "a", Via: alert.Webhook, URL: func(context.Context) (string, error) {
		reads <- "read"
		return server.URL + "\n", nil
	}}}
	c := New(Options{Channels: channels})
	<-reads // with nothing to deliver
	c.Offer(alert.Outbox{}.Add(alarms(alert.Urgent, 2), channels, time.Now()))
	c.Close()
	if r := c.Take(); len(reads) != 0 || len(r) != 3 || r[2].Err != nil {
		t.Errorf("read %d times more, Take() = %+v, want none and successes", len(reads), r)
	}
}
