// Package doctor has the command that says what is wrong with the set-up.
package doctor

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"ortop/client"
	"ortop/history"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/cmd/store"
	"ortop/internal/cmd/team"
	"ortop/internal/credit"
	"ortop/internal/fault"
	"ortop/internal/keys"
	"ortop/internal/monitor"
	"ortop/internal/render"
	"ortop/internal/text"
)

// Command is ortop doctor.
func Command(a *cli.App) *cobra.Command {
	var verify, asJSON bool
	var explain string
	var c *cobra.Command
	c = &cobra.Command{
		Use:   "doctor",
		Short: "Find what is wrong with the set-up, and what to do",
		Long: `doctor checks the configuration, the key, the API, the history file and the
terminal, and reports what is wrong and what to do about it. It changes nothing.
The exit code is 1 if anything is wrong.

With --explain it reads the body of an error instead, or a log that has one, from a
file or from standard input (-), and says which limit refused the request, until
when, and what to do. The exit code is 4 if no error is found in it.`,
		Example: `  ortop doctor
  curl -s … | ortop doctor --explain -`,
		Args: cobra.NoArgs,
		RunE: a.Runs(func(ctx context.Context, _ []string) error {
			if c.Flags().Changed("explain") {
				if asJSON {
					return cli.UsageError("", "--explain and --json exclude each other")
				}
				return explainFile(ctx, a, explain)
			}
			return doctor(ctx, a, verify, asJSON)
		}),
	}
	c.Flags().BoolVar(&verify, "verify", false, "read the whole history file and compare its checksums")
	c.Flags().BoolVar(&asJSON, "json", false, cli.JSONUsage)
	c.Flags().StringVar(&explain, "explain", "", "explain the body of an error in this file, or in standard input (-)")
	return c
}

func doctor(ctx context.Context, a *cli.App, verify, asJSON bool) error {
	c := &cli.Checkup{}
	s, stop, err := session.DemoOrSettings(ctx, a)
	if err != nil {
		// Without them nothing else can be checked.
		return err
	}
	defer stop()
	checkConfig(c, &s)
	if s.Seen == nil {
		checkAPI(ctx, a, c, &s)
		checkHistory(ctx, a, c, &s, verify)
	}
	team.Check(ctx, a, c, &s)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	checkThemes(c, &s)
	checkTerminal(a, c)
	return c.Answer(a, asJSON, "nothing is wrong with account "+s.Account.Name, "wrong with account "+s.Account.Name)
}

func checkConfig(c *cli.Checkup, s *session.Settings) {
	switch _, err := os.Stat(s.ConfigPath); {
	case s.Demo != nil:
		c.OK("config", "not read: this is the demo")
	case s.ConfigPath == "":
		c.Note("config", "there is no folder for it: HOME is not set", "set HOME or XDG_CONFIG_HOME, or name it with --config")
	case errors.Is(err, os.ErrNotExist):
		c.OK("config", "%s does not exist; everything has a default", s.ConfigPath)
	default:
		c.OK("config", "%s", s.ConfigPath)
	}
	c.OK("account", "%s, polled every %s", s.Account.Name, text.Span(s.Interval))
}

