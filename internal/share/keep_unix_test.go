//go:build unix

package share

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"testing"
	"time"

	"ortop/internal/sharetest"
)

// The lease is renewed while what there is to send takes longer than it lasts.
func TestRenewalWaitsForNoWork(t *testing.T) {
	t.Parallel()
	cluster, e := started(t, 8*time.Second)
	s := newStation(t, e, "a", "x")
	stuck, goOn := make(chan struct{}), make(chan struct{})
	c := e.NewCollector(s.db, "a", slog.New(slog.DiscardHandler), func(string, string) []byte {
		select {
		case <-stuck:
		default:
			close(stuck)
		}
		<-goOn
		return nil
	})
	a := c.Add("x", "u")
	c.Start(t.Context())
	s.read("x", noon, 1)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); c.Run(ctx) }()
	defer func() { cancel(); <-done }()
	defer close(goOn)
	a.Stored()
	<-stuck
	expires := func() float64 {
		v, err := strconv.ParseFloat(cluster.Query("SELECT max(extract(epoch FROM expires)) FROM ortop.collector"), 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	first := expires()
	sharetest.WaitFor(t, "the lease to be renewed twice", func() bool { return expires() > first+3 })
	if !a.MayPoll() {
		t.Error("the account may not be read although the lease was renewed")
	}
}

// Accounts that are new to a collector, with many keys each, take few statements.
func TestManyAccountsTakeFewStatements(t *testing.T) {
	const accounts, keys = 20, 20
	c, e := started(t, time.Minute)
	c.Needs("sessions that count")
	var names []string
	for i := range accounts {
		names = append(names, fmt.Sprint("x", i))
	}
	s := newStation(t, e, "a", names...)
	for _, n := range names {
		for k := range keys {
			s.readKey(n, fmt.Sprint("key#", k), noon, 1)
		}
	}
	statements := func() int {
		n, err := strconv.Atoi(c.Query("SELECT sum(xact_commit) FROM pg_stat_database WHERE datname = current_database()"))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := statements()
	s.Start(t.Context())
	s.ship(t.Context())
	if s.Waits() > 0 {
		t.Fatalf("%d entries wait", s.Waits())
	}
	if err := e.Close(); err != nil { // a server process counts when it ends
		t.Fatal(err)
	}
	sharetest.WaitFor(t, "the server to count", func() bool {
		return c.Query("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ortop' AND datname = current_database() AND pid <> pg_backend_pid()") == "0"
	})
	took := statements() - before
	t.Logf("%d accounts of %d keys took %d statements", accounts, keys, took)
	if most := accounts * keys; took < accounts || took > most {
		t.Errorf("%d accounts took %d statements, want fewer than the %d series", accounts, took, most)
	}
}
