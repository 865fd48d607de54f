package cmd

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ortop/history"
	"ortop/internal/cmd/accounts"
	"ortop/internal/cmd/alerts"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/collect"
	"ortop/internal/cmd/session"
	"ortop/internal/cmd/spend"
	"ortop/internal/spenders"
	"ortop/internal/text"
)

// completeWithin is how long a completion may look into the history.
const completeWithin = time.Second

// completeFor makes the completions where it is a shell that asks: they are most of what
// the commands cost to make.
func completeFor(a *cli.App, root *cobra.Command, args []string) {
	if slices.ContainsFunc(args, func(s string) bool { return strings.HasPrefix(s, cobra.ShellCompRequestCmd) }) {
		completeFlags(a, root)
	}
}

// completeFlags lets the shell complete what flags take. Nothing is requested.
func completeFlags(a *cli.App, c *cobra.Command) {
	spans := cobra.FixedCompletions([]string{"60s", "90m", "1h", "36h", "1d", "7d", "2w", "1mo", "1y"}, cobra.ShellCompDirectiveNoFileComp)
	shown := cobra.FixedCompletions([]string{
		"1h", "24h", "7d", "1mo", "today", "yesterday", "week", "last week", "month", "last month", "mon", "tue", "wed", "thu", "fri", "sat", "sun",
	}, cobra.ShellCompDirectiveNoFileComp)
	until := shown
	if c.Name() == "forecast" {
		until = cobra.FixedCompletions([]string{
			"today", "tomorrow", "week", "month", "1d", "7d", "1mo", "mon", "tue", "wed", "thu", "fri", "sat", "sun",
		}, cobra.ShellCompDirectiveNoFileComp)
	}
	values := map[string]cobra.CompletionFunc{
		"account": completed(a, func(context.Context) []string { return accounts.Names(a) }),
		"key":     completed(a, func(ctx context.Context) []string { return keyNames(ctx, a, c.Name() == "breakdown") }),
		"theme":   completed(a, func(context.Context) []string { return everyTheme(a) }),
		"model":   completed(a, func(ctx context.Context) []string { return modelNames(ctx, a) }),
		"by":      cobra.FixedCompletions(spend.Groupings(), cobra.ShellCompDirectiveNoFileComp), "demo": cobra.FixedCompletions(session.ProfileNames(), cobra.ShellCompDirectiveNoFileComp),
		"unit": cobra.FixedCompletions(collect.UnitKinds, cobra.ShellCompDirectiveNoFileComp), "format": cobra.FixedCompletions([]string{"{{.Balance}}", "{{.DaysLeft}}", "{{.JSON.balance_usd}}"}, cobra.ShellCompDirectiveNoFileComp),
		"since": shown, "until": until, "every": spans, "for": spans, "interval": spans, "max-age": spans, "runway": spans,
		"need": cobra.NoFileCompletions, "below": cobra.NoFileCompletions, "quota": cobra.NoFileCompletions, "top": cobra.NoFileCompletions,
		"top-up": cobra.NoFileCompletions, "tolerance": cobra.NoFileCompletions, "base-url": cobra.NoFileCompletions, "metrics": cobra.NoFileCompletions,
	}
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if complete, ok := values[f.Name]; ok {
			// Its only errors are of a flag that is not there, or is completed already.
			_ = c.RegisterFlagCompletionFunc(f.Name, complete)
		}
	})
	switch c.CommandPath() {
	case "ortop alerts mute", "ortop alerts unmute":
		mutes := c.Name() == "mute"
		c.ValidArgsFunction = completed(a, func(context.Context) []string {
			if mutes {
				return append([]string{"1h", "8h", "1d", "1w", "until", "tomorrow"}, alerts.RuleNames(a)...)
			}
			return alerts.RuleNames(a)
		})
	case "ortop accounts remove", "ortop accounts balance":
		c.ValidArgsFunction = func(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return completed(a, func(context.Context) []string { return accounts.Names(a) })(c, args, typed)
		}
	case "ortop backtest", "ortop import", "ortop reconcile", "ortop cost", "ortop guard", "ortop backup", "ortop restore": // files and commands
	default:
		if c.ValidArgsFunction == nil && !c.HasSubCommands() {
			c.ValidArgsFunction = cobra.NoFileCompletions
		}
	}
	for _, sub := range c.Commands() {
		completeFlags(a, sub)
	}
}

// helpNamesCommands makes help for what is no command an error, not the help of all.
func helpNamesCommands(a *cli.App, root *cobra.Command) {
	root.InitDefaultHelpCmd()
	for _, c := range root.Commands() {
		if c.Name() != "help" {
			continue
		}
		c.Run = nil
		c.RunE = a.Runs(func(_ context.Context, args []string) error {
			of, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				var names []string
				if of == nil {
					of = root
				}
				for _, sub := range of.Commands() {
					names = append(names, sub.Name())
				}
				name := strings.Join(args, " ")
				return cli.UsageError(cmp.Or(cli.DidYouMean(args[len(args)-1], names), "ortop help lists the commands"), "there is no command %q", text.Safe(name, 64))
			}
			return of.Help()
		})
	}
}

// completionNeedsShell makes the command that prints a completion an error without a
// shell's name.
func completionNeedsShell(a *cli.App, root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() == "completion" {
			c.RunE = a.Runs(func(context.Context, []string) error {
				return cli.UsageError("for example ortop completion bash", "completion needs the name of a shell")
			})
		}
	}
}

// completed completes with names, quietly.
func completed(a *cli.App, names func(context.Context) []string) cobra.CompletionFunc {
	return func(c *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		a.Flags.Quiet = true
		ctx, cancel := context.WithTimeout(c.Context(), completeWithin)
		defer cancel()
		return names(ctx), cobra.ShellCompDirectiveNoFileComp
	}
}

func everyTheme(a *cli.App) []string {
	path, err := session.ConfigPath(a)
	if err != nil {
		return session.ThemeNames(nil)
	}
	own, _ := session.OwnThemes(session.ThemesFolder(path))
	return session.ThemeNames(own)
}

// fromStored are names that are read from the account's history as it is stored.
func fromStored(ctx context.Context, a *cli.App, names func(context.Context, *history.DB, history.Series) []string) []string {
	s, err := session.Load(a)
	if err != nil {
		return nil
	}
	ar, err := session.Archive(ctx, a, s, history.Options{ReadOnly: true})
	if err != nil {
		return nil
	}
	defer func() { _ = ar.DB.Close() }() // it was only read
	return names(ctx, ar.DB, ar.Account)
}

// modelNames are the models that breakdowns have named.
func modelNames(ctx context.Context, a *cli.App) []string {
	return fromStored(ctx, a, func(ctx context.Context, db *history.DB, account history.Series) []string {
		names, _ := spenders.ReadModels(ctx, db, account) // none is no more than that
		return names
	})
}

// keyNames are the keys of the account as they were last listed: their names, or the
// hashes that other commands take.
func keyNames(ctx context.Context, a *cli.App, byName bool) []string {
	return fromStored(ctx, a, func(ctx context.Context, db *history.DB, account history.Series) (names []string) {
		list, err := spenders.ReadKeys(ctx, db, account)
		if err != nil {
			return nil
		}
		for _, k := range list.Keys {
			if name := cmp.Or(k.Name, k.Label); byName && name != "" {
				names = append(names, name+"\t"+k.Hash[:min(12, len(k.Hash))])
			} else {
				names = append(names, k.Hash+"\t"+name)
			}
		}
		slices.Sort(names)
		return names
	})
}
