package spenders

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"ortop/client"
	"ortop/internal/sim"
)

func TestCallsAtTheSameTimeShareRequests(t *testing.T) {
	for _, by := range Bys {
		bubble(t, func(t *testing.T) {
			b := newBench(t, oldAccount("steady"))
			b.read()
			b.account.Fail(sim.Fault{Delay: time.Second})
			before := len(b.account.Requests())
			b.broken(by, 24*time.Hour)
			alone := len(b.account.Requests()) - before
			time.Sleep(time.Hour)
			b.read()
			before = len(b.account.Requests())
			var all sync.WaitGroup
			for range 5 {
				all.Go(func() { b.broken(by, 24*time.Hour) })
			}
			all.Wait()
			if n := len(b.account.Requests()) - before; n > alone {
				t.Errorf("five breakdowns by %s made %d requests, one %d", by, n, alone)
			}
		})
	}
}

func TestAFailureIsNotRepeatedForAMinute(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, oldAccount("steady"))
		b.read()
		for _, path := range []string{"/analytics", "/activity"} {
			b.account.Fail(sim.Fault{Path: "/analytics", Status: 500}, sim.Fault{Path: "/activity", Status: 500})
			before := b.requests(path) + b.requests(path+"/query")
			for range 60 {
				if d := b.broken(ByModel, 24*time.Hour); d.Rows != nil {
					t.Fatalf("rows = %+v", d.Rows)
				}
				time.Sleep(10 * time.Second)
			}
			// A span that is counted anew every five minutes is one more.
			if n := b.requests(path) + b.requests(path+"/query") - before; n < 9 || n > 13 {
				t.Errorf("10 minutes of failures made %d requests to %s, want one a minute", n, path)
			}
			b.account.Fail()
			time.Sleep(time.Minute)
			if d := b.broken(ByModel, 24*time.Hour); len(d.Rows) == 0 {
				t.Errorf("a minute after the end of the trouble: Notes = %q", d.Notes)
			}
			time.Sleep(answerGood)
		}
	})
}

func TestCache(t *testing.T) {
	const hour = time.Hour
	var c cache
	api := &fakeAPI{}
	now := func() time.Time { return noon }
	g := c.connected(api, now)
	c.add(api, answer{question: "q", from: noon.Add(-hour), to: noon, at: noon, value: 1}, true)
	c.add(api, answer{question: "short", from: noon.Add(-6 * time.Minute), to: noon, at: noon, value: 1}, true)
	for _, x := range []struct {
		name         string
		question     string
		from, to, at time.Duration
		found        bool
	}{
		{"the same", "q", -hour, 0, 0, true},
		{"another", "p", -hour, 0, 0, false},
		{"a little later", "q", -hour + 4*time.Minute, 4 * time.Minute, 4 * time.Minute, true},
		{"one that begins elsewhere", "q", -hour - 6*time.Minute, 0, 0, false},
		{"one that ends elsewhere", "q", -hour, 6 * time.Minute, 0, false},
		{"a short span", "short", -6*time.Minute + 30*time.Second, 30 * time.Second, 0, true},
		{"a short span that is not near", "short", -6*time.Minute + 31*time.Second, 31 * time.Second, 0, false},
		{"at its last moment", "q", -hour, 0, answerGood - 1, true},
		{"too old", "q", -hour, 0, answerGood, false},
		{"before a clock that was set back", "q", -hour, 0, -1, false},
	} {
		if _, found := c.find(api, x.question, noon.Add(x.from), noon.Add(x.to), noon.Add(x.at)); found != x.found {
			t.Errorf("%s: found = %v, want %v", x.name, found, x.found)
		}
	}
	for i := range 2 * maxAnswers {
		c.add(api, answer{question: fmt.Sprint(i), at: noon}, true)
		if len(c.answers) > maxAnswers {
			t.Fatalf("%d answers", len(c.answers))
		}
	}
	if c.answers[maxAnswers-1].question != fmt.Sprint(2*maxAnswers-1) || c.answers[0].question != fmt.Sprint(maxAnswers) {
		t.Errorf("answers are %q to %q, want the newest", c.answers[0].question, c.answers[maxAnswers-1].question)
	}
	c.add(api, answer{question: "late", at: noon.Add(answerGood)}, true)
	if len(c.answers) != 1 {
		t.Errorf("%d answers, want the one that is good", len(c.answers))
	}
	g.Note("q", client.ErrServer)
	if c.connected(api, now) != g || len(c.answers) != 1 {
		t.Error("the same connection was forgotten")
	}
	other := &fakeAPI{}
	if c.connected(other, now) == g || len(c.answers) != 0 {
		t.Error("another connection has the answers of the one before")
	}
	if c.add(api, answer{question: "q", at: noon}, true); len(c.answers) != 0 {
		t.Error("an answer to the connection before was taken in")
	}
}

// TestCacheHoldsFewRows: what the board has is not held beside it, however many
// ranges are looked at; where there is no board it is asked for once.
func TestCacheHoldsFewRows(t *testing.T) {
	noon := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	for _, again := range []bool{false, true} {
		c := cache{api: &fakeAPI{}}
		for i := range 14 {
			c.add(c.api, answer{question: fmt.Sprint(i), at: noon, value: client.Analytics{Rows: make([]client.AnalyticsRow, 5_000)}}, again)
		}
		want := 14
		if again {
			want = 1
		}
		if len(c.answers) != want || c.answers[want-1].question != "13" {
			t.Errorf("board %t: %d answers, the newest %q, want %d", again, len(c.answers), c.answers[len(c.answers)-1].question, want)
		}
	}
}
