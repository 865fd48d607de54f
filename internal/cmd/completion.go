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
	"ortop/internal/config"
	"ortop/internal/spenders"
	"ortop/internal/text"
)

// completeWithin is how long a completion may look into the history.
const completeWithin = time.Second

// completeFlags lets the shell complete what flags take. Nothing is requested.
func (a *app) completeFlags(c *cobra.Command) {
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
		"account": a.completed(a.accountNames), "key": a.completed(func(ctx context.Context) []string { return a.keyNames(ctx, c.Name() == "breakdown") }), "theme": a.completed(a.everyTheme), "model": a.completed(a.modelNames),
		"by": cobra.FixedCompletions(bys(), cobra.ShellCompDirectiveNoFileComp), "demo": cobra.FixedCompletions(profileNames(), cobra.ShellCompDirectiveNoFileComp),
		"unit": cobra.FixedCompletions(unitKinds, cobra.ShellCompDirectiveNoFileComp), "format": cobra.FixedCompletions([]string{"{{.Balance}}", "{{.DaysLeft}}", "{{.JSON.balance_usd}}"}, cobra.ShellCompDirectiveNoFileComp),
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
		c.ValidArgsFunction = a.completed(func(context.Context) []string {
			if mutes {
				return append([]string{"1h", "8h", "1d", "1w", "until", "tomorrow"}, a.ruleNames()...)
			}
			return a.ruleNames()
		})
	case "ortop accounts remove", "ortop accounts balance":
		c.ValidArgsFunction = func(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return a.completed(a.accountNames)(c, args, typed)
		}
	case "ortop backtest", "ortop import", "ortop reconcile", "ortop cost", "ortop guard", "ortop backup", "ortop restore": // files and commands
	default:
		if c.ValidArgsFunction == nil && !c.HasSubCommands() {
			c.ValidArgsFunction = cobra.NoFileCompletions
		}
	}
	for _, sub := range c.Commands() {
		a.completeFlags(sub)
	}
}

// helpNamesCommands makes help for what is no command an error, not the help of all.
func (a *app) helpNamesCommands(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	for _, c := range root.Commands() {
		if c.Name() != "help" {
			continue
		}
		c.Run = nil
		c.RunE = a.runs(func(_ context.Context, args []string) error {
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
				return usageError(cmp.Or(didYouMean(args[len(args)-1], names), "ortop help lists the commands"), "there is no command %q", text.Safe(name, 64))
			}
			return of.Help()
		})
	}
}

// completionNeedsShell makes the command that prints a completion an error without a
// shell's name.
func (a *app) completionNeedsShell(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() == "completion" {
			c.RunE = a.runs(func(context.Context, []string) error {
				return usageError("for example ortop completion bash", "completion needs the name of a shell")
			})
		}
	}
}

// completed completes with names, quietly.
func (a *app) completed(names func(context.Context) []string) cobra.CompletionFunc {
	return func(c *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		a.flags.quiet = true
		ctx, cancel := context.WithTimeout(c.Context(), completeWithin)
		defer cancel()
		return names(ctx), cobra.ShellCompDirectiveNoFileComp
	}
}

// accountNames are the accounts of the configuration.
func (a *app) accountNames(context.Context) []string {
	path, err := a.configPath()
	if err != nil || path == "" {
		return nil
	}
	c, err := config.Read(path)
	if err != nil {
		return nil
	}
	return c.Names()
}

func (a *app) everyTheme(context.Context) []string {
	path, err := a.configPath()
	if err != nil {
		return themeNames(nil)
	}
	own, _ := ownThemes(themesFolder(path))
	return themeNames(own)
}

// fromStored are names that are read from the account's history as it is stored.
func (a *app) fromStored(ctx context.Context, names func(context.Context, *history.DB, history.Series) []string) []string {
	s, err := a.settings()
	if err != nil {
		return nil
	}
	ar, err := a.archive(ctx, s, history.Options{ReadOnly: true})
	if err != nil {
		return nil
	}
	defer func() { _ = ar.DB.Close() }() // it was only read
	return names(ctx, ar.DB, ar.Account)
}

// modelNames are the models that breakdowns have named.
func (a *app) modelNames(ctx context.Context) []string {
	return a.fromStored(ctx, func(ctx context.Context, db *history.DB, account history.Series) []string {
		names, _ := spenders.ReadModels(ctx, db, account) // none is no more than that
		return names
	})
}

// keyNames are the keys of the account as they were last listed: their names, or the
// hashes that other commands take.
func (a *app) keyNames(ctx context.Context, byName bool) []string {
	return a.fromStored(ctx, func(ctx context.Context, db *history.DB, account history.Series) (names []string) {
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
