package cmd

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
	"ortop/internal/credit"
	"ortop/internal/fault"
	"ortop/internal/monitor"
	"ortop/internal/render"
	"ortop/internal/spenders"
)

// answerLimit bounds a one-shot command that sends more than one request.
const answerLimit = 20 * time.Second

func (a *app) breakdownCommand() *cobra.Command {
	var by, key, model string
	var span spanFlags
	var age ageFlag
	var top int
	var asJSON bool
	var sheet csvFlags
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
		RunE: a.runs(func(ctx context.Context, _ []string) error {
			if !slices.Contains(spenders.Bys, spenders.By(by)) {
				return usageError(didYouMean(by, bys()), "--by: %q is not %s", by, byNames())
			}
			dialect, asCSV, err := sheet.dialect(asJSON)
			if err != nil {
				return err
			}
			asked, err := span.parse(a.now())
			if err == nil && (asked.back > 0 && asked.back < time.Minute || asked.back == 0 && asked.to.Sub(asked.from) < time.Minute) {
				err = usageError("", "--since: at least a minute")
			}
			if err != nil {
				return err
			}
			print := func(s account.Snapshot, b spenders.Breakdown) error {
				return a.answer(render.BreakdownText(&b, a.now(), a.width()) + "\n" + render.Shown(&s, a.now()))
			}
			switch {
			case asJSON:
				print = func(_ account.Snapshot, b spenders.Breakdown) error { return a.answerJSON(render.Breakdown(&b)) }
			case asCSV:
				print = func(_ account.Snapshot, b spenders.Breakdown) error {
					return a.answerRaw(render.BreakdownCSV(&b, dialect))
				}
			}
			if c.Flags().Changed("top") && top < 1 {
				return usageError("", "--top: at least 1")
			}
			one, what := key, "key"
			if model != "" {
				if key != "" {
					return usageError("", "--key and --model exclude each other")
				}
				one, what = model, "model"
				if !c.Flags().Changed("by") {
					by = what
				}
			}
			if one != "" && by != what {
				return usageError("", "--%s goes with --by %[1]s", what)
			}
			return a.breakdown(ctx, briefly(age.fresh(monitor.Live)), spenders.By(by), asked, func(s account.Snapshot, b spenders.Breakdown) error {
				if one != "" {
					rows := rowsOf(b.Rows, one)
					if len(rows) == 0 && b.Rows != nil {
						return &exitError{exitUnknown, fmt.Errorf("no %s is called %q", what, one),
							cmp.Or(didYouMean(one, namesOf(b.Rows)), "ortop breakdown --by "+what+" lists them")}
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
	c.Flags().StringVar(&by, "by", string(spenders.ByKey), byNames())
	span.add(c, "24h")
	age.add(a, c, fromHistory)
	c.Flags().IntVar(&top, "top", 0, "only those that spent most")
	c.Flags().StringVar(&key, "key", "", "one key, by its name or its hash")
	c.Flags().StringVar(&model, "model", "", "one model, by its name")
	c.Flags().BoolVar(&asJSON, "json", false, jsonUsage)
	sheet.add(c)
	return c
}

//go:noinline
func bys() []string {
	names := make([]string, len(spenders.Bys))
	for i, b := range spenders.Bys {
		names[i] = string(b)
	}
	return names
}

func byNames() string {
	names := bys()
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

// breakdown prints who spent what. It fails with exitUnknown where that is not
// known; what is known is printed all the same.
func (a *app) breakdown(ctx context.Context, fresh monitor.Freshness, by spenders.By, span askedSpan, print func(account.Snapshot, spenders.Breakdown) error) error {
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	var b spenders.Breakdown
	var failed error
	return a.read(ctx, fresh, func(snap account.Snapshot, mon *monitor.Monitor) error {
		span.settle(&snap, a.now())
		b, failed = mon.Breakdown(ctx, spenders.Query{By: by, From: span.from, To: span.to})
		return print(snap, b)
	}, func(snap account.Snapshot) error {
		notes := b.Notes
		switch {
		case snap.Fault != nil && (failed != nil && b.Rows == nil || snap.Fault.Kind == credit.FaultNetwork):
			return verdict(snap)
		case failed != nil:
			return &exitError{exitUnknown, failed, a.listHint(failed)}
		case b.Rows == nil && len(notes) > 0:
			return &exitError{code: exitUnknown, err: errors.New(notes[0])}
		}
		for _, n := range notes {
			a.hint("%s", n)
		}
		return nil
	})
}

// listHint is the way out where the keys cannot be listed.
func (a *app) listHint(err error) string {
	var api *client.APIError
	switch errors.As(err, &api); {
	case errors.Is(err, client.ErrForbidden):
		return "only a management key may list the account's keys"
	case api == nil || errors.Is(err, client.ErrRateLimited) && api.RetryAfter == nil:
		return ""
	}
	due := a.now()
	if api.RetryAfter != nil {
		due = due.Add(*api.RetryAfter)
	}
	return render.FaultHint(account.Fault{Kind: fault.Kind(err)}, due)
}
