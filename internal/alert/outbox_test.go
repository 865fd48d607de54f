package alert

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cenkalti/backoff/v5"

	"ortop/internal/credit"
)

// stored is what an Outbox goes through between two runs of the program.
func stored(t *testing.T, o Outbox) Outbox {
	t.Helper()
	data, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	var back Outbox
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	return back
}

// an returns an event of a subject, decided some minutes after start.
func an(level Level, subject string, minute int) Event {
	at := start.Add(time.Duration(minute) * time.Minute)
	return Event{Rule: Limit, Subject: subject, Level: level, Since: at, At: at, Text: subject, ID: alertID(key("limit 0.9", subject), at)}
}

// over returns the all-clear of an alert.
func over(e Event, minute int) Event {
	e.Cleared, e.Text, e.Covers = true, "-"+e.Text, nil
	e.At = start.Add(time.Duration(minute) * time.Minute)
	return e
}

// bought is a top-up at the time of the reading.
func bought(usd float64) func(*Reading) {
	return func(r *Reading) { r.TopUps = []credit.TopUp{{At: r.Now, AmountUSD: usd}} }
}

func covering(e Event, covered ...Event) Event {
	e.Covers = covered
	return e
}

// named returns the texts of deliveries: "a" of one channel, "b@other" of another.
func named(list []Delivery) string {
	var all []string
	for _, d := range list {
		s := d.Event.Text
		if d.Channel != "c" {
			s += "@" + d.Channel
		}
		all = append(all, s)
	}
	return strings.Join(all, " ")
}

// A top-up is told where the alerts that it ends were never delivered, and is
// part of their all-clear where they were.
func TestATopUpIsToldInAnyCase(t *testing.T) {
	rules := []Rule{{Kind: Balance, BelowUSD: 5, Level: Urgent}, {Kind: TopUp}}
	channels := []Channel{{Name: "c", Via: Ntfy}, {Name: "grave", Via: Ntfy, Level: Warning}}
	for _, delivered := range []bool{false, true} {
		r := Reading{Account: "x", Now: start, At: start, Fresh: true, BalanceUSD: f(4)}
		s, events, _ := Evaluate(rules, State{}, r)
		o := Outbox{}.Add(events, channels, r.Now).Reconcile(s)
		if delivered {
			for _, d := range o.Due(r.Now) {
				o = o.Delivered(d.ID, d.Channel)
			}
		}
		r.Now = start.Add(time.Minute)
		r.At, r.BalanceUSD = r.Now, f(104)
		bought(100)(&r)
		s, events, _ = Evaluate(rules, s, r)
		o = stored(t, o.Add(events, channels, r.Now).Reconcile(s))
		want := "x: topped up by $100.00, $104.00 is left (Sat 21 Nov, 10:01 UTC)"
		if delivered {
			want = "x: topped up by $100.00, $104.00 is left, no longer below $5.00 (Sat 21 Nov, 10:01 UTC)"
			want += " " + want + "@grave"
		}
		if got := named(o.Due(r.Now)); got != want {
			t.Errorf("delivered %v: %q waits, want %q", delivered, got, want)
		}
	}
}

