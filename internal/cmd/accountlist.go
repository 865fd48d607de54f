package cmd

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/keys"
	"ortop/internal/monitor"
	"ortop/internal/render"
	"ortop/internal/routine"
)

const (
	// listAtOnce bounds how many accounts are read at one time, and listLimit
	// the whole list.
	listAtOnce = 8
	listLimit  = 20 * time.Second
)

func (a *app) listAccounts(ctx context.Context, asJSON bool) (err error) {
	first, stop, err := a.demoOrSettings(ctx)
	if err != nil {
		return err
	}
	defer stop()
	list, err := a.everyAccount(&first)
	if err != nil {
		return err
	}
	rows, lost := readAccounts(ctx, list, briefly(monitor.Live))
	defer closing(&err, func() error { return lost })
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if asJSON {
		err = a.answerJSON(render.Accounts(rows, a.now()))
	} else {
		err = a.answer(render.AccountsText(rows, a.now(), a.width()))
	}
	if err != nil {
		return err
	}
	if n := render.TotalOf(rows, a.now()).Repeated; n > 0 {
		a.hint("%d of the accounts are other names of one that is listed: the total counts it once", n)
	}
	return unread(rows)
}

// readAccounts takes a snapshot of each account. The error is for readings that
// were in memory only, and are lost.
func readAccounts(ctx context.Context, list []watched, fresh monitor.Freshness) ([]render.AccountRow, error) {
	ctx, cancel := context.WithTimeout(ctx, listLimit)
	defer cancel()
	rows, lost := make([]render.AccountRow, len(list)), make([]error, len(list)+listAtOnce)
	var next atomic.Int64
	var all sync.WaitGroup
	for n := range min(listAtOnce, len(list)) {
		all.Go(routine.Guard(func() {
			var h held
			for i := next.Add(1) - 1; i < int64(len(list)); i = next.Add(1) - 1 {
				rows[i], lost[i] = list[i].row(ctx, &h, fresh)
				if h.db != nil && h.db.Damage() != "" { // is of one account, and told of it
					lost[i] = joined(lost[i], h.close())
				}
			}
			lost[len(list)+n] = h.close()
		}))
	}
	all.Wait()
	return rows, joined(lost...)
}

func (w watched) row(ctx context.Context, h *held, fresh monitor.Freshness) (r render.AccountRow, lost error) {
	s := w.settings
	s.held = h
	r = render.AccountRow{Name: s.account.Name, BaseURL: s.baseURL, Host: s.host, Demo: s.demo != nil, KeySource: "the demo"}
	if s.demo == nil {
		source, _ := keys.Where(w.app.env, s.account, w.app.flags.account != "")
		r.KeySource = source.Name
	}
	if s.seen != nil {
		r.KeySource = "shared"
	}
	ses := w.app.watch(s, w.app.errLog(), nil)
	var err error
	r.Snapshot, err = ses.mon.Once(ctx, fresh)
	r.Fault = rowFault(&r.Snapshot, err)
	if lost = ses.close(); lost != nil {
		lost = fmt.Errorf("account %s: %w", r.Name, lost)
	}
	return r, lost
}

// rowFault is why an account's values are missing or old, or nil.
func rowFault(s *account.Snapshot, err error) *account.Fault {
	switch {
	case errors.Is(err, keys.ErrNone):
		return &account.Fault{Kind: credit.FaultUnauthorized, Message: "no key is set"}
	case err != nil:
		kind := credit.FaultStorage
		var connect *monitor.ConnectError
		if errors.As(err, &connect) {
			kind = credit.FaultUnauthorized
		}
		return &account.Fault{Kind: kind, Message: oneLine(err.Error())}
	}
	return s.Fault
}

// unread is the error for accounts that have a key and could not be read.
func unread(rows []render.AccountRow) error {
	var failed []error
	for _, r := range rows {
		if r.Fault != nil && r.KeySource != "" {
			failed = append(failed, fmt.Errorf("account %s: %s", r.Name, r.Fault.Message))
		}
	}
	if len(failed) == 0 {
		return nil
	}
	if n := len(failed) - 1; n > 0 {
		failed[0] = fmt.Errorf("%w (and %d more)", failed[0], n)
	}
	return &exitError{exitUnknown, failed[0], "run ortop doctor --account NAME for details"}
}
