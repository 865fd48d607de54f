package cmd

import (
	"context"
	"encoding/json"
	"fmt"

	"ortop/internal/credit"
	"ortop/internal/keys"
	"ortop/internal/render"
	"ortop/internal/text"
)

// statusAll prints all accounts in one table: of the team where the history is shared
// and there is no key, else those of the configuration.
func (a *app) statusAll(ctx context.Context, asJSON bool) (err error) {
	first, stop, err := a.demoOrSettings(ctx)
	if err != nil {
		return err
	}
	defer stop()
	var rows []render.FleetRow
	if first.seen != nil {
		if rows, err = a.teamRows(first.seen.team); err != nil {
			return &exitError{code: exitUnknown, err: err}
		}
	} else {
		list, err := a.everyAccount(&first)
		if err != nil {
			return err
		}
		read, lost := readAccounts(ctx, list)
		defer closing(&err, func() error { return lost })
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		for i := range read {
			rows = append(rows, render.RowOf(&read[i], a.now()))
		}
		if len(list) == 1 && len(read) == 1 && read[0].Fault != nil && read[0].KeySource == "" {
			return &exitError{exitUsage, keys.ErrNone, noKeyHint}
		}
	}
	o := render.Fleet(rows)
	if asJSON {
		err = a.answerJSON(o)
	} else {
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

// teamRows are the accounts as their collectors last said they stand.
func (a *app) teamRows(t *team) (rows []render.FleetRow, err error) {
	list, err := t.e.List(true)
	if err != nil {
		return nil, err
	}
	for _, v := range list {
		var r render.FleetRow
		if len(v.Snapshot) == 0 || json.Unmarshal(v.Snapshot, &r.StatusObject) != nil {
			r = render.Nothing(credit.FaultStorage, "nothing was read of it yet")
		}
		r.Account = v.Name
		if v.Host != "" {
			host := text.Clean(v.Host, 64)
			r.Collector = &host
		}
		rows = append(rows, r.Aged(a.now(), v.Interval))
	}
	if len(rows) == 0 {
		return nil, errNoneShared
	}
	return rows, nil
}