// TestOutbox plays what a loop does with an outbox, with a restart after each
// step, and wants what is due at the end.
func TestOutbox(t *testing.T) {
	type step func(Outbox) Outbox
	channels := []Channel{{Name: "c", Via: Webhook}}
	down := errors.New("down")
	now := start.Add(time.Hour)
	add := func(events ...Event) step { return func(o Outbox) Outbox { return o.Add(events, channels, now) } }
	delivered := func(e Event) step { return func(o Outbox) Outbox { return o.Delivered(e.deliveryID(), "c") } }
	failed := func(e Event) step {
		return func(o Outbox) Outbox { return o.Failed(e.deliveryID(), "c", now.Add(-longestWait), 0, down) }
	}
	later := func(d time.Duration) step { return func(o Outbox) Outbox { return o.Add(nil, channels, now.Add(d)) } }
	u, w, i := an(Urgent, "u", 3), an(Warning, "w", 2), an(Info, "i", 1)
	u2, again := an(Urgent, "u2", 4), an(Urgent, "u", 9)
	again.Text = "again"
	retold := an(Warning, "w", 9)
	many := func(level Level, n int) (events []Event) {
		for k := range n {
			events = append(events, an(level, fmt.Sprintf("%s%d", level[:1], k), k))
		}
		return events
	}
	high := covering(u, w)
	for _, tc := range []struct {
		name  string
		steps []step
		want  string
	}{
		{"most urgent first, then oldest", []step{add(i, u2, w, u)}, "u u2 w i"},
		{"an all-clear is less urgent than any alert", []step{add(u), delivered(u), add(over(u, 5), i)}, "i -u"},
		{"what was delivered is gone", []step{add(u, w), delivered(u)}, "w"},
		{"what was delivered is not delivered again", []step{add(u), delivered(u), add(u)}, ""},
		{"what waits is not added twice", []step{add(u), add(u)}, "u"},
		{"an unknown delivery", []step{add(u), delivered(w), failed(w)}, "u"},
		{"failed, and due again", []step{add(u), failed(u)}, "u"},
		{"over before it was delivered", []step{add(u), failed(u), add(over(u, 5))}, ""},
		{"over after it was delivered", []step{add(u), delivered(u), add(over(u, 5))}, "-u"},
		{"over with other alerts waiting", []step{add(u, w), add(over(w, 5))}, "u"},
		{"over, then it is heard that it was delivered", []step{add(u), add(over(u, 5)), delivered(u)}, "-u"},
		{"over, then it is heard that it was not", []step{add(u), add(over(u, 60)), failed(u), delivered(u)}, ""},
		{"over, and nothing is heard of it any more", []step{add(u), add(over(u, 60)), later(sendingWait), delivered(u)}, ""},
		{"over, and its result is late", []step{add(u), add(over(u, 60)), later(sendingWait - 1), delivered(u)}, "-u"},
		{"the all-clear of what this outbox never held", []step{add(over(u, 5))}, "-u"},
		{"an all-clear is not sent after the next alert", []step{add(u), delivered(u), add(over(u, 5)), add(again)}, "again"},
		{"but with the next one, over before it was delivered", []step{add(u), delivered(u), add(over(u, 5)), add(again), add(over(again, 10))}, "-again"},
		{"nor after one that covers the next alert", []step{add(u), delivered(u), add(over(u, 5)), add(covering(u2, again))}, "u2"},
		{"which is then over, and was not delivered", []step{add(u), delivered(u), add(over(u, 5)), add(covering(u2, again)), add(covering(over(u2, 9), over(again, 9)))}, "-again"},
		{"and which one stays of", []step{add(u), delivered(u), add(over(u, 5)), add(covering(u2, again)), add(over(u2, 9)), add(over(again, 9))}, "-again"},
		{"and there is no room for it", []step{add(w), delivered(w), add(over(w, 5)), add(retold), add(many(Urgent, maxWaiting)...), delivered(an(Urgent, "u0", 0)), add(over(retold, 9))},
			strings.TrimPrefix(subjects("u", maxWaiting), "u0 ") + " -w"},
		{"an all-clear stays beside another's alert", []step{add(u), delivered(u), add(over(u, 5)), add(w)}, "w -u"},

		{"one that covers another", []step{add(high)}, "u"},
		{"over, the one that it covered is not", []step{add(high), add(over(u, 5))}, "w"},
		{"over, with the one that it covered", []step{add(high), add(covering(over(u, 5), over(w, 5)))}, ""},
		{"the covered one is over first", []step{add(high), add(over(w, 5)), add(over(u, 6))}, ""},
		{"the covered one is over after both were told", []step{add(high), delivered(high), add(over(w, 5))}, "-w"},
		{"both over after both were told", []step{add(high), delivered(high), add(covering(over(u, 5), over(w, 5)))}, "-u"},
		{"the lower was delivered by itself, the higher was not", []step{add(w), delivered(w), add(u), add(covering(over(u, 5), over(w, 5)))}, "-w"},
		{"the higher was delivered, the lower was not", []step{add(w), add(u), delivered(u), add(covering(over(u, 5), over(w, 5)))}, "-u"},
		{"neither was delivered", []step{add(w), add(u), add(covering(over(u, 5), over(w, 5)))}, ""},
		{"one that counts others goes out, and its all-clear", []step{add(Event{ID: "limit 0.9|u|x", Text: "u and more", Level: Urgent, Folds: true}), add(Event{ID: "limit 0.9|u|x", Text: "-u", Level: Urgent, Cleared: true})}, "u and more -u"},

		{"no room: the least urgent goes", []step{add(i, w), add(many(Urgent, maxWaiting-1)...)}, subjects("u", maxWaiting-1) + " w"},
		{"no room: the oldest of these goes", []step{add(many(Warning, maxWaiting)...), add(u)}, "u " + strings.TrimPrefix(subjects("w", maxWaiting), "w0 ")},
		{"no room for what is less urgent", []step{add(many(Urgent, maxWaiting)...), add(w)}, subjects("u", maxWaiting)},
		{"no room: its all-clear is not sent either", []step{add(many(Urgent, maxWaiting)...), add(covering(w, i)), delivered(an(Urgent, "u0", 0)), delivered(an(Urgent, "u1", 1)), add(over(w, 5)), add(over(i, 5))},
			strings.TrimPrefix(subjects("u", maxWaiting), "u0 u1 ")},
		{"no room: an all-clear goes first", []step{add(w), delivered(w), add(over(w, 5)), add(many(Info, maxWaiting)...)}, subjects("i", maxWaiting)},
	} {
		var o Outbox
		for _, s := range tc.steps {
			before, _ := json.Marshal(o)
			next := s(o)
			if after, _ := json.Marshal(o); string(after) != string(before) {
				t.Errorf("%s: an outbox changed from %s to %s", tc.name, before, after)
			}
			o = stored(t, next)
			if got, want := fmt.Sprintf("%+v", o.queue()), fmt.Sprintf("%+v", next.queue()); got != want {
				t.Errorf("%s: after a restart %s waits, want %s", tc.name, got, want)
			}
		}
		if got := named(o.Due(now.Add(sendingWait))); got != tc.want {
			t.Errorf("%s: Due(…) = %q, want %q", tc.name, got, tc.want)
		}
	}
}

