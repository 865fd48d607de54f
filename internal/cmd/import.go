package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"ortop/history"
	"ortop/internal/monitor"
)

func (a *app) importCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "import FILE|-",
		Short: "Add readings or past spend from a file to the history",
		Long: `import adds what a file tells to the history of the account; - is standard
input. It takes

  readings     as ortop history --csv writes them: at,total_credits_usd,
               total_usage_usd,…
  activity     OpenRouter's export: CSV with a date and a cost (date,usage or
               created_at,cost_total), or the JSON of GET /activity

Nothing that the history has is changed: readings of a time that it covers are
left out, and so are days that are not before its first reading. To import twice
adds nothing the second time. Days without a line between the first and the last
of an activity export were days without spend; the day that is not over is left
out.

A line that is wrong costs no other, and is told by its number. All that is
right is added at once, or nothing is.`,
		Example: `  ortop history --csv > readings.csv
  ortop import readings.csv`,
		Args: cobra.ExactArgs(1),
		RunE: a.runs(func(ctx context.Context, args []string) error { return a.importFile(ctx, args[0]) }),
	}
}

const importHint = "expected are the columns at,total_credits_usd,total_usage_usd as ortop history --csv writes them, " +
	"or OpenRouter's activity: CSV with date,usage or created_at,cost_total, or the JSON of GET /activity"

func (a *app) importFile(ctx context.Context, path string) error {
	s, stop, err := a.demoOrSettings(ctx)
	if err != nil {
		return err
	}
	defer stop()
	f, err := a.readImport(ctx, path)
	if errors.Is(err, errWrongKind) {
		return &exitError{exitFailed, fmt.Errorf("importing %q: %w", path, err), importHint}
	}
	if err != nil {
		return fmt.Errorf("importing %q: %w", path, err)
	}
	for _, b := range f.bad[:min(3, len(f.bad))] {
		a.hint("%s %d: %s", f.noun, b.number, b.why)
	}
	if f.good == 0 && f.badLines > 0 {
		return fmt.Errorf("importing %q: nothing in it could be read", path)
	}
	ar, err := a.archive(ctx, s, history.Options{})
	if errors.Is(err, history.ErrNoSeries) {
		err = &exitError{code: exitUnknown, err: fmt.Errorf("the history at %q cannot be written to", s.historyPath)}
	}
	if err != nil {
		return err
	}
	defer ar.DB.Close()
	report, err := f.store(ctx, ar, s.account.Name)
	if err != nil {
		return err
	}
	_, err = io.WriteString(a.stdout, report)
	return written(err)
}

// readImport reads a file, or standard input for "-".
func (a *app) readImport(ctx context.Context, path string) (*importFile, error) {
	f, err := readFile(ctx, path, a.stdin, func(in io.Reader) (*importFile, error) { return parseImport(in, a.now()) })
	var wrong *fs.PathError
	if errors.As(err, &wrong) {
		err = wrong.Err // the path is told beside it
	}
	return f, err
}

// store adds what the file tells, and says what became of it.
func (f *importFile) store(ctx context.Context, ar monitor.Archive, account string) (report string, err error) {
	what, all, added := "readings", f.good, 0
	if f.days == nil {
		added, err = ar.DB.Import(ctx, ar.Shown, f.readings)
	} else {
		if _, ok, err := ar.DB.First(ctx, ar.Account); err != nil || !ok {
			return "", errors.Join(err, &exitError{exitFailed,
				fmt.Errorf("importing activity: account %s has no reading yet that the days could lead up to", account),
				"run ortop status once, and import again"})
		}
		spends := f.spends()
		what, all = "days", len(spends)
		added, err = ar.DB.Backfill(ctx, ar.Account, spends)
	}
	if err != nil {
		return "", err
	}
	var b strings.Builder
	line := func(label string, n int, format string, args ...any) {
		if n > 0 || label == "added" {
			fmt.Fprintf(&b, "%-8s %d %s\n", label, n, fmt.Sprintf(format, args...))
		}
	}
	line("added", added, "%s to the history of account %s", what, account)
	line("there", all-added, "%s that the history has already", what)
	line("empty", f.silent, "without a sum, or of the day that is not over")
	line("bad", f.badLines, "left out: %s %s", f.noun, f.badNumbers())
	return b.String(), nil
}

// badNumbers lists the numbers of the bad lines, up to a bound.
func (f *importFile) badNumbers() string {
	var numbers []string
	for _, b := range f.bad {
		numbers = append(numbers, strconv.Itoa(b.number))
	}
	s := strings.Join(numbers, ", ")
	if more := f.badLines - len(f.bad); more > 0 {
		s += fmt.Sprintf(" and %d more", more)
	}
	return s
}
