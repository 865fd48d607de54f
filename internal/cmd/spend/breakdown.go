// Package spend has the commands that say what was spent, and by whom.
package spend

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ortop/client"
	"ortop/internal/account"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/credit"
	"ortop/internal/fault"
	"ortop/internal/monitor"
	"ortop/internal/render"
	"ortop/internal/spenders"
)

// answerLimit bounds a one-shot command that sends more than one request.
const answerLimit = 20 * time.Second

// BreakdownCommand is ortop breakdown.
func BreakdownCommand(a *cli.App) *cobra.Command {
	var by, key, model string
	var span cli.SpanFlags
	var age cli.AgeFlag
	var top int
	var asJSON bool
	var sheet cli.CSVFlags
	var c *cobra.Command
	c = &cobra.Command{
		Use:   "breakdown",
		Short: "Show who spent it",
		Long: `breakdown shows who spent what: by key, model, provider, workspace or member. It
needs a management key; an ordinary key sees only itself.

Spend that no row explains (deleted keys, the web chat, what is not yet charged)
is not attributed. Changes compare with the same span before. BYOK was paid to
the provider and is not part of any other amount. With --top one more row has
those that are left out, and in CSV one more what is not attributed: the rows add
up to what the account spent.`,
		Example: `  ortop breakdown
  ortop breakdown --by model --since 7d --json
  ortop breakdown --by model --top 5 --json
  ortop breakdown --key laptop --since week`,
		Args: cobra.NoArgs,
		RunE: a.Runs(func(ctx context.Context, _ []string) error {
			if !slices.Contains(spenders.Bys, spenders.By(by)) {
				return cli.UsageError(cli.DidYouMean(by, Groupings()), "--by: %q is not %s", by, ByNames())
			}
			dialect, asCSV, err := sheet.Dialect(asJSON)
			if err != nil {
				return err
			}
			now := a.Now()
			asked, err := span.Parse(now)
			// A day that goes on may have just begun.
			if err == nil && (asked.Back > 0 || asked.To.Before(now)) && asked.Length(now) < time.Minute {
				err = cli.UsageError("", "--since: at least a minute")
			}
			if err != nil {
				return err
			}
			print := func(s account.Snapshot, b spenders.Breakdown) error {
				return a.Answer(render.BreakdownText(&b, a.Now(), a.Width()) + "\n" + render.Shown(&s, a.Now()))
			}
			switch {
			case asJSON:
				print = func(_ account.Snapshot, b spenders.Breakdown) error { return a.AnswerJSON(render.Breakdown(&b)) }
			case asCSV:
				print = func(_ account.Snapshot, b spenders.Breakdown) error {
					return a.AnswerRaw(render.BreakdownCSV(&b, dialect))
				}
			}
			if c.Flags().Changed("top") && top < 1 {
				return cli.UsageError("", "--top: at least 1")
			}
			one, what := key, "key"
			if model != "" {
				if key != "" {
					return cli.UsageError("", "--key and --model exclude each other")
				}
				one, what = model, "model"
				if !c.Flags().Changed("by") {
					by = what
				}
			}
			if one != "" && by != what {
				return cli.UsageError("", "--%s goes with --by %[1]s", what)
			}
			return breakdown(ctx, a, session.Briefly(age.Fresh(monitor.Live)), spenders.By(by), asked, func(s account.Snapshot, b spenders.Breakdown) error {
				if one != "" {
					rows := rowsOf(b.Rows, one)
					if len(rows) == 0 && b.Rows != nil {
						return &cli.ExitError{Code: cli.ExitUnknown, Err: fmt.Errorf("no %s is called %q", what, one),
							Hint: cmp.Or(cli.DidYouMean(one, namesOf(b.Rows)), "ortop breakdown --by "+what+" lists them")}
					}
					b = b.Only(rows)
				}
				if top > 0 {
					b = b.Top(top)
				}
				return print(s, b)
			})
		}),
	}
	c.Flags().StringVar(&by, "by", string(spenders.ByKey), ByNames())
	span.Add(c, "24h")
	age.Add(a, c, cli.FromHistory)
	c.Flags().IntVar(&top, "top", 0, "only those that spent most")
	c.Flags().StringVar(&key, "key", "", "one key, by its name or its hash")
	c.Flags().StringVar(&model, "model", "", "one model, by its name")
	c.Flags().BoolVar(&asJSON, "json", false, cli.JSONUsage)
	sheet.Add(c)
	return c
}

// Groupings are the values of --by.
//
//go:noinline
func Groupings() []string {
	names := make([]string, len(spenders.Bys))
	for i, b := range spenders.Bys {
		names[i] = string(b)
	}
	return names
}

// ByNames are they, in words.
func ByNames() string {
	names := Groupings()
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

func namesOf(rows []spenders.Row) (names []string) {
	for _, r := range rows {
		names = append(names, r.Name)
	}
	return names
}

// rowsOf are the rows of a name, or of a key by the beginning of its hash.
func rowsOf(rows []spenders.Row, key string) []spenders.Row {
	var found []spenders.Row
	for _, r := range rows {
		if strings.EqualFold(r.Name, key) || len(key) >= 6 && strings.HasPrefix(r.ID, key) {
			found = append(found, r)
		}
	}
	return found
}

// breakdown prints who spent what. It fails with ExitUnknown where that is not
// known; what is known is printed all the same.
func breakdown(ctx context.Context, a *cli.App, fresh monitor.Freshness, by spenders.By, span cli.AskedSpan, print func(account.Snapshot, spenders.Breakdown) error) error {
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	var b spenders.Breakdown
	var failed error
	return session.Read(ctx, a, fresh, func(snap account.Snapshot, mon *monitor.Monitor) error {
		span.Settle(&snap, a.Now())
		b, failed = mon.Breakdown(ctx, spenders.Query{By: by, From: span.From, To: span.To})
		return print(snap, b)
	}, func(snap account.Snapshot) error {
		notes := b.Notes
		switch {
		case snap.Fault != nil && (failed != nil && b.Rows == nil || snap.Fault.Kind == credit.FaultNetwork):
			return session.Verdict(snap)
		case failed != nil:
			return &cli.ExitError{Code: cli.ExitUnknown, Err: failed, Hint: listHint(a, failed)}
		case b.Rows == nil && len(notes) > 0:
			return &cli.ExitError{Code: cli.ExitUnknown, Err: errors.New(notes[0])}
		}
		for _, n := range notes {
			a.Hint("%s", n)
		}
		return nil
	})
}

// listHint is the way out where the keys cannot be listed.
func listHint(a *cli.App, err error) string {
	var api *client.APIError
	switch errors.As(err, &api); {
	case errors.Is(err, client.ErrForbidden):
		return "only a management key may list the account's keys"
	case api == nil || errors.Is(err, client.ErrRateLimited) && api.RetryAfter == nil:
		return ""
	}
	f := account.Fault{Kind: fault.Kind(err)}
	due := a.Now()
	if api.RetryAfter != nil {
		f.Kind, due = credit.FaultRateLimited, due.Add(*api.RetryAfter)
	}
	return render.FaultHint(f, due)
}
