// Package accounts has the commands that list, add and remove the accounts of
// the configuration.
package accounts

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/config"
	"ortop/internal/credit"
	"ortop/internal/keys"
	"ortop/internal/monitor"
	"ortop/internal/text"
)

// keyLimit is more than any key and less than what would hurt.
const keyLimit = 4096

// Command is ortop accounts.
func Command(a *cli.App) *cobra.Command {
	var asJSON bool
	list := a.Runs(func(ctx context.Context, _ []string) error { return listAccounts(ctx, a, asJSON) })
	c := &cobra.Command{
		Use:   "accounts",
		Short: "List the accounts, and store or remove their keys",
		Long: `accounts prints a line for each account of the configuration: where its key
comes from, its state, what is left, what is spent an hour and a day, and when
it runs out, or is charged next. A last line has their total: of how many
accounts, and how old at most. Readings of the last minute are used as they are;
other accounts are read first.

The exit code is 4 if an account that has a key could not be read.`,
		Example: "  ortop accounts\n  ortop accounts --json\n  ortop accounts add work",
		Args:    cobra.NoArgs,
		RunE:    list,
	}
	c.Flags().BoolVar(&asJSON, "json", false, cli.JSONUsage)
	l := &cobra.Command{
		Use:   "list",
		Short: "List the accounts",
		Long:  c.Long,
		Args:  cobra.NoArgs,
		RunE:  list,
	}
	l.Flags().BoolVar(&asJSON, "json", false, cli.JSONUsage)
	c.AddCommand(l, addCommand(a), &cobra.Command{
		Use:   "balance NAME USD",
		Short: "State the balance of an account whose key cannot read it",
		Long: `balance takes what OpenRouter's web page says is left of an account whose key
cannot read it. From then on the balance is that sum less what this key spends;
it is shown as your own figure with its date, for other keys of the account are
not seen. The date on which it runs out, the alerts and preflight work from it.
State it again to correct it; none takes it back. The key is read first.

A sum below 0 stands after --.`,
		Example: "  ortop accounts balance default 63.52\n  ortop accounts balance default none",
		Args:    cobra.ExactArgs(2),
		RunE:    a.Runs(func(ctx context.Context, args []string) error { return stateBalance(ctx, a, args) }),
	}, &cobra.Command{
		Use:   "remove NAME",
		Short: "Remove an account and its key",
		Long: `remove takes an account out of the configuration, where everything else stays as
it is, and deletes its key from the system keyring or from the file that add made
for it. It does not ask for confirmation. The key itself still works until you
delete it at OpenRouter, and the account's history stays.`,
		Example: "  ortop accounts remove work",
		Args:    cobra.ExactArgs(1),
		RunE:    a.Runs(func(ctx context.Context, args []string) error { return removeAccount(ctx, a, args) }),
	})
	return c
}

var errNoConfig = errors.New("there is no place for a configuration: neither HOME nor XDG_CONFIG_HOME is set")

func removeAccount(ctx context.Context, a *cli.App, args []string) error {
	path, err := session.ConfigPath(a)
	if err != nil {
		return err
	}
	if path == "" {
		return errNoConfig
	}
	key, err := keys.Remove(ctx, path, args[0])
	if errors.Is(err, config.ErrNoAccount) {
		return &cli.ExitError{Code: cli.ExitUsage, Err: err, Hint: cli.DidYouMean(args[0], Names(a))}
	}
	if err != nil {
		return err
	}
	return a.Answer(RemovedWords(args[0], key))
}

// RemovedWords is what happened to an account and its key.
func RemovedWords(name, key string) string {
	return fmt.Sprintf("account %s: removed from the configuration; %s; its history stays", name, key)
}

// stateBalance reads the key, and takes in what a person says of the balance.
func stateBalance(ctx context.Context, a *cli.App, args []string) error {
	var usd *float64
	if args[1] != "none" {
		v, err := text.ParseBalance(args[1])
		if err != nil {
			return cli.UsageError("for example ortop accounts balance "+args[0]+" 63.52", "%w", err)
		}
		usd = &v
	}
	s, err := session.Load(a)
	if err != nil {
		return err
	}
	if s.Account.Name != args[0] {
		a.Flags.Account = args[0]
	}
	if err := session.Once(ctx, a, monitor.Live, func(snap account.Snapshot, _ *monitor.Monitor) error {
		switch {
		case snap.Fault != nil:
			return &cli.ExitError{Code: cli.ExitUnknown, Err: errors.New(snap.Fault.Message)}
		case snap.KeyKind() == credit.KeyManagement, snap.Source == account.FromCredits:
			return &cli.ExitError{Code: cli.ExitUsage, Err: fmt.Errorf("the key of account %s reads the balance itself: %s is left", args[0], text.USD(snap.Balance.LeftUSD()))}
		case snap.Key == nil || snap.Key.Usage.TotalUSD == nil:
			return &cli.ExitError{Code: cli.ExitUnknown, Err: errors.New("what the key has spent is not known, so nothing can be taken off")}
		}
		return nil
	}); err != nil {
		return err
	}
	if s, err = session.Load(a); err != nil {
		return err
	}
	ar, err := session.Archive(ctx, a, s, history.Options{})
	if err != nil {
		return err
	}
	if err := cli.Joined(ar.StateBalance(ctx, usd), ar.DB.Close()); err != nil {
		return err
	}
	words := "the stated balance was taken back"
	if usd != nil {
		words = text.USD(*usd) + " left by your own figure; it falls by what this key spends"
	}
	return a.Answer("account " + args[0] + ": " + words)
}

// Names are the accounts of the configuration.
func Names(a *cli.App) []string {
	path, err := session.ConfigPath(a)
	if err != nil || path == "" {
		return nil
	}
	c, err := config.Read(path)
	if err != nil {
		return nil
	}
	return c.Names()
}
