package share

import (
	"sync"
	"time"
)

// Account is one account that a collector can read. Its methods may be called from
// any goroutine; nil is of no team: it may do everything.
type Account struct {
	Name, BaseURL string
	c             *Collector

	mu     sync.Mutex
	id     int64
	token  int64  // of our lease; 0: there is none
	owner  string // the host whose lease it is, as last told; empty: nobody's
	others bool   // it is another's
	waits  int    // entries that were not acknowledged
	stored int    // how often something was stored
	// Of the collector's goroutine alone:
	keys  map[string]int64 // of its series, as far as they are known
	last  int64            // the last entry that was acknowledged
	asked bool             // the file was asked for last
	held  bool             // it failed by itself, and waits for the next beat
	// tidied is when entries that were acknowledged long ago were last dropped from the file.
	tidied time.Time
	// sent is told when entries were acknowledged.
	sent func()
}

// mark is how far an account was pulled.
type mark struct{ rev, rewritten, at int64 }

// OnSent makes f, which must not wait, be called when what was stored of the account
// was acknowledged.
func (a *Account) OnSent(f func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sent = f
}

// MayPoll reports whether the account may be read by this collector: its lease is, or
// the engine does not answer at all and it was by its last word.
func (a *Account) MayPoll() bool {
	a.mu.Lock()
	mine, others := a.token != 0, a.others
	a.mu.Unlock()
	now := time.Now()
	c := a.c
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case others:
		return false
	case now.Before(c.until):
		return mine
	}
	// Who was frozen has to ask the engine first.
	return (mine || c.until.IsZero()) && c.failed.After(c.until) && now.Sub(c.failed) < c.e.lease
}

// MaySend reports whether alerts that were decided by now may be sent: the engine took
// them by our lease, or it does not answer for two leases.
func (a *Account) MaySend() bool {
	if !a.MayPoll() {
		return false
	}
	a.mu.Lock()
	settled := a.waits == 0 && a.token != 0
	a.mu.Unlock()
	away := a.c.Away()
	return settled && away == 0 || away > 2*a.c.e.lease
}

// Stored notes that something was stored that is to be sent.
func (a *Account) Stored() {
	a.mu.Lock()
	a.waits++
	a.stored++
	a.mu.Unlock()
	select {
	case a.c.wake <- struct{}{}:
	default:
	}
}

// counted takes in how many entries waited when stored was as it was; what was stored
// since waits too.
func (a *Account) counted(stored, waits int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.stored == stored {
		a.waits = waits
	}
}

func (a *Account) storedSoFar() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.stored
}

// Waits is how many entries of it wait to be sent.
func (a *Account) Waits() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.waits
}

// lease returns what writes of the account must have; token 0: it is not ours.
func (a *Account) lease() (id, token int64, others bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.id, a.token, a.others
}

// lose notes that it is not ours.
func (a *Account) lose(others bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.token, a.others = 0, others
}

// move notes which number the engine has for it.
func (a *Account) move(id int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.id != id {
		a.id, a.keys = id, map[string]int64{}
	}
}