// subjects returns the names of the first n subjects of a level.
func subjects(level string, n int) string {
	var all []string
	for k := range n {
		all = append(all, fmt.Sprint(level, k))
	}
	return strings.Join(all, " ")
}

func TestOutboxChannels(t *testing.T) {
	low, high, bell := Channel{Name: "c", Via: Webhook}, Channel{Name: "phone", Via: Ntfy, Level: Urgent}, Channel{Name: "bell", Via: Bell}
	all := []Channel{low, high, bell}
	w, u := an(Warning, "w", 0), covering(an(Urgent, "u", 1), an(Warning, "w", 0))
	o := Outbox{}.Add([]Event{w, u}, all, start)
	if got := named(o.Due(start)); got != "u u@phone w" {
		t.Errorf("Due(…) = %q, want what each channel takes", got)
	}
	if got := named(o.Add([]Event{over(u, 1)}, all, start).Due(start)); got != "w" {
		t.Errorf("Due(…) = %q, want no covered alert where it is not taken", got)
	}
	only := an(Urgent, "only", 2)
	only.Channels = []string{"phone"}
	if got := named(o.Add([]Event{only}, all, start).Due(start)); got != "u u@phone only@phone w" {
		t.Errorf("Due(…) = %q, want one channel's alone", got)
	}
	o = o.Failed(w.ID, "c", start, 0, errors.New("down"))
	o = o.Add(nil, []Channel{high}, start)
	if got := named(o.Due(start)); got != "u@phone" || o.Undelivered(start) != "" || len(o.channels) != 0 {
		t.Errorf("Due(…) = %q, %q, %v, want nothing of a channel that is gone", got, o.Undelivered(start), o.channels)
	}
	both := an(Urgent, "both", 3)
	o = Outbox{}.Add([]Event{both}, all, start).Delivered(both.ID, "c")
	if got := named(o.Add([]Event{over(both, 4)}, all, start).Due(start)); got != "-both" {
		t.Errorf("Due(…) = %q, want the all-clear where the alert was delivered", got)
	}
}

