//go:build unix

package share

import (
	"context"
	"database/sql"
	"fmt"
	"reflect"
	"testing"
	"time"

	"ortop/internal/sharetest"
)

// What a poll costs the file that it is sent from is counted: it is most of what sending
// costs a collector.
func TestSendingCostsTheFileLittle(t *testing.T) {
	_, e := started(t, time.Minute)
	names := []string{"x", "y", "z"}
	s := newStation(t, e, "a", names...)
	s.Start(t.Context())
	poll := func(minute int) {
		for _, n := range names {
			s.readAll(n, noon.Add(time.Duration(minute)*time.Minute), float64(minute+1), 3)
		}
	}
	poll(0)
	s.ship(t.Context()) // what is made once is there
	poll(1)
	before := s.Collector.db.Stats()
	s.ship(t.Context())
	if n := s.Waits(); n > 0 {
		t.Fatalf("%d entries wait", n)
	}
	after := s.Collector.db.Stats()
	if n := after.Commits - before.Commits; n != 1 {
		t.Errorf("%d commits for %d accounts, want one", n, len(names))
	}
	if n := after.ReadTx - before.ReadTx; n > 3 { // the entries; who waits, before and after
		t.Errorf("%d reads of the file for %d accounts", n, len(names))
	}
}

// All that waits of several accounts is one statement, whatever they are.
func TestAccountsAreSentTogether(t *testing.T) {
	c, _ := started(t, time.Minute)
	r := sharetest.NewRelay(t, c.Port)
	e := open(t, c.By(r.Port()), time.Minute)
	var names []string
	for i := range batch {
		names = append(names, fmt.Sprint("x", i))
	}
	s := newStation(t, e, "a", names...)
	s.Start(t.Context())
	poll := func(minute int) (turns int64) {
		for _, n := range names {
			s.readAll(n, noon.Add(time.Duration(minute)*time.Minute), float64(minute+1), 2)
		}
		before := r.Turns.Load()
		s.ship(t.Context())
		if n := s.Waits(); n > 0 {
			t.Fatalf("%d entries wait", n)
		}
		return r.Turns.Load() - before
	}
	poll(0) // what is made once is there
	if n := poll(1); n != 1 {
		t.Errorf("%d round trips for %d accounts, want one", n, len(names))
	}
}

// Of several accounts that are sent together one whose lease was lost, and one that the
// engine refuses, keep nothing of the others back.
func TestOneAccountKeepsNoOtherBack(t *testing.T) {
	c, e := started(t, time.Minute)
	names := []string{"x", "y", "z", "lost", "refused"}
	s := newStation(t, e, "a", names...)
	s.Start(t.Context())
	for i, n := range names {
		s.read(n, noon, float64(i+1))
	}
	s.ship(t.Context()) // what is made once is there
	rewritten := c.Query("SELECT rewritten + 1 FROM ortop.account WHERE name = 'lost'")
	c.Query("UPDATE ortop.account SET owner = 'b', token = token + 1 WHERE name = 'lost'")
	c.Query("ALTER TABLE ortop.sample ADD CHECK (usage <> 15)")
	for i, n := range names {
		s.read(n, noon.Add(time.Minute), float64(i+11))
	}
	s.ship(t.Context())
	for i, a := range s.accounts {
		want, waits := []float64{float64(i + 1), float64(i + 11)}, 0
		if a.Name == "refused" {
			want, waits = want[:1], 1
		}
		if got := usages(t, e, a.Name); !reflect.DeepEqual(got, want) || a.Waits() != waits {
			t.Errorf("of the account %s the engine has %v and %d wait, want %v and %d", a.Name, got, a.Waits(), want, waits)
		}
		if _, token, _ := a.lease(); (token == 0) != (a.Name == "lost") {
			t.Errorf("the lease of the account %s is %d", a.Name, token)
		}
	}
	if s.Trouble() == "" {
		t.Error("nothing says that rows are refused")
	}
	for _, a := range s.accounts[:3] {
		if s.Away() > 0 || !a.MaySend() {
			t.Errorf("the engine is away for %v, and the alerts of the account %s wait", s.Away(), a.Name)
		}
	}
	s.read("x", noon.Add(2*time.Minute), 21)
	s.ship(t.Context())
	if got := usages(t, e, "x"); !reflect.DeepEqual(got, []float64{1, 11, 21}) || s.Trouble() == "" {
		t.Errorf("beside an account that is refused x has %v, and what is wrong is %q", got, s.Trouble())
	}
	if n := c.Query("SELECT rewritten FROM ortop.account WHERE name = 'lost'"); n != rewritten {
		t.Errorf("its rows were written before others %s times, want %s", n, rewritten)
	}
	c.Query("ALTER TABLE ortop.sample DROP CONSTRAINT sample_usage_check")
	s.beat(t.Context())
	s.ship(t.Context())
	if got := usages(t, e, "refused"); !reflect.DeepEqual(got, []float64{5, 15}) || s.Waits() > 0 || s.Trouble() != "" {
		t.Errorf("then it has %v, %d wait, and what is wrong is %q", got, s.Waits(), s.Trouble())
	}
}

