package session

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"ortop/internal/account"
	"ortop/internal/cmd/cli"
	"ortop/internal/credit"
	"ortop/internal/keys"
	"ortop/internal/monitor"
	"ortop/internal/render"
	"ortop/internal/routine"
	"ortop/internal/text"
)

const (
	// listAtOnce bounds how many accounts are read at one time, and listLimit
	// the whole list.
	listAtOnce = 8
	listLimit  = 20 * time.Second
)

// ReadAccounts takes a snapshot of each account. The error is for readings that
// were in memory only, and are lost.
func ReadAccounts(ctx context.Context, list []Watched, fresh monitor.Freshness) ([]render.AccountRow, error) {
	ctx, cancel := context.WithTimeout(ctx, listLimit)
	defer cancel()
	var p *cli.Progress
	if len(list) > 0 {
		p = list[0].App.Progress()
	}
	defer p.End()
	read := &reading{p: p, of: len(list)}
	rows, lost := make([]render.AccountRow, len(list)), make([]error, len(list)+listAtOnce)
	var next atomic.Int64
	var all sync.WaitGroup
	for n := range min(listAtOnce, len(list)) {
		all.Go(routine.Guard(func() {
			var h held
			for i := next.Add(1) - 1; i < int64(len(list)); i = next.Add(1) - 1 {
				w := list[i]
				w.Settings.filling = read.filling
				rows[i], lost[i] = w.row(ctx, &h, fresh)
				read.note(1, 0)
				if h.db != nil && h.db.Damage() != "" { // is of one account, and told of it
					lost[i] = cli.Joined(lost[i], h.close())
				}
			}
			lost[len(list)+n] = h.close()
		}))
	}
	all.Wait()
	return rows, cli.Joined(lost...)
}

// reading says how many accounts are read, to a person who waits.
type reading struct {
	p  *cli.Progress
	of int

	mu         sync.Mutex
	done, past int // accounts that are read, and whose past is being
}

// note takes in how many more are read, and of how many more the past is being read.
func (r *reading) note(done, past int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done, r.past = r.done+done, r.past+past
	if r.past > 0 {
		r.p.Doing("reading what %s spent before now: %d of %d read", text.Many(r.past, "account"), r.done, r.of)
		return
	}
	r.p.Doing("reading %s: %d read", text.Many(r.of, "account"), r.done)
}

// filling is called before the past of an account is read, and what it returns after that.
func (r *reading) filling() (done func()) {
	r.note(0, 1)
	return func() { r.note(0, -1) }
}

func (w Watched) row(ctx context.Context, h *held, fresh monitor.Freshness) (r render.AccountRow, lost error) {
	s := w.Settings
	s.held = h
	r = render.AccountRow{Name: s.Account.Name, BaseURL: s.BaseURL, Host: s.Host, Demo: s.Demo != nil, KeySource: "the demo"}
	if s.Demo == nil {
		source, _ := keys.Where(w.App.Env, s.Account, w.App.Flags.Account != "")
		r.KeySource = source.Name
	}
	if s.Seen != nil {
		r.KeySource = "shared"
	}
	ses := Watch(w.App, s, w.App.ErrLog(), nil)
	var err error
	r.Snapshot, err = ses.Mon.Once(ctx, fresh)
	r.Fault = s.RowFault(&r.Snapshot, err)
	if lost = ses.Close(); lost != nil {
		lost = fmt.Errorf("account %s: %w", r.Name, lost)
	}
	return r, lost
}

// RowFault is why an account's values are missing or old, or nil.
func (s *Settings) RowFault(snap *account.Snapshot, err error) *account.Fault {
	switch {
	case errors.Is(err, keys.ErrNone):
		return &account.Fault{Kind: credit.FaultUnauthorized, Message: "no key is set"}
	case err != nil:
		return s.faultOf(err)
	}
	return snap.Fault
}

// faultOf is why an account could not be read at all: no key connects, or its history,
// which is far away where a team has it, cannot be used.
func (s *Settings) faultOf(err error) *account.Fault {
	f := &account.Fault{Kind: credit.FaultStorage, Message: cli.OneLine(err.Error())}
	var connect *monitor.ConnectError
	switch {
	case errors.As(err, &connect):
		f.Kind = credit.FaultUnauthorized
	case s.Seen != nil:
		f.Kind = credit.FaultNetwork
	}
	return f
}
