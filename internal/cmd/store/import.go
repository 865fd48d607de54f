package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ortop/history"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/config"
	"ortop/internal/credit"
	"ortop/internal/ledger"
	"ortop/internal/monitor"
	"ortop/internal/text"
)

// ImportCommand is ortop import.
func ImportCommand(a *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:   "import FILE...|-",
		Short: "Add readings or past spend from files to the history",
		Long: `import adds what files hold to the history of the account; - is standard input.
It takes

  readings     as ortop history --csv writes them: at,total_credits_usd,
               total_usage_usd,…
  activity     OpenRouter's export: CSV with a date and a cost (date,usage or
               created_at,cost_total), or the JSON of GET /activity
  traces       of requests, as OpenRouter's Broadcast sends them: an export in
               OTLP's JSON a line
  a history    the history file of another machine, of which it takes the readings

Nothing in the history is changed: readings of a time that it covers are left
out, but for those in its gaps, and so are days that are not before its first reading. Days that come before
there is one wait for it, and ortop history shows them meanwhile. Importing a file
again adds nothing, and files give one history in any order. The totals of
readings count: a spend that is not their rise is told by its line. A row with
neither is time that nobody saw, until the next row; one with a spend alone is
time whose spend is known from elsewhere. Activity by request is kept by the hour. Time without a line
between the first and the last of an activity export was without spend; the day
that is not over is left out, and so is one of which a line cannot be read. A
fuller file of the same time completes it.

Lines that cannot be read are reported by their numbers and left out. All others
of a file are added at once, or none.`,
		Example: `  ortop history --csv > readings.csv
  ortop import readings.csv
  ortop import laptop.db
  ortop import activity.csv`,
		Args: cobra.MinimumNArgs(1),
		RunE: a.Runs(func(ctx context.Context, paths []string) error { return importFiles(ctx, a, paths) }),
	}
}

const importHint = "expected are the columns at,total_credits_usd,total_usage_usd as ortop history --csv writes them, " +
	"OpenRouter's activity: CSV with date,usage or created_at,cost_total, or the JSON of GET /activity, traces of its Broadcast, or another history file"

// importFiles adds what files hold, once all of them could be read.
func importFiles(ctx context.Context, a *cli.App, paths []string) (err error) {
	s, stop, err := session.DemoOrSettings(ctx, a)
	if err != nil {
		return err
	}
	defer stop()
	files := make([]*ledger.Import, len(paths))
	for i, path := range paths {
		if files[i], err = readImport(ctx, a, &s, path); err != nil {
			return err
		}
	}
	ar, err := session.Archive(ctx, a, s, history.Options{})
	if errors.Is(err, history.ErrNoSeries) {
		err = &cli.ExitError{Code: cli.ExitUnknown, Err: fmt.Errorf("the history at %q cannot be written to", s.HistoryPath)}
	}
	if err != nil {
		return err
	}
	defer cli.Closing(&err, ar.DB.Close)
	early, err := ahead(ctx, ar)
	if err != nil {
		return err
	}
	reports := make([]string, len(paths))
	for _, days := range []bool{false, true} { // which lead up to readings
		for i, f := range files {
			if (f.Days != nil) != days {
				continue
			}
			if reports[i], err = storeImport(ctx, f, ar, s.Account.Name); err != nil {
				return fmt.Errorf("importing %q: %w", paths[i], err)
			}
		}
	}
	late, err := ahead(ctx, ar)
	if err != nil {
		return err
	}
	note, followed := ar.Imported(ctx)
	for i, report := range reports {
		if len(paths) > 1 {
			report = paths[i] + "\n" + report
		}
		if err := a.Answer(strings.TrimSuffix(report, "\n")); err != nil {
			return err
		}
	}
	switch {
	case note != "":
		a.Hint("%s", note)
	case late != "":
		if err := a.Answer("waiting  " + late + ": the account was never read, and its first reading follows on from it"); err != nil {
			return err
		}
	case early != "":
		a.Hint("%s, imported before, leads up to the first reading now", early)
	}
	return followed
}