func TestOutboxWaits(t *testing.T) {
	channels := []Channel{{Name: "c", Via: Webhook}}
	u, w := an(Urgent, "u", 0), an(Warning, "w", 0)
	down := errors.New("down")
	added := Outbox{}.Add([]Event{u, w}, channels, start)
	fails := func(n int, retryAfter time.Duration, err error) Outbox {
		o := added
		for range n {
			o = o.Failed(u.ID, "c", start, retryAfter, err)
		}
		return o
	}
	for _, tc := range []struct {
		name          string
		o             Outbox
		first, second time.Duration // when u and w are due
	}{
		{"never tried", added, 0, 0},
		{"failed once", fails(1, 0, down), 5 * time.Second, 5 * time.Second},
		{"failed twice", fails(2, 0, down), 10 * time.Second, 10 * time.Second},
		{"failed 5 times", fails(5, 0, down), 80 * time.Second, time.Minute},
		{"failed 6 times", fails(6, 0, down), 160 * time.Second, time.Minute},
		{"failed 7 times", fails(7, 0, down), 5 * time.Minute, time.Minute},
		{"failed 99 times", fails(99, 0, down), 5 * time.Minute, time.Minute},
		{"refused", fails(1, 0, backoff.Permanent(down)), 15 * time.Minute, 0},
		{"Retry-After", fails(1, 7*time.Minute, down), 7 * time.Minute, 7 * time.Minute},
		{"Retry-After below the back-off", fails(7, time.Second, down), 5 * time.Minute, time.Minute},
		{"Retry-After of a day", fails(1, 24*time.Hour, down), time.Hour, time.Hour},
		{"Retry-After in the past", fails(1, -time.Hour, down), 5 * time.Second, 5 * time.Second},
		{"refused with Retry-After", fails(1, 20*time.Minute, backoff.Permanent(down)), 20 * time.Minute, 20 * time.Minute},
		{"of what is not there", added.Failed("x", "c", start, 7*time.Minute, down), 7 * time.Minute, 7 * time.Minute},
		{"of a channel that is not ready", added.Failed("", "c", start, 0, down), 0, 0},
		{"after a success", fails(7, 0, down).Delivered("x", "c"), 0, 0},
		{"refused, after a success", fails(1, 0, backoff.Permanent(down)).Delivered("x", "c"), 15 * time.Minute, 0},
		{"ready again within Retry-After", fails(1, 7*time.Minute, down).Delivered("", "c"), 7 * time.Minute, 7 * time.Minute},
		{"by a clock that was an hour ahead", added.Failed(u.ID, "c", start.Add(61*time.Minute), 0, down), 0, 0},
	} {
		o := stored(t, tc.o)
		for id, want := range map[string]time.Duration{u.ID: tc.first, w.ID: tc.second} {
			due := func(at time.Time) bool {
				return slices.ContainsFunc(o.Due(at), func(d Delivery) bool { return d.ID == id })
			}
			if want > 0 && (due(start) || due(start.Add(want-1))) || !due(start.Add(want)) {
				t.Errorf("%s: %s is not due after %v just", tc.name, id, want)
			}
		}
	}
	if o := fails(3, 0, down); o.queue()[0].Tries != 3 || o.queue()[0].Cause != "down" || o.queue()[1].Tries != 0 {
		t.Errorf("%+v, want three tries and why they failed", o.queue())
	}
}