// An entry that is damaged keeps back what waits of its own account alone.
func TestDamagedEntryKeepsNoOtherBack(t *testing.T) {
	_, e := started(t, time.Minute)
	s := newStation(t, e, "a", "x", "damaged", "y")
	s.Start(t.Context())
	for i, n := range []string{"x", "damaged", "y"} {
		s.read(n, noon, float64(i+1))
	}
	s.ship(t.Context())
	for i, n := range []string{"x", "damaged", "y"} {
		s.read(n, noon.Add(time.Minute), float64(i+11))
	}
	file, err := sql.Open("sqlite", s.path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.Exec(`UPDATE outbox SET entry = '{' WHERE account = 'damaged' AND rev IS NULL`); err != nil {
		t.Fatal(err)
	}
	s.ship(t.Context())
	for n, want := range map[string][]float64{"x": {1, 11}, "damaged": {2}, "y": {3, 13}} {
		if got := usages(t, e, n); !reflect.DeepEqual(got, want) {
			t.Errorf("of the account %s the engine has %v, want %v", n, got, want)
		}
	}
	if a := s.accounts[1]; a.Waits() != 1 || s.Trouble() == "" || s.Away() > 0 {
		t.Errorf("%d entries wait of it, what is wrong is %q, the engine is away for %v", a.Waits(), s.Trouble(), s.Away())
	}
}

// Of a collector that runs, what is stored at about the same time is sent together: it
// sends a few times a second, however many accounts are read.
func TestRunSendsAFewTimesASecond(t *testing.T) {
	t.Parallel()
	c, _ := started(t, time.Minute)
	r := sharetest.NewRelay(t, c.Port)
	e := open(t, c.By(r.Port()), time.Minute)
	var names []string
	for i := range batch {
		names = append(names, fmt.Sprint("x", i))
	}
	s := newStation(t, e, "a", names...)
	ctx, cancel := context.WithCancel(t.Context())
	s.Start(ctx)
	for _, n := range names {
		s.read(n, noon, 1)
	}
	s.ship(ctx) // what is made once is there
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Run(ctx)
	}()
	defer func() { cancel(); <-done }()
	before, began := r.Turns.Load(), time.Now()
	for i, n := range names {
		s.read(n, noon.Add(time.Minute), 2)
		s.accounts[i].Stored()
	}
	sharetest.WaitFor(t, "all to be sent", func() bool { return s.Waits() == 0 })
	n, took := r.Turns.Load()-before, time.Since(began)
	if most := int64(took/gather) + 2 + 5*int64(took/(e.lease/4)); n > most {
		t.Errorf("%d round trips in %v, want %d at most", n, took, most)
	}
}
