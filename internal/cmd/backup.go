package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"ortop/history"
	"ortop/internal/text"
	"ortop/ui/draw"
)

func (a *app) backupCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "Copy the history to a file, and check the copy",
		Long: `backup copies the whole history, of all accounts, to a new file that only you can
read, while a running ortop goes on storing. The copy is there whole or not at all,
and every row of it is compared with its checksums. It holds no keys.

The exit code is 4 if the history is damaged; the copy then is, too.`,
		Example: "  ortop backup history-backup.db",
		Args:    cobra.ExactArgs(1),
		RunE:    a.runs(a.backup),
	}
}

func (a *app) restoreCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "restore FILE",
		Short: "Put a backup in the place of the history",
		Long: `restore checks every row of a backup, and puts it in the place of the history, whole
or not at all. What was there is kept in a file beside it. A running ortop need not
be stopped: it goes on with what was restored. The backup stays as it is.`,
		Example: "  ortop restore restored.db",
		Args:    cobra.ExactArgs(1),
		RunE:    a.runs(a.restore),
	}
}

// ownHistory are the settings where there is a history on disk.
func (a *app) ownHistory() (settings, error) {
	if a.flags.demo != "" {
		return settings{}, usageError("", "a simulated account has no history on disk")
	}
	s, err := a.settings()
	if err == nil {
		err = s.historyErr
	}
	return s, err
}

func (a *app) backup(ctx context.Context, args []string) (err error) {
	s, err := a.ownHistory()
	if err != nil {
		return err
	}
	db, err := history.Open(ctx, s.historyPath, history.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	p := a.progress()
	p.doing("copying to %s", draw.Clean(args[0]))
	err = db.Backup(ctx, args[0])
	p.end()
	if err = joined(err, db.Close()); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return usageError("name another file, or move that one away", "%q is there already", args[0])
		}
		return err
	}
	made, err := history.Open(ctx, args[0], history.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer closing(&err, made.Close)
	report, err := a.verify(ctx, made, args[0])
	if err != nil {
		return err
	}
	if !report.OK {
		return &exitError{exitUnknown, fmt.Errorf("the history is damaged, and so is its copy %q: %s", args[0], report.Problems[0]), damageHint}
	}
	info, err := os.Stat(args[0])
	if err != nil {
		return err
	}
	return a.answer(fmt.Sprintf("backup: %s readings, %.1f MB, checked, in %s", text.Count(report.Rows), float64(info.Size())/1e6, args[0]))
}

func (a *app) restore(ctx context.Context, args []string) error {
	s, err := a.ownHistory()
	if err != nil {
		return err
	}
	p := a.progress()
	p.doing("checking and restoring %s", draw.Clean(args[0]))
	done, err := history.Restore(ctx, s.historyPath, args[0], a.now())
	p.end()
	if err != nil {
		if errors.Is(err, history.ErrBackupDamaged) {
			return &exitError{exitUnknown, err, "the history is as it was"}
		}
		return err
	}
	words := fmt.Sprintf("restored: %s readings from %s", text.Count(done.Rows), args[0])
	if done.Kept != "" {
		words += "; what was there is kept in " + done.Kept
	}
	return a.answer(words)
}
