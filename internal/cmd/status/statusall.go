package status

import (
	"context"
	"fmt"
	"time"

	"ortop/internal/account"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/keys"
	"ortop/internal/metrics"
	"ortop/internal/render"
)

// statusAll prints all accounts in one table, or as metrics: of the team where the history
// is shared and there is no key, else those of the configuration.
func statusAll(ctx context.Context, a *cli.App, f Flags) (err error) {
	first, stop, err := session.DemoOrSettings(ctx, a)
	if err != nil {
		return err
	}
	defer stop()
	var rows []render.FleetRow
	var exported []metrics.Account
	if first.Seen != nil {
		if rows, exported, err = session.TeamRows(a, first.Seen.Team); err != nil {
			return &cli.ExitError{Code: cli.ExitUnknown, Err: err}
		}
	} else {
		list, err := session.EveryAccount(a, &first)
		if err != nil {
			return err
		}
		read, lost := session.ReadAccounts(ctx, list, f.Fresh)
		defer cli.Closing(&err, func() error { return lost })
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		for i := range read {
			rows = append(rows, render.RowOf(&read[i], a.Now()))
			snap := lasting(read[i].Snapshot, f.Fresh.MaxAge)
			snap.Account, snap.Fault = read[i].Name, read[i].Fault
			exported = append(exported, metrics.Account{Snapshot: snap})
		}
		if len(list) == 1 && len(read) == 1 && read[0].Fault != nil && read[0].KeySource == "" {
			return &cli.ExitError{Code: cli.ExitUsage, Err: keys.ErrNone, Hint: session.NoKeyHint}
		}
	}
	o := render.Fleet(rows)
	switch {
	case f.prometheus != "":
		err = printMetrics(a, f.prometheus, exported)
	case f.JSON:
		err = a.AnswerJSON(o)
	default:
		err = a.Answer(o.Text(a.Now(), a.Width()))
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
	return &cli.ExitError{Code: cli.ExitUnknown, Err: err, Hint: "run ortop doctor --account NAME for details"}
}

// lasting is the snapshot with values that are not old up to the age that was asked
// for: a file that is written every five minutes has those of five minutes ago.
func lasting(s account.Snapshot, maxAge time.Duration) account.Snapshot {
	if maxAge > 0 {
		s.Interval = max(s.Interval, min(maxAge, 365*24*time.Hour)/5*2+time.Second) // of which two and a half make it old
	}
	return s
}
