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

	"ortop/keys"
	"ortop/monitor"
	"ortop/text"
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
	snap monitor.Snapshot
	err  error // why nothing was asked
}

// known reports whether the account's balance is known.
func (r *accountRow) known() bool { return r.snap.Balance != nil }

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
	if n := sum(rows, a.now()).repeated; n > 0 {
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
func (r *accountRow) fault() *monitor.Fault {
	switch {
	case errors.Is(r.err, keys.ErrNone):
		return &monitor.Fault{Kind: "unauthorized", Message: "no key is set"}
	case r.err != nil:
		kind := "storage"
		var connect *monitor.ConnectError
		if errors.As(r.err, &connect) {
			kind = "unauthorized"
		}
		return &monitor.Fault{Kind: kind, Message: oneLine(r.err.Error())}
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

// accountTotal is the sum over several accounts.
type accountTotal struct {
	known      int // of how many accounts the balance is known
	repeated   int // how many of those are another name of one that is in the sum
	balanceUSD float64
	perDayUSD  *float64 // nil where that of one of those is not known
	oldest     time.Time
	stale      bool
}

// sum adds up what is known. Two names of what must be one account, for the
// same person made their keys and the same was bought, count once.
func sum(rows []accountRow, now time.Time) accountTotal {
	type identity struct {
		baseURL, creator string
		boughtUSD        float64
	}
	seen := map[identity]bool{}
	perDay := 0.0
	t := accountTotal{perDayUSD: &perDay}
	for i := range rows {
		r := &rows[i]
		if !r.known() {
			continue
		}
		t.known++
		if t.oldest.IsZero() || r.snap.At.Before(t.oldest) {
			t.oldest = r.snap.At
		}
		t.stale = t.stale || r.snap.Stale(now)
		id := identity{baseURL: r.settings.baseURL, boughtUSD: r.snap.Balance.CreditsUSD}
		if r.snap.Key != nil {
			id.creator = r.snap.Key.Creator
		}
		if id.creator != "" && seen[id] {
			t.repeated++
			continue
		}
		seen[id] = true
		t.balanceUSD += r.snap.Balance.LeftUSD()
		if d := r.snap.Burn.USDPerDay; d == nil {
			t.perDayUSD = nil
		} else if t.perDayUSD != nil {
			perDay += *d
		}
	}
	if t.known == 0 {
		t.perDayUSD = nil
	}
	return t
}

// accountsText is the list for a person.
func accountsText(rows []accountRow, now time.Time) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	line := func(cells ...string) { fmt.Fprintln(w, strings.Join(cells, "\t")) }
	line("account", "key", "host", "left", "a day", "runs out", "read")
	for i := range rows {
		r := &rows[i]
		f := newFields(r.snap, now)
		key, host, read := r.key, r.settings.host, f.Age
		if key == "" {
			key = "none"
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
			}
		}
		line(oneLine(r.settings.account.Name), key, host, f.Balance, text.MaybeUSD(r.snap.Burn.USDPerDay), f.RunsOut, read)
	}
	if len(rows) > 1 {
		t := sum(rows, now)
		left, read := text.Unknown, text.Unknown
		if t.known > 0 {
			left, read = text.USD(t.balanceUSD), "at most "+text.Ago(now.Sub(t.oldest))
		}
		line(fmt.Sprintf("%d of %d", t.known, len(rows)), "", "", left, text.MaybeUSD(t.perDayUSD), "", read)
	}
	w.Flush()
	return strings.TrimRight(b.String(), "\n")
}
