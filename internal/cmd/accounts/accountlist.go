package accounts

import (
	"context"
	"fmt"

	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/monitor"
	"ortop/internal/render"
)

func listAccounts(ctx context.Context, a *cli.App, asJSON bool) (err error) {
	first, stop, err := session.DemoOrSettings(ctx, a)
	if err != nil {
		return err
	}
	defer stop()
	list, err := session.EveryAccount(a, &first)
	if err != nil {
		return err
	}
	rows, lost := session.ReadAccounts(ctx, list, session.Briefly(monitor.Live))
	defer cli.Closing(&err, func() error { return lost })
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if asJSON {
		err = a.AnswerJSON(render.Accounts(rows, a.Now()))
	} else {
		err = a.Answer(render.AccountsText(rows, a.Now(), a.Width()))
	}
	if err != nil {
		return err
	}
	if n := render.TotalOf(rows, a.Now()).Repeated; n > 0 {
		a.Hint("%d of the accounts are other names of one that is listed: the total counts it once", n)
	}
	return unread(rows)
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
	return &cli.ExitError{Code: cli.ExitUnknown, Err: failed[0], Hint: "run ortop doctor --account NAME for details"}
}