func TestUndelivered(t *testing.T) {
	channels := []Channel{{Name: "b", Via: Webhook}, {Name: "c", Via: Webhook}}
	b := channels[:1]
	u, w := an(Urgent, "u", 5), an(Warning, "w", 2)
	var full []Event
	for k := range maxWaiting + 3 {
		full = append(full, an(Warning, fmt.Sprint(k), k))
	}
	now := start.Add(time.Hour)
	down, slow := errors.New("down"), errors.New("slow")
	dropped := Outbox{}.Add(full, b, now)
	emptied := dropped
	for _, d := range dropped.queue() {
		emptied = emptied.Delivered(d.ID, "b")
	}
	for _, tc := range []struct {
		name string
		o    Outbox
		want string
	}{
		{"nothing was tried", Outbox{}.Add([]Event{u, w}, b, now), ""},
		{"one of two failed", Outbox{}.Add([]Event{u, w}, b, now).Failed(u.ID, "b", now, 0, down), "b: down (2 undelivered since Sat 21 Nov, 10:02)"},
		{"the other succeeds", Outbox{}.Add([]Event{u, w}, b, now).Failed(u.ID, "b", now, 0, down).Delivered(w.ID, "b"), "b: down (1 undelivered since Sat 21 Nov, 10:05)"},
		{"both fail, one succeeds", Outbox{}.Add([]Event{u, w}, b, now).Failed(u.ID, "b", now, 0, down).Failed(w.ID, "b", now, 0, slow).Delivered(w.ID, "b"),
			"b: down (1 undelivered since Sat 21 Nov, 10:05)"},
		{"all succeed", Outbox{}.Add([]Event{u, w}, b, now).Failed(u.ID, "b", now, 0, down).Delivered(w.ID, "b").Delivered(u.ID, "b"), ""},
		{"two channels", Outbox{}.Add([]Event{u}, channels, now).Failed(u.ID, "c", now, 0, down).Failed(u.ID, "b", now, 0, slow),
			"b: slow (1 undelivered since Sat 21 Nov, 10:05); c: down (1 undelivered since Sat 21 Nov, 10:05)"},
		{"it cleared, and the channel is still down", Outbox{}.Add([]Event{u}, b, now).Failed(u.ID, "b", now, 0, down).Add([]Event{over(u, 9)}, b, now), "b: down"},
		{"not ready", Outbox{}.Failed("", "b", now, 0, errors.New("no\x1b key")), "b: no\ufffd key"},
		{"ready", Outbox{}.Failed("", "b", now, 0, down).Delivered("", "b"), ""},
		{"dropped", dropped, "b: too many alerts waited (32 undelivered since Sat 21 Nov, 10:03, 3 dropped since Sat 21 Nov, 11:00)"},
		{"dropped, and it fails", dropped.Failed(full[9].ID, "b", now, 0, down), "b: down (32 undelivered since Sat 21 Nov, 10:03, 3 dropped since Sat 21 Nov, 11:00)"},
		{"dropped, and all others were delivered", emptied, "b: too many alerts waited (3 dropped since Sat 21 Nov, 11:00)"},
		{"dropped later too", dropped.Add([]Event{u}, b, now.Add(2*time.Hour)), "b: too many alerts waited (32 undelivered since Sat 21 Nov, 10:04, 4 dropped since Sat 21 Nov, 11:00)"},
		{"dropped long ago", emptied.Add(nil, b, now.Add(-droppedNote-time.Minute)), "b: too many alerts waited (3 dropped since Sat 21 Nov, 11:00)"},
	} {
		if tc.want != "" {
			tc.want = "alerts do not reach " + tc.want
		}
		if got := stored(t, tc.o).Undelivered(now); got != tc.want {
			t.Errorf("%s: Undelivered(…) = %q, want %q", tc.name, got, tc.want)
		}
	}
	if got := emptied.Undelivered(now.Add(droppedNote - 1)); got == "" {
		t.Error("Undelivered(…) is empty within a day of the drop")
	}
	if got := emptied.Undelivered(now.Add(droppedNote)); got != "" {
		t.Errorf("Undelivered(…) = %q a day after the drop, want nothing", got)
	}
	if got := dropped.Add([]Event{u}, b, now.Add(droppedNote)).Undelivered(now.Add(droppedNote)); !strings.Contains(got, " 1 dropped since Sun 22 Nov") {
		t.Errorf("Undelivered(…) = %q, want that the count began anew", got)
	}
}