// readImport reads a file, and tells what of it cannot be used.
func readImport(ctx context.Context, a *cli.App, s *session.Settings, path string) (*ledger.Import, error) {
	f, err := readImportFile(ctx, a, s, path)
	if err != nil {
		err = fmt.Errorf("importing %q: %w", path, err)
	}
	switch {
	case errors.Is(err, ledger.ErrNoImport):
		return nil, &cli.ExitError{Code: cli.ExitFailed, Err: err, Hint: importHint}
	case errors.Is(err, ledger.ErrBYOK):
		return nil, &cli.ExitError{Code: cli.ExitFailed, Err: err,
			Hint: "take the BYOK spend out of that column and call it usage, or export the activity with its usage"}
	case err != nil:
		return nil, err
	}
	for _, p := range append(first3(f.Problems), first3(f.Differ)...) {
		a.Hint("%s %d: %s", f.Noun, p.Number, p.Text)
	}
	if f.Used == 0 && f.Problems.Count > 0 {
		if f.Empty > 0 {
			return nil, fmt.Errorf("importing %q: what of it could be read has no amount, or is of the day that is not over", path)
		}
		return nil, fmt.Errorf("importing %q: nothing in it could be read", path)
	}
	return f, nil
}

func first3(p ledger.Problems) []ledger.Problem { return slices.Clone(p.First[:min(3, len(p.First))]) }

// readImportFile reads a file, or standard input for "-".
func readImportFile(ctx context.Context, a *cli.App, s *session.Settings, path string) (*ledger.Import, error) {
	if path != "-" && isDatabase(path) {
		return readHistory(ctx, a, *s, path)
	}
	p := a.Progress()
	defer p.End()
	f, err := cli.ReadFile(ctx, path, a.Stdin, func(in io.Reader) (*ledger.Import, error) {
		return ledger.ReadImport(p.Reading(path, in), a.Now())
	})
	return f, config.Cause(err)
}

// storeImport adds what a file holds, and returns a report of what became of
// it.
func storeImport(ctx context.Context, f *ledger.Import, ar monitor.Archive, account string) (report string, err error) {
	what, all, added := "reading", f.Used, 0
	if f.Days == nil {
		added, err = ar.DB.Import(ctx, ar.Shown, history.Export{
			Samples: f.Readings, Unseen: f.Unseen, Filled: stored(f.Filled), RoundUSD: f.RoundUSD,
		})
	} else {
		what = "day"
		all, added, err = storeActivity(ctx, f, ar)
	}
	if err != nil {
		return "", err
	}
	noun := func(n int) string {
		_, word, _ := strings.Cut(text.Many(n, what), " ")
		return word
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-8s %d %s to the history of account %s\n", "added", added, noun(added), account)
	for _, l := range []struct {
		label   string
		n       int
		message string
	}{
		{"there", all - added, noun(all-added) + " that the history has already"},
		{"repeated", f.Repeated, "of a time or a request that was there before, counted once"},
		{"empty", f.Empty, "without an amount, or of the day that is not over"},
		{"open", f.OpenDays(), "of the days: a line of them could not be read, so a mended file can still set them"},
		{"differ", f.Differ.Count, "with a spend that is not the rise of the totals, which count: " + f.Noun + " " + numbersOf(f.Differ)},
		{"bad", f.Problems.Count, "left out: " + f.Noun + " " + numbersOf(f.Problems)},
	} {
		if l.n > 0 {
			fmt.Fprintf(&b, "%-8s %d %s\n", l.label, l.n, l.message)
		}
	}
	return b.String(), nil
}

// ahead says what waits for the first reading of an account; empty: nothing.
func ahead(ctx context.Context, ar monitor.Archive) (string, error) {
	spans, err := ar.DB.Ahead(ctx, ar.Account)
	if err != nil || len(spans) == 0 {
		return "", err
	}
	usd := 0.0
	for _, s := range spans {
		usd += s.USD
	}
	const day = "2 Jan 2006"
	first, last := spans[0].From.Format(day), spans[len(spans)-1].To.Add(-time.Second).Format(day)
	if first == last {
		return text.USD(usd) + " of " + first, nil
	}
	return fmt.Sprintf("%s from %s to %s", text.USD(usd), first, last), nil
}

// storeActivity adds what a file holds of activity, and returns how many days
// that are, and how many of them tell something new.
func storeActivity(ctx context.Context, f *ledger.Import, ar monitor.Archive) (days, added int, err error) {
	spans := stored(f.Spends())
	fresh, err := ar.DB.ImportSpend(ctx, ar.Account, spans)
	return daysOf(spans), daysOf(fresh), err
}

// stored are spans as a history stores them.
//
//go:noinline
func stored(spends []ledger.Spend) []history.Spend {
	spans := make([]history.Spend, len(spends))
	for i, s := range spends {
		spans[i] = history.Spend{From: s.From, To: s.To, USD: s.USD}
	}
	return spans
}

// daysOf is how many UTC days spans are of.
//
//go:noinline
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
