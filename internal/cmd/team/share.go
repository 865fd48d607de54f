// Package team has the commands of a history that a team shares.
package team

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

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

// shareObject is what share status --json prints.
type shareObject struct {
	Schema   int            `json:"schema"`
	OK       bool           `json:"ok"`
	Engine   string         `json:"engine"`
	Product  *string        `json:"product"`
	Version  *int           `json:"version"`
	TookMS   *float64       `json:"round_trip_ms"`
	OffsetS  *float64       `json:"clock_offset_s"`
	Waits    int            `json:"waiting"`
	WaitsS   *float64       `json:"waiting_for_s"`
	Accounts []sharedObject `json:"accounts"`
	Error    *string        `json:"error"`
}

type sharedObject struct {
	Account   string  `json:"account"`
	BaseURL   string  `json:"base_url"`
	Collector *string `json:"collector"` // null: nobody reads it
	Rev       int64   `json:"rev"`
}

// waiting is how much waits on this machine, and since when.
func waiting(ctx context.Context, a *cli.App, s *session.Settings) (n int, since time.Time) {
	if _, err := os.Stat(s.HistoryPath); err != nil || s.HistoryErr != nil {
		return 0, since
	}
	db, err := history.Open(ctx, s.HistoryPath, history.Options{Now: a.Now})
	if err != nil {
		return 0, since
	}
	n, since, err = db.Waits(ctx, "", "")
	if err = cli.Joined(err, db.Close()); err != nil {
		a.Hint("%s", cli.OneLine(err.Error()))
	}
	return n, since
}

func shareStatus(ctx context.Context, a *cli.App, s *session.Settings, e *share.Engine, asJSON bool) error {
	o := shareObject{Schema: 1, Engine: e.Where(), Accounts: []sharedObject{}}
	var since time.Time
	o.Waits, since = waiting(ctx, a, s)
	if o.Waits > 0 {
		age := a.Now().Sub(since).Seconds()
		o.WaitsS = &age
	}
	version, took, err := e.Version()
	var list []share.Seen
	if err == nil {
		ms, offset := float64(took.Microseconds())/1000, e.Offset().Seconds()
		o.Version, o.TookMS, o.OffsetS = &version, &ms, &offset
		var product string
		if product, err = e.Product(); err == nil {
			o.Product = &product
			list, err = e.List(false)
		}
	}
	for _, v := range list {
		row := sharedObject{Account: v.Name, BaseURL: v.BaseURL, Rev: v.Rev}
		if v.Host != "" {
			row.Collector = &v.Host
		}
		o.Accounts = append(o.Accounts, row)
	}
	if late := session.Late(a, o.Waits, since); err == nil && late != "" {
		err = errors.New(late + ": is ortop collect running?")
	}
	o.OK = err == nil
	if err != nil {
		word := cli.OneLine(err.Error())
		o.Error = &word
	}
	if asJSON {
		if written := a.AnswerJSON(o); written != nil {
			return written
		}
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "engine: %s\n", o.Engine)
	if o.Version != nil {
		fmt.Fprintf(&b, "answers: in %.1f ms, version %d", *o.TookMS, *o.Version)
		if o.Product != nil {
			fmt.Fprintf(&b, ", %s", *o.Product)
		}
		b.WriteString("\n")
		if d := e.Offset(); d != 0 {
			fmt.Fprintf(&b, "clock: %s\n", offsetWords(d))
		}
	}
	if o.Waits > 0 {
		fmt.Fprintf(&b, "waiting: %s of this machine, the oldest for %s\n", text.Many(o.Waits, "poll"), text.Span(a.Now().Sub(since)))
	} else {
		b.WriteString("waiting: nothing of this machine\n")
	}
	if len(list) > 0 {
		b.WriteString("\n")
		rows := [][]string{{"account", "collector"}}
		titles := session.TitlesOf(list)
		for i, v := range list {
			rows = append(rows, []string{text.Clean(titles[i], 192), text.Clean(cmp.Or(v.Host, "nobody"), 64)})
		}
		b.WriteString(text.Columns(rows))
	}
	if written := a.Answer(strings.TrimRight(b.String(), "\n")); written != nil {
		return written
	}
	return err
}

// offsetWords says how the clocks differ.
func offsetWords(d time.Duration) string {
	if d < 0 {
		return "the engine's is " + text.Span(-d) + " behind this one"
	}
	return "the engine's is " + text.Span(d) + " ahead of this one"
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

func shareVerify(_ context.Context, a *cli.App, _ *session.Settings, e *share.Engine) error {
	p := a.Progress()
	v, err := e.Verify(func(step, of int) { p.Doing("checking the shared history: step %d of %d", step, of) })
	p.End()
	if err != nil {
		return err
	}
	if len(v.Wrong) > 0 {
		return errors.New("the shared history has " + text.List(v.Wrong))
	}
	pages := "PostgreSQL compared the checksums of its pages"
	if !v.Checksums {
		pages = "PostgreSQL has no checksums of its pages (initdb --data-checksums, or pg_checksums)"
	}
	return a.Answer(fmt.Sprintf("%s, %s series and %s were read, and belong together; %s", text.Many(v.Accounts, "account"), text.Count(v.Series), text.Many(v.Samples, "sample"), pages))
}

// Check reports on the engine.
func Check(ctx context.Context, a *cli.App, c *cli.Checkup, s *session.Settings) {
	if !session.Shares(a, s) {
		return
	}
	e, err := session.Engine(ctx, a, s)
	if err != nil {
		c.Wrong("share", cli.OneLine(err.Error()), session.DSNHint)
		return
	}
	defer func() { _ = e.Close() }() // nothing is written
	version, took, err := e.Version()
	if err != nil {
		c.Wrong("share", e.Where()+": "+err.Error(), "ortop share status says more")
		return
	}
	c.OK("share", "%s answers in %d ms, version %d", e.Where(), took.Milliseconds(), version)
	if e.Unverified() {
		c.Note("share", "nobody checks whose server it is", "use sslmode=verify-full")
	}
	if d := e.Offset(); d.Abs() > 5*time.Minute {
		c.Wrong("clock", offsetWords(d), "set this machine's clock")
	}
	n, since := waiting(ctx, a, s)
	if late := session.Late(a, n, since); late != "" {
		c.Wrong("share", late, "ortop collect sends them")
	}
}
