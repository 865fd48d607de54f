package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/keys"
	"ortop/internal/monitor"
	"ortop/internal/text"
)

const (
	// listAge is how old a reading may be for the list of accounts.
	listAge = time.Minute
	// listAtOnce bounds how many accounts are asked at one time, and listLimit
	// the whole list.
	listAtOnce = 8
	listLimit  = 20 * time.Second
)

// accountRow is what is known of one account.
type accountRow struct {
	watched
	key  string // the source of its key, or empty
	snap account.Snapshot
	err  error // why nothing was asked
}

func (a *app) listAccounts(ctx context.Context, asJSON bool) error {
	first, stop, err := a.demoOrSettings(ctx)
	if err != nil {
		return err
	}
	defer stop()
	list, err := a.everyAccount(first)
	if err != nil {
		return err
	}
	rows := readAccounts(ctx, list)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	out := []byte(accountsText(rows, a.now()))
	if asJSON {
		if out, err = json.Marshal(accountsObject(rows, a.now())); err != nil {
			return err
		}
	}
	if _, err := a.stdout.Write(append(out, '\n')); err != nil {
		return fmt.Errorf("writing the answer: %w", err)
	}
	if n := total(rows, a.now()).Repeated; n > 0 {
		a.hint("%d of the accounts are other names of one that is listed: the sum has it once", n)
	}
	return unread(rows)
}

// readAccounts takes a snapshot of each account.
func readAccounts(ctx context.Context, list []watched) []accountRow {
	ctx, cancel := context.WithTimeout(ctx, listLimit)
	defer cancel()
	rows := make([]accountRow, len(list))
	turns := make(chan struct{}, listAtOnce)
	var all sync.WaitGroup
	for i, w := range list {
		all.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			rows[i] = w.row(ctx)
		})
	}
	all.Wait()
	return rows
}

func (w watched) row(ctx context.Context) accountRow {
	r := accountRow{watched: w, key: "the demo"}
	if w.settings.demo == nil {
		source, _ := keys.Where(w.app.env, w.settings.account, w.app.flags.account != "")
		r.key = source.Name
	}
	ses := w.app.watch(w.settings, w.app.errLog(), nil)
	defer ses.close()
	r.snap, r.err = ses.mon.Once(ctx, listAge)
	return r
}

// fault is why an account's numbers are missing or old, or nil.
func (r *accountRow) fault() *account.Fault {
	switch {
	case errors.Is(r.err, keys.ErrNone):
		return &account.Fault{Kind: credit.FaultUnauthorized, Message: "no key is set"}
	case r.err != nil:
		kind := credit.FaultStorage
		var connect *monitor.ConnectError
		if errors.As(r.err, &connect) {
			kind = credit.FaultUnauthorized
		}
		return &account.Fault{Kind: kind, Message: oneLine(r.err.Error())}
	}
	return r.snap.Fault
}

// unread is the error for accounts that have a key and could not be read.
func unread(rows []accountRow) error {
	var failed []error
	for i := range rows {
		r := &rows[i]
		if f := r.fault(); f != nil && r.key != "" {
			failed = append(failed, fmt.Errorf("account %s: %s", r.settings.account.Name, f.Message))
		}
	}
	if len(failed) == 0 {
		return nil
	}
	if n := len(failed) - 1; n > 0 {
		failed[0] = fmt.Errorf("%w (and %d more)", failed[0], n)
	}
	return &exitError{exitUnknown, failed[0], "ortop doctor --account NAME tells more"}
}

// total is the sum over the accounts, as every surface has it.
func total(rows []accountRow, now time.Time) account.Total {
	accounts := make([]account.Snapshot, len(rows))
	for i := range rows {
		accounts[i] = rows[i].snap
	}
	return account.TotalOf(accounts, now)
}

// accountsText is the list for a person.
func accountsText(rows []accountRow, now time.Time) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	line := func(cells ...string) { fmt.Fprintln(w, strings.Join(cells, "\t")) }
	t := total(rows, now)
	var left, perHour, perDay []string
	for i := range rows {
		burn := rows[i].snap.Burn
		left = append(left, newFields(rows[i].snap, now).Balance)
		perHour, perDay = append(perHour, text.MaybeUSD(burn.USDPerHour)), append(perDay, text.MaybeUSD(burn.USDPerDay))
	}
	if len(rows) > 1 {
		left, perHour, perDay = append(left, text.MaybeUSD(t.BalanceUSD)), append(perHour, text.MaybeUSD(t.USDPerHour)), append(perDay, text.MaybeUSD(t.USDPerDay))
	}
	left, perHour, perDay = text.Align(left), text.Align(perHour), text.Align(perDay)
	line("account", "key", "host", "state", "left", "an hour", "a day", "runs out", "read")
	for i := range rows {
		r := &rows[i]
		f := newFields(r.snap, now)
		key, host, state, read := r.key, r.settings.host, f.State, f.Age
		if key == "" {
			key, state = "none", "no key"
		}
		switch {
		case r.settings.demo != nil:
			host = "this machine"
		case host == "":
			host = "openrouter.ai"
		}
		if fault := r.fault(); fault != nil {
			if r.snap.At.IsZero() {
				read = "never"
			}
			if r.key != "" {
				read += ": " + faultWords(*fault)
				if r.snap.At.IsZero() {
					state = "not read"
				}
			}
		}
		end := f.RunsOut
		if f.Charge != text.Unknown {
			end = "charge " + f.Charge
		}
		line(oneLine(r.settings.account.Name), key, host, state, left[i], perHour[i], perDay[i], end, read)
	}
	if n := len(rows); n > 1 {
		first, read := "", text.Unknown
		if t.First >= 0 {
			first = "first: " + oneLine(rows[t.First].settings.account.Name)
		}
		if t.Known > 0 {
			read = "at most " + text.Ago(now.Sub(t.Oldest))
		}
		line(fmt.Sprintf("all %d accounts", n), "", "", fmt.Sprintf("%d of %d known", t.Known, n), left[n], perHour[n], perDay[n], first, read)
	}
	w.Flush()
	return strings.TrimRight(b.String(), "\n")
}
