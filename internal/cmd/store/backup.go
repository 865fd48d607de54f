package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"ortop/history"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// BackupCommand is ortop backup.
func BackupCommand(a *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "Copy the history to a file, and check the copy",
		Long: `backup copies the whole history, of all accounts, to a new file that only you can
read, while a running ortop goes on storing. The copy is there whole or not at all,
and every row of it is compared with its checksums. It holds no keys.

The exit code is 4 if the history is damaged; the copy then is, too.`,
		Example: "  ortop backup history-backup.db",
		Args:    cobra.ExactArgs(1),
		RunE:    a.Runs(func(ctx context.Context, args []string) error { return backup(ctx, a, args) }),
	}
}

// RestoreCommand is ortop restore.
func RestoreCommand(a *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:   "restore FILE",
		Short: "Put a backup in the place of the history",
		Long: `restore checks every row of a backup, and puts it in the place of the history, whole
or not at all. What was there is kept in a file beside it. A running ortop need not
be stopped: it goes on with what was restored. The backup stays as it is.`,
		Example: "  ortop restore restored.db",
		Args:    cobra.ExactArgs(1),
		RunE:    a.Runs(func(ctx context.Context, args []string) error { return restore(ctx, a, args) }),
	}
}

// ownHistory are the settings where there is a history on disk.
func ownHistory(a *cli.App) (session.Settings, error) {
	if a.Flags.Demo != "" {
		return session.Settings{}, cli.UsageError("", "a simulated account has no history on disk")
	}
	s, err := session.Load(a)
	if err == nil {
		err = s.HistoryErr
	}
	return s, err
}

func backup(ctx context.Context, a *cli.App, args []string) (err error) {
	s, err := ownHistory(a)
	if err != nil {
		return err
	}
	db, err := history.Open(ctx, s.HistoryPath, history.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	p := a.Progress()
	p.Doing("copying to %s", draw.Clean(args[0]))
	err = db.Backup(ctx, args[0])
	p.End()
	if err = cli.Joined(err, db.Close()); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return cli.UsageError("name another file, or move that one away", "%q is there already", args[0])
		}
		return err
	}
	made, err := history.Open(ctx, args[0], history.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer cli.Closing(&err, made.Close)
	report, err := Verify(ctx, a, made, args[0])
	if err != nil {
		return err
	}
	if !report.OK {
		return &cli.ExitError{Code: cli.ExitUnknown, Err: fmt.Errorf("the history is damaged, and so is its copy %q: %s", args[0], report.Problems[0]), Hint: cli.DamageHint}
	}
	info, err := os.Stat(args[0])
	if err != nil {
		return err
	}
	return a.Answer(fmt.Sprintf("backup: %s readings, %.1f MB, checked, in %s", text.Count(report.Rows), float64(info.Size())/1e6, args[0]))
}

func restore(ctx context.Context, a *cli.App, args []string) error {
	s, err := ownHistory(a)
	if err != nil {
		return err
	}
	p := a.Progress()
	p.Doing("checking and restoring %s", draw.Clean(args[0]))
	done, err := history.Restore(ctx, s.HistoryPath, args[0], a.Now())
	p.End()
	if err != nil {
		if errors.Is(err, history.ErrBackupDamaged) {
			return &cli.ExitError{Code: cli.ExitUnknown, Err: err, Hint: "the history is as it was"}
		}
		return err
	}
	words := fmt.Sprintf("restored: %s readings from %s", text.Count(done.Rows), args[0])
	if done.Kept != "" {
		words += "; what was there is kept in " + done.Kept
	}
	return a.Answer(words)
}

// Verify reads a whole history, and says how far it is.
func Verify(ctx context.Context, a *cli.App, db *history.DB, path string) (history.Report, error) {
	p, path := a.Progress(), draw.Clean(path)
	defer p.End()
	p.Doing("checking %s", path)
	return db.VerifyReporting(ctx, func(read, of int64) {
		p.Doing("checking %s: %d %% of its %s", path, min(100, read*100/max(1, of)), text.Many(of, "reading"))
	})
}
