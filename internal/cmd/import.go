package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ortop/history"
	"ortop/internal/credit"
	"ortop/internal/ledger"
	"ortop/internal/monitor"
)

func (a *app) importCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "import FILE|-",
		Short: "Add readings or past spend from a file to the history",
		Long: `import adds what a file holds to the history of the account; - is standard input.
It takes

  readings     as ortop history --csv writes them: at,total_credits_usd,
               total_usage_usd,…
  activity     OpenRouter's export: CSV with a date and a cost (date,usage or
               created_at,cost_total), or the JSON of GET /activity

Nothing in the history is changed: readings of a time that it covers are left
out, and so are days that are not before its first reading. Importing a file
again adds nothing. Activity by request is kept by the hour. Time without a line
between the first and the last of an activity export was without spend; the day
that is not over is left out, and so is one of which a line cannot be read. A
fuller file of the same time completes it.

Lines that cannot be read are reported by their numbers and left out. All others
are added at once, or none.`,
		Example: `  ortop history --csv > readings.csv
  ortop import readings.csv`,
		Args: cobra.ExactArgs(1),
		RunE: a.runs(func(ctx context.Context, args []string) error { return a.importFile(ctx, args[0]) }),
	}
}

const importHint = "expected are the columns at,total_credits_usd,total_usage_usd as ortop history --csv writes them, " +
	"or OpenRouter's activity: CSV with date,usage or created_at,cost_total, or the JSON of GET /activity"

func (a *app) importFile(ctx context.Context, path string) (err error) {
	s, stop, err := a.demoOrSettings(ctx)
	if err != nil {
		return err
	}
	defer stop()
	f, err := a.readImport(ctx, path)
	if errors.Is(err, ledger.ErrNoImport) {
		return &exitError{exitFailed, fmt.Errorf("importing %q: %w", path, err), importHint}
	}
	if errors.Is(err, ledger.ErrBYOK) {
		return &exitError{exitFailed, fmt.Errorf("importing %q: %w", path, err),
			"take the BYOK spend out of that column and call it usage, or export the activity with its usage"}
	}
	if err != nil {
		return fmt.Errorf("importing %q: %w", path, err)
	}
	for _, p := range f.Problems.First[:min(3, len(f.Problems.First))] {
		a.hint("%s %d: %s", f.Noun, p.Number, p.Text)
	}
	if f.Used == 0 && f.Problems.Count > 0 {
		return fmt.Errorf("importing %q: nothing in it could be read", path)
	}
	ar, err := a.archive(ctx, s, history.Options{})
	if errors.Is(err, history.ErrNoSeries) {
		err = &exitError{code: exitUnknown, err: fmt.Errorf("the history at %q cannot be written to", s.historyPath)}
	}
	if err != nil {
		return err
	}
	defer closing(&err, ar.DB.Close)
	report, err := storeImport(ctx, f, ar, s.account.Name)
	if err != nil {
		return err
	}
	followed := ar.Imported(ctx)
	if _, err = io.WriteString(a.stdout, report); err != nil {
		return written(err)
	}
	return followed
}

// readImport reads a file, or standard input for "-".
func (a *app) readImport(ctx context.Context, path string) (*ledger.Import, error) {
	f, err := readFile(ctx, path, a.stdin, func(in io.Reader) (*ledger.Import, error) { return ledger.ReadImport(in, a.now()) })
	var wrong *fs.PathError
	if errors.As(err, &wrong) {
		err = wrong.Err // the message has the path already
	}
	return f, err
}

// storeImport adds what a file holds, and returns a report of what became of
// it.
func storeImport(ctx context.Context, f *ledger.Import, ar monitor.Archive, account string) (report string, err error) {
	what, all, added := "readings", f.Used, 0
	if f.Days == nil {
		added, err = ar.DB.Import(ctx, ar.Shown, f.Readings)
	} else {
		what = "days"
		all, added, err = storeActivity(ctx, f, ar)
	}
	if errors.Is(err, history.ErrNoReading) {
		return "", &exitError{exitFailed,
			fmt.Errorf("importing activity: account %s has no reading yet that the days could lead up to", account),
			"run ortop status once, and import again"}
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
	line("repeated", f.Repeated, "of a request that was there before, counted once")
	line("empty", f.Empty, "without an amount, or of the day that is not over")
	line("open", f.OpenDays(), "of the days: a line of them could not be read, so a mended file can still set them")
	line("bad", f.Problems.Count, "left out: %s %s", f.Noun, numbersOf(f.Problems))
	return b.String(), nil
}

// storeActivity adds what a file holds of activity, and returns how many days
// that are, and how many of them tell something new.
func storeActivity(ctx context.Context, f *ledger.Import, ar monitor.Archive) (days, added int, err error) {
	spends := f.Spends()
	spans := make([]history.Spend, len(spends))
	for i, s := range spends {
		spans[i] = history.Spend{From: s.From, To: s.To, USD: s.USD}
	}
	fresh, err := ar.DB.ImportSpend(ctx, ar.Account, spans)
	return daysOf(spans), daysOf(fresh), err
}

// daysOf is how many UTC days spans are of.
func daysOf(spans []history.Spend) int {
	days := map[time.Time]bool{}
	for _, s := range spans {
		days[credit.DayStart(s.From)] = true
	}
	return len(days)
}

// numbersOf lists where the problems are, up to a bound.
func numbersOf(p ledger.Problems) string {
	var numbers []string
	for _, one := range p.First {
		numbers = append(numbers, strconv.Itoa(one.Number))
	}
	s := strings.Join(numbers, ", ")
	if more := p.Count - len(p.First); more > 0 {
		s += fmt.Sprintf(" and %d more", more)
	}
	return s
}
