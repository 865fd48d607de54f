package cmd

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"ortop/client"
	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/monitor"
	"ortop/internal/text"
)

// answerLimit bounds a one-shot command that asks for more than one thing.
const answerLimit = 20 * time.Second

func (a *app) breakdownCommand() *cobra.Command {
	var by, since string
	var asJSON, asCSV bool
	c := &cobra.Command{
		Use:   "breakdown",
		Short: "Say who spent it",
		Long: `breakdown says who spent what: by key, model, provider, workspace or member. It
needs a management key; an ordinary key sees itself alone.

What is in no row (deleted keys, the web chat, what is still on its way) is the
part that is not attributed. A change is against the same span before. BYOK was
paid to the provider, and is in no other sum.`,
		Example: `  ortop breakdown
  ortop breakdown --by model --since 7d --json`,
		Args: cobra.NoArgs,
		RunE: a.runs(func(ctx context.Context, _ []string) error {
			if !slices.Contains(monitor.Bys, monitor.By(by)) {
				return usageError("", "--by: %q is none of %s", by, byNames())
			}
			if asJSON && asCSV {
				return usageError("", "--json and --csv exclude each other")
			}
			span, err := text.ParseSpan(since)
			if err == nil && span < time.Minute {
				err = errors.New("at least a minute")
			}
			if err != nil {
				return usageError("", "--since: %w", err)
			}
			print := breakdownText
			switch {
			case asJSON:
				print = func(b monitor.Breakdown, _ time.Time) ([]byte, error) { return json.Marshal(breakdownObject(b)) }
			case asCSV:
				print = func(b monitor.Breakdown, _ time.Time) ([]byte, error) { return breakdownCSV(b), nil }
			}
			return a.breakdown(ctx, monitor.By(by), span, print)
		}),
	}
	c.Flags().StringVar(&by, "by", string(monitor.ByKey), byNames())
	c.Flags().StringVar(&since, "since", "24h", "how far back: 90m, 24h, 7d")
	c.Flags().BoolVar(&asJSON, "json", false, "print a JSON object")
	c.Flags().BoolVar(&asCSV, "csv", false, "print rows of CSV")
	return c
}

func byNames() string {
	var names []string
	for _, b := range monitor.Bys {
		names = append(names, string(b))
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// breakdown prints who spent what. It fails with exitUnknown where nobody could
// tell; what is known is printed all the same.
func (a *app) breakdown(ctx context.Context, by monitor.By, span time.Duration, print func(monitor.Breakdown, time.Time) ([]byte, error)) error {
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	var b monitor.Breakdown
	var failed error
	return a.read(ctx, -1, func(snap account.Snapshot, mon *monitor.Monitor) error {
		now := a.now()
		b, failed = mon.Breakdown(ctx, monitor.BreakdownQuery{By: by, From: now.Add(-span), To: now})
		out, err := print(b, now)
		if err != nil {
			return err
		}
		if _, err := a.stdout.Write(append(out, '\n')); err != nil {
			return fmt.Errorf("writing the answer: %w", err)
		}
		return nil
	}, func(snap account.Snapshot) error {
		notes := b.Notes
		switch {
		case failed != nil && b.Rows == nil && snap.Fault != nil:
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
	var said *client.APIError
	switch errors.As(err, &said); {
	case errors.Is(err, client.ErrForbidden):
		return "only a management key may list the account's keys"
	case said == nil || errors.Is(err, client.ErrRateLimited) && !said.HasRetryAfter:
		return ""
	}
	return faultHint(account.Fault{Kind: monitor.FaultKind(err)}, a.now().Add(said.RetryAfter))
}

// breakdownText is a table for a person.
func breakdownText(b monitor.Breakdown, now time.Time) ([]byte, error) {
	var byok, capped bool
	for _, r := range b.Rows {
		byok = byok || r.BYOKUSD != nil && *r.BYOKUSD > 0
		capped = capped || r.Cap.LimitUSD != nil
	}
	lines := [][]string{{string(b.By), "spend", "share", "vs before", "requests", "tokens", "$/Mtok", "BYOK", "cap"}}
	for _, r := range b.Rows {
		lines = append(lines, []string{
			rowName(r), text.MaybeUSD(r.SpendUSD), maybe(r.Share, text.Percent), changeText(r), maybe(r.Requests, text.Count),
			maybe(r.Tokens, text.Count), maybe(r.USDPerMtok, func(v float64) string { return fmt.Sprintf("%.2f", v) }),
			text.MaybeUSD(r.BYOKUSD), budgetText(r, now),
		})
	}
	columns := lines[0]
	if b.Rows == nil {
		lines = nil
	} else {
		lines = append(lines, []string{"not attributed", text.MaybeUSD(b.UnattributedUSD)})
	}
	lines = append(lines, []string{"in all", text.MaybeUSD(b.TotalUSD)})
	widths := make([]int, len(columns))
	for _, l := range lines {
		for i, cell := range l {
			widths[i] = max(widths[i], ansi.StringWidth(cell))
		}
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%s to %s, read %s\n", text.Moment(b.From, now), text.Moment(b.To, now), text.Ago(now.Sub(b.ReadAt)))
	for _, l := range lines {
		var line strings.Builder
		for i, cell := range l {
			pad := strings.Repeat(" ", widths[i]-ansi.StringWidth(cell))
			switch {
			case columns[i] == "BYOK" && !byok, columns[i] == "cap" && !capped:
			case i == 0:
				line.WriteString(cell + pad)
			case i == len(widths)-1:
				line.WriteString("  " + cell)
			default:
				line.WriteString("  " + pad + cell)
			}
		}
		out.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return []byte(strings.TrimSuffix(out.String(), "\n")), nil
}

func rowName(r monitor.BreakdownRow) string {
	name := cmp.Or(text.Clean(r.Name, 40), "(no name)")
	if r.Disabled {
		name += "  off"
	}
	return name
}

func changeText(r monitor.BreakdownRow) string {
	switch {
	case r.New:
		return "new"
	case r.ChangeRatio == nil:
		return text.Unknown
	case *r.ChangeRatio >= 9.995:
		return fmt.Sprintf("x %.0f", *r.ChangeRatio+1)
	case *r.ChangeRatio < 0:
		return "-" + text.Percent(-*r.ChangeRatio)
	}
	return "+" + text.Percent(*r.ChangeRatio)
}

// budgetText is what is left of a cap, or of a budget and how long that lasts.
func budgetText(r monitor.BreakdownRow, now time.Time) string {
	if r.Cap.LimitUSD == nil {
		return ""
	}
	s := text.MaybeUSD(r.Cap.RemainingUSD) + " left of " + text.USD(*r.Cap.LimitUSD)
	if !r.ResetsAt.IsZero() {
		s += ", resets " + r.ResetsAt.UTC().Format("2 Jan") + " (UTC)"
	}
	if left := r.Cap.RemainingUSD; r.Binding == credit.BoundByAccount && left != nil && *r.SpendableUSD < *left {
		s += ", bound by the balance"
	}
	switch f := r.Runway; {
	case f.State == forecast.Depleted:
		s += ", spent"
	case f.State == forecast.OK:
		s += ", runs out " + text.Moment(f.Time(f.P50), now)
	case f.CapLasts:
		s += ", lasts"
	}
	return s
}

func maybe[T any](v *T, say func(T) string) string {
	if v == nil {
		return text.Unknown
	}
	return say(*v)
}