func checkAPI(ctx context.Context, a *cli.App, c *cli.Checkup, s *session.Settings) {
	key, source, err := session.Key(ctx, a, s)
	if err != nil {
		hint := session.NoKeyHint
		var failed *keys.Error
		if errors.As(err, &failed) && !errors.Is(err, keys.ErrNone) {
			hint = failed.Hint
		}
		c.Wrong("key", err.Error(), hint)
		return
	}
	c.OK("key", "from %s, fingerprint %s", source.Name, key.Fingerprint())
	api, err := session.NewClient(s.BaseURL, key, a.Now)
	if err != nil {
		c.Wrong("api", err.Error(), "")
		return
	}
	defer api.CloseIdle()
	if s.Host != "" {
		c.Note("api", "the key goes to "+s.Host+", not to openrouter.ai", "")
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	began := time.Now()
	k, err := api.Key(ctx)
	if err != nil {
		c.Wrong("api", fault.Message(err), apiHint(err))
		if errors.Is(err, client.ErrUnauthorized) || errors.Is(err, client.ErrNetwork) {
			return
		}
		checkBalance(ctx, a, c, s, api, nil, key.Fingerprint())
		return
	}
	c.OK("api", "%s answers in %d ms", s.BaseURL, time.Since(began).Milliseconds())
	if k.ServerSkew != nil && k.ServerSkew.Abs() > time.Minute {
		c.Wrong("clock", fmt.Sprintf("it differs from the server's by %s", k.ServerSkew.Round(time.Second)), "set this machine's clock")
	}
	management := k.IsManagementKey != nil && *k.IsManagementKey
	if management {
		c.OK("key kind", "a management key: it reads the whole account")
	} else {
		c.Note("key kind", "an ordinary key: its own cap and usage, the balance only where the API lets it",
			"a management key shows the whole account: openrouter.ai/settings/management-keys")
	}
	for _, b := range monitor.KeyFacts(k).Budgets {
		switch left := b.RemainingUSD; {
		case left == nil:
		case *left <= 0:
			c.Wrong("budget", render.BudgetText(b, a.Now())+": requests are refused", "whoever manages the account can raise it")
		default:
			c.OK("budget", "%s", render.BudgetText(b, a.Now()))
		}
	}
	if k.AllowedDataRegions != nil && len(k.AllowedDataRegions) == 0 {
		c.Wrong("regions", "the list of data regions that this key may use is empty: every request to a model is refused",
			"whoever manages the organization can allow a region: openrouter.ai/settings")
	}
	checkBalance(ctx, a, c, s, api, &k, key.Fingerprint())
}

func checkBalance(ctx context.Context, a *cli.App, c *cli.Checkup, s *session.Settings, api *client.Client, key *client.Key, fingerprint string) {
	management := key != nil && key.IsManagementKey != nil && *key.IsManagementKey
	credits, err := api.Credits(ctx)
	b := credit.Balance{CreditsUSD: credits.TotalCreditsUSD, UsageUSD: credits.TotalUsageUSD}
	switch {
	case errors.Is(err, client.ErrForbidden) && !management:
		c.Note("balance", "not visible to this key", "")
	case err != nil:
		c.Wrong("balance", fault.Message(err), apiHint(err))
	case b == credit.Balance{} && !management:
		c.Note("balance", "not visible to this key: the API answers 0 of 0", "")
	default:
		answered := text.USD(b.LeftUSD()) + " of " + text.USD(b.CreditsUSD)
		switch counts, why := judged(ctx, a, s, key, fingerprint, b); {
		case why == "":
			c.OK("balance", "%s is left", answered)
		case counts == nil:
			c.Note("balance", "the API answers "+answered+": "+why, "")
		default:
			c.Note("balance", text.USD(counts.LeftUSD())+" of "+text.USD(counts.CreditsUSD)+" is left; now the API answers "+answered+": "+why, "")
		}
	}
}

// judged is what the account's history makes of totals: see [monitor.Monitor.Judge].
// Without one they count.
func judged(ctx context.Context, a *cli.App, s *session.Settings, key *client.Key, fingerprint string, totals credit.Balance) (*credit.Balance, string) {
	if s.HistoryErr != nil {
		return nil, ""
	}
	db, err := history.Open(ctx, s.HistoryPath, history.Options{Now: a.Now, ReadOnly: true})
	if err != nil { // which checkHistory says
		return nil, ""
	}
	b, why, err := onlyReading(a, s, db).Judge(ctx, fingerprint, key, totals)
	if err = cli.Joined(err, db.Close()); err != nil {
		return nil, ""
	}
	return b, why
}

// onlyReading is a monitor of a history that requests nothing.
func onlyReading(a *cli.App, s *session.Settings, db *history.DB) *monitor.Monitor {
	return monitor.New(monitor.Options{
		Account: s.Account.Name, BaseURL: s.BaseURL, Now: a.Now,
		Open:    func(context.Context) (*history.DB, string, error) { return db, "", nil },
		Connect: func(context.Context) (monitor.API, string, error) { return nil, "", keys.ErrNone },
	})
}

func apiHint(err error) string {
	switch {
	case errors.Is(err, client.ErrUnauthorized):
		return "the key is not accepted: it may be disabled, expired or mistyped"
	case errors.Is(err, client.ErrNetwork):
		return "check the connection, the proxy variables and the base URL"
	case errors.Is(err, client.ErrMalformed), errors.Is(err, client.ErrNotFound), errors.Is(err, client.ErrRedirect):
		return "what answers there is not the OpenRouter API: check --base-url, ORTOP_BASE_URL and base_url"
	}
	return ""
}

func checkHistory(ctx context.Context, a *cli.App, c *cli.Checkup, s *session.Settings, verify bool) {
	if s.HistoryErr != nil {
		c.Wrong("history", s.HistoryErr.Error(), "set HOME or XDG_DATA_HOME, or name a file with --history")
		return
	}
	info, err := os.Stat(s.HistoryPath)
	if errors.Is(err, os.ErrNotExist) {
		if err := history.TryCreate(s.HistoryPath); err != nil {
			c.Wrong("history", fmt.Sprintf("%s cannot be made: %s", s.HistoryPath, cli.OneLine(err.Error())), "until then history is in memory only: set XDG_DATA_HOME, or name a file with --history")
			return
		}
		c.OK("history", "%s will be made by the first reading", s.HistoryPath)
		return
	}
	db, err := history.Open(ctx, s.HistoryPath, history.Options{Now: a.Now, ReadOnly: true})
	if err != nil {
		c.Wrong("history", err.Error(), "until then history is in memory only")
		return
	}
	defer func() {
		if err := db.Close(); err != nil {
			c.Wrong("history", err.Error(), "")
		}
	}()
	if note := db.Note(); note != "" && note != history.ErrReadOnly.Error() {
		c.Note("history", note, "")
	}
	f, err := os.OpenFile(s.HistoryPath, os.O_WRONLY, 0)
	if err == nil {
		f.Close()
		err = history.TryCreate(s.HistoryPath) // a log is made beside it
	}
	if err != nil {
		c.Wrong("history", "it can be read and not written: "+cli.OneLine(err.Error()), "until then history is in memory only")
	} else {
		c.OK("history", "%s, %s", s.HistoryPath, size(info.Size()))
	}
	checkForecast(ctx, a, c, s, db)
	if damage := db.Damage(); damage != "" {
		c.Wrong("history", damage, "ortop doctor --verify looks at all of it; a backup from before can be restored")
	}
	if verify {
		report, err := store.Verify(ctx, a, db, s.HistoryPath)
		switch {
		case err != nil:
			c.Wrong("history", err.Error(), "")
		case !report.OK:
			c.Wrong("history", strings.Join(report.Problems, "; "),
				"nothing was changed: copy the file, and move it away to start a new one")
		default:
			c.OK("history", "all %d rows are as they were written", report.Rows)
		}
	}
	if lock, free, err := history.TryLock(history.LockPath(s.HistoryPath, s.Account.Name, s.BaseURL)); err == nil {
		if free {
			_ = lock.Unlock()
			c.OK("collector", "none is running; a dashboard is one")
		} else {
			c.OK("collector", "another ortop polls this account")
		}
	}
}

// checkForecast reports how the stored forecasts did.
func checkForecast(ctx context.Context, a *cli.App, c *cli.Checkup, s *session.Settings, db *history.DB) {
	snap, err := onlyReading(a, s, db).Once(ctx, monitor.Freshness{MaxAge: math.MaxInt64})
	var connect *monitor.ConnectError
	switch {
	case errors.As(err, &connect), errors.Is(err, history.ErrNoSeries):
		c.OK("forecast", "nothing has been read yet")
	case err != nil:
		c.Wrong("forecast", err.Error(), "")
	default:
		c.OK("forecast", "%s", snap.Track)
	}
}

func checkTerminal(a *cli.App, c *cli.Checkup) {
	if a.ZoneNote != "" {
		c.Wrong("time zone", a.ZoneNote, "set TZ to a name such as Europe/Berlin")
		a.ZoneNote = ""
	}
	if !term.IsTerminal(a.Stdout.Fd()) {
		c.Note("terminal", "standard output is not one: ortop without a command prints the status", "")
		return
	}
	w, h, err := term.GetSize(a.Stdout.Fd())
	switch {
	case err != nil:
		c.Wrong("terminal", "its size cannot be had: "+err.Error(), "")
	case os.Getenv("TERM") == "dumb" || os.Getenv("TERM") == "":
		c.Note("terminal", "TERM is dumb or not set: ortop without a command prints the status", "set TERM as your terminal's manual says")
	default:
		c.OK("terminal", "%s, %d x %d", os.Getenv("TERM"), w, h)
	}
	if !cli.Unicode() {
		c.Note("terminal", "the locale is not UTF-8: everything is drawn in ASCII", "set LANG to a UTF-8 locale such as C.UTF-8")
	}
	if os.Getenv("NO_COLOR") != "" {
		c.OK("colours", "off, for NO_COLOR is set")
	}
}

func size(bytes int64) string {
	switch {
	case bytes >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20))
	case bytes >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(bytes)/(1<<10))
	}
	return fmt.Sprintf("%d B", bytes)
}

func checkThemes(c *cli.Checkup, s *session.Settings) {
	own, problems := session.OwnThemes(s.Themes)
	for _, err := range problems {
		c.Wrong("themes", err.Error(), "")
	}
	for _, o := range own {
		if faint := o.Faint(); faint != "" {
			c.Note("themes", o.Name+": "+faint, "")
		}
	}
	if len(own) > 0 {
		c.OK("themes", "%d of your own in %s", len(own), s.Themes)
	}
}
