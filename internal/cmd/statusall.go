package cmd

import (
	"context"
	"encoding/json"
	"fmt"

	"ortop/internal/credit"
	"ortop/internal/keys"
	"ortop/internal/metrics"
	"ortop/internal/render"
	"ortop/internal/text"
)

// statusAll prints all accounts in one table, or as metrics: of the team where the history
// is shared and there is no key, else those of the configuration.
func (a *app) statusAll(ctx context.Context, f statusFlags) (err error) {
	first, stop, err := a.demoOrSettings(ctx)
	if err != nil {
		return err
	}
	defer stop()
	var rows []render.FleetRow
	var told []metrics.Account
	if first.seen != nil {
		if rows, told, err = a.teamRows(first.seen.team); err != nil {
			return &exitError{code: exitUnknown, err: err}
		}
	} else {
		list, err := a.everyAccount(&first)
		if err != nil {
			return err
		}
		read, lost := readAccounts(ctx, list, f.fresh)
		defer closing(&err, func() error { return lost })
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		for i := range read {
			rows = append(rows, render.RowOf(&read[i], a.now()))
			snap := lasting(read[i].Snapshot, f.fresh.MaxAge)
			snap.Account, snap.Fault = read[i].Name, read[i].Fault
			told = append(told, metrics.Account{Snapshot: snap})
		}
		if len(list) == 1 && len(read) == 1 && read[0].Fault != nil && read[0].KeySource == "" {
			return &exitError{exitUsage, keys.ErrNone, noKeyHint}
		}
	}
	o := render.Fleet(rows)
	switch {
	case f.prometheus != "":
		err = a.printMetrics(f.prometheus, told)
	case f.json:
		err = a.answerJSON(o)
	default:
		err = a.answer(o.Text(a.now(), a.width()))
	}
	if err != nil {
		return err
	}
	failed := o.Unread()
	if len(failed) == 0 {
		return nil
	}
	err = fmt.Errorf("account %s", failed[0])
	if n := len(failed) - 1; n > 0 {
		err = fmt.Errorf("%w (and %d more)", err, n)
	}
	return &exitError{exitUnknown, err, "run ortop doctor --account NAME for details"}
}

// teamRows are the accounts as their collectors last said they stand, also as metrics.
func (a *app) teamRows(t *team) (rows []render.FleetRow, told []metrics.Account, err error) {
	list, err := t.e.List(true)
	if err != nil {
		return nil, nil, err
	}
	titles := titlesOf(list)
	for i, v := range list {
		var r render.FleetRow
		if len(v.Snapshot) == 0 || json.Unmarshal(v.Snapshot, &r.StatusObject) != nil {
			r = render.Nothing(credit.FaultStorage, "nothing was read of it yet")
		}
		r.Account, r.BaseURL = v.Name, v.BaseURL
		if v.Host != "" {
			host := text.Clean(v.Host, 64)
			r.Collector = &host
		}
		r = r.Aged(a.now(), v.Interval)
		rows = append(rows, r)
		snap := r.Snapshot()
		snap.Account = titles[i]
		told = append(told, metrics.Account{Snapshot: snap})
	}
	if len(rows) == 0 {
		return nil, nil, errNoneShared
	}
	return rows, told, nil
}
