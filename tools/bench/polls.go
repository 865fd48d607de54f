package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"ortop/internal/sim"
)

// collectors have so many keys each.
var collectors = []int{1, 200, 5_000}

// pollEvery is how often each polls.
const pollEvery = 2 * time.Second

// settles is how long a collector is left alone before it is measured: its past and the
// list of its keys are read by then.
const settles = 20 * time.Second

// polls measures what a poll costs a collector, three of them side by side.
func (b *bench) polls() error {
	type collector struct {
		*screen
		account *sim.Account
		cpu     time.Duration
		polls   int
	}
	all := make([]collector, len(collectors))
	for i, keys := range collectors {
		account, url, stop, err := serve(sim.Config{Profile: "steady", Keys: keys})
		if err != nil {
			return err
		}
		defer stop()
		name := fmt.Sprintf("collector%d", keys)
		s, err := start(b.environ(name), b.ortop, []string{"collect", "--interval", pollEvery.String(), "--base-url", url, "--history", filepath.Join(b.dir, name+".db")}, size{100, 30})
		if err != nil {
			return err
		}
		defer s.end()
		all[i] = collector{screen: s, account: account}
	}
	time.Sleep(min(settles, b.idle))
	for i := range all {
		c := &all[i]
		cpu, err := c.screen.cpu()
		if err != nil {
			return err
		}
		c.cpu, c.polls = cpu, readings(c.account)
	}
	time.Sleep(max(3*pollEvery, b.idle))
	var each []string
	for i := range all {
		c := &all[i]
		cpu, err := c.screen.cpu()
		if err != nil {
			return err
		}
		polls := readings(c.account) - c.polls
		if polls < 1 {
			return fmt.Errorf("the collector of %d keys polls nothing:\n%s", collectors[i], c.screen.screen())
		}
		each = append(each, fmt.Sprintf("%.1f", ms(cpu-c.cpu)/float64(polls)))
	}
	b.add("a poll, of an account with 1, 200 and 5,000 keys", "3, 3, 6 ms of processor", strings.Join(each, ", ")+" ms", "")
	return nil
}

// readings is how often the credits of an account were asked for.
func readings(a *sim.Account) (n int) {
	for _, r := range a.Requests() {
		if strings.HasSuffix(r.Path, "/credits") {
			n++
		}
	}
	return n
}