// TestReconcile is of alerts that end without an all-clear of their own.
func TestReconcile(t *testing.T) {
	const m, h = time.Minute, time.Hour
	channels := []Channel{{Name: "c", Via: Webhook}}
	down := func(o Outbox) Outbox { return o }
	none := func(o Outbox) Outbox {
		for _, d := range o.queue() {
			o = o.Delivered(d.ID, d.Channel)
		}
		return o
	}
	quiet := Rule{Kind: Balance, BelowUSD: 20, Quiet: Quiet{11 * h, 13 * h}}
	caps := func(used float64, ids ...string) func(*Reading) {
		return func(r *Reading) {
			r.Limits = []Allowance{}
			for _, id := range ids {
				r.Limits = append(r.Limits, Allowance{ID: id, UsedUSD: &used, LimitUSD: 1})
			}
		}
	}
	type at struct {
		after time.Duration
		rules []Rule
		set   func(*Reading)
		sends func(Outbox) Outbox // what becomes of the channel after it
		want  string              // due
	}
	low, urgent := []Rule{{Kind: Balance, BelowUSD: 20}}, []Rule{{Kind: Balance, BelowUSD: 20}, {Kind: Balance, BelowUSD: 5, Level: Urgent}}
	day := []Rule{{Kind: Spend, AboveUSD: 10}}
	spent := func(usd float64) func(*Reading) { return func(r *Reading) { r.DayUSD = &usd } }
	for name, steps := range map[string][]at{
		"it stays while it fires":     {{0, low, left(19), down, "w $19.00"}, {h, low, left(18), down, "w $19.00"}, {h, low, blind(h), down, "w $19.00"}, {m, low, left(21), down, "w $19.00"}},
		"its rule is gone":            {{0, low, left(19), down, "w $19.00"}, {h, nil, left(18), down, ""}},
		"its day is over":             {{0, day, spent(11), down, "w $11.00"}, {14 * h, day, spent(0), down, ""}, {h, day, spent(12), down, "w $12.00"}},
		"its key is gone":             {{0, []Rule{{Kind: Limit}}, caps(1, "a", "b"), down, "w 100 % w 100 %"}, {h, []Rule{{Kind: Limit}}, caps(1, "b"), down, "w 100 %"}},
		"in quiet hours it is over":   {{0, []Rule{quiet}, left(19), down, "w $19.00"}, {h, []Rule{quiet}, left(30), down, "w $19.00"}, {15 * m, []Rule{quiet}, left(30), down, ""}, {2 * h, []Rule{quiet}, left(30), down, ""}},
		"and fires again":             {{0, []Rule{quiet}, left(19), down, "w $19.00"}, {h, []Rule{quiet}, left(30), down, "w $19.00"}, {15 * m, []Rule{quiet}, left(30), down, ""}, {15 * m, []Rule{quiet}, left(18), down, "w $19.00"}},
		"its all-clear comes later":   {{0, []Rule{quiet}, left(19), none, "w $19.00"}, {h, []Rule{quiet}, left(30), down, ""}, {15 * m, []Rule{quiet}, left(30), down, ""}, {2 * h, []Rule{quiet}, left(30), down, "-w $30.00"}},
		"the one that it covers":      {{0, urgent, left(4), down, "u $4.00"}, {h, low, left(4), down, "w $4.00"}, {h, nil, left(4), down, ""}},
		"and both at once":            {{0, urgent, left(4), down, "u $4.00"}, {h, nil, left(4), down, ""}},
		"a top-up stays":              {{0, []Rule{{Kind: TopUp}}, nothing, down, ""}, {h, []Rule{{Kind: TopUp}}, bought(5), down, "i $5.00"}, {h, nil, nothing, down, "i $5.00"}},
		"one that counts others":      {{0, []Rule{{Kind: Limit}}, caps(1, "a", "b", "c", "d"), down, "w 100 % w 100 % w 100 %"}, {h, []Rule{{Kind: Limit}}, caps(1, "d"), down, "w 100 %"}, {h, []Rule{{Kind: Limit}}, caps(1, "x"), down, "w 100 %"}},
		"one that counted others":     {{0, []Rule{{Kind: Limit}}, caps(1, "a", "b", "c", "d"), down, "w 100 % w 100 % w 100 %"}, {h, nil, nothing, down, ""}},
		"all over, one counts others": {{0, []Rule{{Kind: Limit}}, caps(1, "d"), down, "w 100 %"}, {m, []Rule{{Kind: Limit}}, caps(1, "a", "b", "c", "d"), none, "w 100 % w 100 % w 100 % w 100 %"}, {m, []Rule{{Kind: Limit}}, caps(0, "a", "b", "c", "d"), down, ""}, {h, []Rule{{Kind: Limit}}, caps(0, "a", "b", "c", "d"), down, "-w 0 % -w 0 % -w 0 %"}},
	} {
		var s State
		var o Outbox
		r := Reading{Account: "x", Now: start}
		for i, st := range steps {
			r.Now = r.Now.Add(st.after)
			r.At, r.Fresh, r.Gap = r.Now, true, 0
			st.set(&r)
			var events []Event
			s, events, _ = Evaluate(st.rules, s, r)
			o = o.Add(events, channels, r.Now)
			before, _ := json.Marshal(o)
			next := o.Reconcile(s)
			if after, _ := json.Marshal(o); string(after) != string(before) {
				t.Errorf("%s: Reconcile changed its outbox", name)
			}
			o = stored(t, next)
			var due []string
			for _, d := range o.Due(r.Now) {
				text := string(d.Event.Level[:1]) + " " + d.Event.ValueText
				if d.Event.Cleared {
					text = "-" + text
				}
				due = append(due, text)
			}
			if got := strings.Join(due, " "); got != st.want {
				t.Errorf("%s: step %d: Due(…) = %q, want %q", name, i, got, st.want)
			}
			o = st.sends(o)
		}
	}
}

