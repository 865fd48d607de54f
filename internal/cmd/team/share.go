// Package team has the commands of a history that a team shares.
package team

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"ortop/history"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/share"
	"ortop/internal/text"
)

// Command is ortop share.
func Command(a *cli.App) *cobra.Command {
	c := &cobra.Command{
		Use:   "share",
		Short: "Share the history with a team, on PostgreSQL",
		Long: `share sets up and looks after a history that a team shares on PostgreSQL. Where
the configuration has a [share] table, collect stores what it reads on this
machine and sends it there; of several machines one reads an account at a time,
and another takes over when that one is gone. Everything else, where there is no
key, shows what the collectors read, and never asks OpenRouter.

share alone is share status. The DSN comes from ORTOP_SHARE_DSN, or from one of dsn, dsn_command, dsn_file and
keyring in [share]. No flag takes it.`,
		Example: "  ortop share init\n  ortop share status",
		Args:    cobra.NoArgs,
	}
	var print, asJSON bool
	printed := a.Runs(func(context.Context, []string) error { return printStatements(a, (*share.Engine).Statements) })
	init := &cobra.Command{
		Use:   "init",
		Short: "Make the tables, or bring them up to date",
		Long: `init makes the schema and its tables, or adds what a newer version needs. It may
be run again at any time, beside collectors that run. With --print it prints the
statements and changes nothing: for who may not let a program do that.`,
		Example: "  ortop share init\n  ortop share init --print | psql",
		Args:    cobra.NoArgs,
	}
	made := withEngine(a, func(_ context.Context, _ *session.Settings, e *share.Engine) error { return shareInit(a, e) })
	init.RunE = func(c *cobra.Command, args []string) error {
		if print {
			return printed(c, args)
		}
		return made(c, args)
	}
	init.Flags().BoolVar(&print, "print", false, "print the statements instead")
	status := &cobra.Command{
		Use:   "status",
		Short: "Say whether the engine answers, who collects, and what waits",
		Long: `status says which engine it is, how fast it answers, how its clock differs, which
collector reads which account, and how much waits on this machine to be sent. The
exit code is 1 if the engine does not answer, or something waits for more than
two minutes.`,
		Example: "  ortop share status\n  ortop share status --json",
		Args:    cobra.NoArgs,
		RunE: withEngine(a, func(ctx context.Context, s *session.Settings, e *share.Engine) error {
			return shareStatus(ctx, a, s, e, asJSON)
		}),
	}
	c.RunE = status.RunE
	status.Flags().BoolVar(&asJSON, "json", false, cli.JSONUsage)
	var from string
	push := &cobra.Command{
		Use:   "push --from FILE",
		Short: "Send a history that was kept on one machine",
		Long: `push sends all accounts of a history file. What the engine has stays, so that it
may be repeated, and two machines may push what each of them read. collect sends
its own history when it is the first to read an account.`,
		Example: "  ortop share push --from ~/.local/share/ortop/history.db",
		Args:    cobra.NoArgs,
		RunE: withEngine(a, func(ctx context.Context, _ *session.Settings, e *share.Engine) error {
			if from == "" {
				return cli.UsageError("for example ortop share push --from history.db", "push needs --from")
			}
			return sharePush(ctx, a, e, from)
		}),
	}
	push.Flags().StringVar(&from, "from", "", "the history file")
	c.AddCommand(init, &cobra.Command{
		Use:   "grants",
		Short: "Print the statements that make roles with the least rights",
		Long: `grants prints SQL that makes two roles: one for collectors, which add and never
change or delete a sample, and one for viewers, which read and may mark an event
as seen. An administrator runs it after init.`,
		Example: "  ortop share grants | psql",
		Args:    cobra.NoArgs,
		RunE:    a.Runs(func(context.Context, []string) error { return printStatements(a, (*share.Engine).Grants) }),
	}, status, push, &cobra.Command{
		Use:   "verify",
		Short: "Read all that is shared, and check it",
		Long: `verify reads every row, by which PostgreSQL compares the checksums of its pages
where it has them, and checks that the rows belong together. The exit code is 1 if
anything is wrong.`,
		Example: "  ortop share verify",
		Args:    cobra.NoArgs,
		RunE: withEngine(a, func(ctx context.Context, v1 *session.Settings, e *share.Engine) error {
			return shareVerify(ctx, a, v1, e)
		}),
	})
	return c
}

// withEngine adapts a command of share.
//
//go:noinline
func withEngine(a *cli.App, f func(context.Context, *session.Settings, *share.Engine) error) func(*cobra.Command, []string) error {
	return a.Runs(func(ctx context.Context, _ []string) error {
		return useEngine(ctx, a, f)
	})
}

func useEngine(ctx context.Context, a *cli.App, f func(context.Context, *session.Settings, *share.Engine) error) error {
	s, err := session.Load(a)
	if err != nil {
		return err
	}
	e, err := session.Engine(ctx, a, &s)
	if err != nil {
		return err
	}
	return cli.Joined(f(ctx, &s, e), e.Close())
}

// printStatements prints what an engine would be told; none need be there.
func printStatements(a *cli.App, of func(*share.Engine) string) error {
	s, err := session.Load(a)
	if err != nil {
		return err
	}
	return a.AnswerRaw(of(share.Unconnected(s.Config.Share.Schema)))
}

func shareInit(a *cli.App, e *share.Engine) error {
	was, err := e.Init()
	if err != nil {
		return err
	}
	now, _, err := e.Version()
	switch {
	case err != nil:
		return err
	case was == now:
		return a.Answer(fmt.Sprintf("%s: version %d is there already", e.Where(), now))
	}
	return a.Answer(fmt.Sprintf("%s: version %d is made; ortop share grants prints the rights that others need", e.Where(), now))
}

func sharePush(ctx context.Context, a *cli.App, e *share.Engine, from string) (err error) {
	if _, err := os.Stat(from); err != nil {
		return fmt.Errorf("reading the history: %w", err)
	}
	db, err := history.Open(ctx, from, history.Options{Now: a.Now, ReadOnly: true})
	if err != nil {
		return err
	}
	defer cli.Closing(&err, db.Close)
	names, err := db.Names(ctx)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return a.Answer("nothing was sent: the file has no account")
	}
	for _, n := range names {
		p := a.Progress()
		p.Doing("sharing account %s", text.Clean(n[0], 64))
		samples, err := e.Push(ctx, db, n[0], n[1])
		p.End()
		if err != nil {
			return fmt.Errorf("account %s: %w", text.Clean(n[0], 64), err)
		}
		if err := a.Answer(fmt.Sprintf("account %s: all of its %s are shared", text.Clean(n[0], 64), text.Many(samples, "sample"))); err != nil {
			return err
		}
	}
	return cli.Whole(db.Damage())
}