func FuzzOutbox(f *testing.F) {
	o := Outbox{}.Add([]Event{covering(an(Urgent, "u", 1), an(Warning, "w", 0)), an(Info, "i", 2)}, []Channel{{Name: "c", Via: Webhook}}, start)
	o = o.Failed(an(Info, "i", 2).ID, "c", start, time.Minute, errors.New("down")).Add([]Event{over(an(Urgent, "u", 1), 3)}, []Channel{{Name: "c", Via: Webhook}}, start)
	seed, _ := json.Marshal(o)
	f.Add(seed)
	f.Add([]byte(`{"version":2}`))
	f.Add([]byte(`{"version":1,"deliveries":[{"id":"x","channel":"c","event":{"text":"\u001b"},"cause":"\n"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var o Outbox
		if json.Unmarshal(data, &o) != nil {
			if !reflect.DeepEqual(o, Outbox{}) {
				t.Fatalf("a failed Unmarshal of %q left %+v", data, o)
			}
			return
		}
		for _, d := range o.deliveries {
			if strings.ContainsAny(d.Cause+d.Event.Text+d.Event.ValueText+d.Event.Account+d.Event.Subject, "\n\x1b\x00") {
				t.Fatalf("Unmarshal(%q) let %+v pass", data, d)
			}
		}
		if strings.ContainsAny(o.Undelivered(start), "\n\x1b\x00") {
			t.Fatalf("Unmarshal(%q) let %q pass", data, o.Undelivered(start))
		}
		o = o.Add([]Event{an(Urgent, "u", 1), over(an(Urgent, "u", 1), 2)}, []Channel{{Name: "c", Via: Webhook}}, start).Reconcile(State{})
		if _, err := json.Marshal(o); err != nil {
			t.Fatalf("Unmarshal(%q) leads to an outbox that cannot be stored: %v", data, err)
		}
	})
}

// What was delivered is not delivered again, though it is decided again after a crash,
// by the latest deliveries of each channel, restarts between or not.
func TestWhatWasDeliveredIsRemembered(t *testing.T) {
	both := []Channel{{Name: "c", Via: Webhook}, {Name: "d", Via: Webhook}}
	var events []Event
	for i := range 9 {
		events = append(events, an(Warning, fmt.Sprint("e", i), i))
	}
	var o Outbox
	for i := range events {
		o = stored(t, o.Add(events[i:i+1], both, start))
		if due := o.Due(start); len(due) != 2 {
			t.Fatalf("%s: %d deliveries are due, want one on each channel", events[i].Text, len(due))
		}
		o = stored(t, o.Delivered(events[i].deliveryID(), "c"))
		o = o.Delivered(events[i].deliveryID(), "d")
	}
	if o = o.Add(events[1:], both, start); len(o.Due(start)) > 0 {
		t.Errorf("%s are due again", named(o.Due(start)))
	}
	if o = o.Add(events[:1], both, start); len(o.Due(start)) != 2 {
		t.Errorf("%s are due, want that eight deliveries of each channel are remembered", named(o.Due(start)))
	}
}
