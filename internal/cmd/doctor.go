package cmd

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
	"ortop/internal/credit"
	"ortop/internal/fault"
	"ortop/internal/keys"
	"ortop/internal/monitor"
	"ortop/internal/render"
	"ortop/internal/text"
	"ortop/ui/draw"
)

func (a *app) doctorCommand() *cobra.Command {
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
		RunE: a.runs(func(ctx context.Context, _ []string) error {
			if c.Flags().Changed("explain") {
				if asJSON {
					return usageError("", "--explain and --json exclude each other")
				}
				return a.explain(ctx, explain)
			}
			return a.doctor(ctx, verify, asJSON)
		}),
	}
	c.Flags().BoolVar(&verify, "verify", false, "read the whole history file and compare its checksums")
	c.Flags().BoolVar(&asJSON, "json", false, jsonUsage)
	c.Flags().StringVar(&explain, "explain", "", "explain the body of an error in this file, or in standard input (-)")
	return c
}

func (a *app) doctor(ctx context.Context, verify, asJSON bool) error {
	c := &checkup{}
	s, stop, err := a.demoOrSettings(ctx)
	if err != nil {
		// Without them nothing else can be checked.
		return err
	}
	defer stop()
	a.checkConfig(c, &s)
	if s.seen == nil {
		a.checkAPI(ctx, c, &s)
	}
	a.checkHistory(ctx, c, &s, verify)
	a.checkShare(ctx, c, &s)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	a.checkThemes(c, &s)
	a.checkTerminal(c)
	return c.answer(a, asJSON, "nothing is wrong with account "+s.account.Name, "wrong with account "+s.account.Name)
}

func (a *app) checkConfig(c *checkup, s *settings) {
	switch _, err := os.Stat(s.configPath); {
	case s.demo != nil:
		c.ok("config", "not read: this is the demo")
	case s.configPath == "":
		c.note("config", "there is no folder for it: HOME is not set", "set HOME or XDG_CONFIG_HOME, or name it with --config")
	case errors.Is(err, os.ErrNotExist):
		c.ok("config", "%s does not exist; everything has a default", s.configPath)
	default:
		c.ok("config", "%s", s.configPath)
	}
	c.ok("account", "%s, polled every %s", s.account.Name, text.Span(s.interval))
}

func (a *app) checkAPI(ctx context.Context, c *checkup, s *settings) {
	key, source, err := a.key(ctx, s)
	if err != nil {
		hint := noKeyHint
		var failed *keys.Error
		if errors.As(err, &failed) && !errors.Is(err, keys.ErrNone) {
			hint = failed.Hint
		}
		c.wrong("key", err.Error(), hint)
		return
	}
	c.ok("key", "from %s, fingerprint %s", source.Name, key.Fingerprint())
	api, err := newClient(s.baseURL, key, a.now)
	if err != nil {
		c.wrong("api", err.Error(), "")
		return
	}
	defer api.CloseIdle()
	if s.host != "" {
		c.note("api", "the key goes to "+s.host+", not to openrouter.ai", "")
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	began := time.Now()
	k, err := api.Key(ctx)
	if err != nil {
		c.wrong("api", fault.Message(err), apiHint(err))
		if errors.Is(err, client.ErrUnauthorized) || errors.Is(err, client.ErrNetwork) {
			return
		}
		a.checkBalance(ctx, c, s, api, nil, key.Fingerprint())
		return
	}
	c.ok("api", "%s answers in %d ms", s.baseURL, time.Since(began).Milliseconds())
	if k.ServerSkew != nil && k.ServerSkew.Abs() > time.Minute {
		c.wrong("clock", fmt.Sprintf("it differs from the server's by %s", k.ServerSkew.Round(time.Second)), "set this machine's clock")
	}
	management := k.IsManagementKey != nil && *k.IsManagementKey
	if management {
		c.ok("key kind", "a management key: it reads the whole account")
	} else {
		c.note("key kind", "an ordinary key: its own cap and usage, the balance only where the API lets it",
			"a management key shows the whole account: openrouter.ai/settings/management-keys")
	}
	for _, b := range monitor.KeyFacts(k).Budgets {
		switch left := b.RemainingUSD; {
		case left == nil:
		case *left <= 0:
			c.wrong("budget", render.BudgetText(b, a.now())+": requests are refused", "whoever manages the account can raise it")
		default:
			c.ok("budget", "%s", render.BudgetText(b, a.now()))
		}
	}
	if k.AllowedDataRegions != nil && len(k.AllowedDataRegions) == 0 {
		c.wrong("regions", "the list of data regions that this key may use is empty: every request to a model is refused",
			"whoever manages the organization can allow a region: openrouter.ai/settings")
	}
	a.checkBalance(ctx, c, s, api, &k, key.Fingerprint())
}

func (a *app) checkBalance(ctx context.Context, c *checkup, s *settings, api *client.Client, key *client.Key, fingerprint string) {
	management := key != nil && key.IsManagementKey != nil && *key.IsManagementKey
	credits, err := api.Credits(ctx)
	b := credit.Balance{CreditsUSD: credits.TotalCreditsUSD, UsageUSD: credits.TotalUsageUSD}
	switch {
	case errors.Is(err, client.ErrForbidden) && !management:
		c.note("balance", "not visible to this key", "")
	case err != nil:
		c.wrong("balance", fault.Message(err), apiHint(err))
	case b == credit.Balance{} && !management:
		c.note("balance", "not visible to this key: the API answers 0 of 0", "")
	default:
		answered := text.USD(b.LeftUSD()) + " of " + text.USD(b.CreditsUSD)
		switch counts, why := a.judged(ctx, s, key, fingerprint, b); {
		case why == "":
			c.ok("balance", "%s is left", answered)
		case counts == nil:
			c.note("balance", "the API answers "+answered+": "+why, "")
		default:
			c.note("balance", text.USD(counts.LeftUSD())+" of "+text.USD(counts.CreditsUSD)+" is left; now the API answers "+answered+": "+why, "")
		}
	}
}

// judged is what the account's history makes of totals: see [monitor.Monitor.Judge].
// Without one they count.
func (a *app) judged(ctx context.Context, s *settings, key *client.Key, fingerprint string, totals credit.Balance) (*credit.Balance, string) {
	if s.historyErr != nil {
		return nil, ""
	}
	db, err := history.Open(ctx, s.historyPath, history.Options{Now: a.now, ReadOnly: true})
	if err != nil { // which checkHistory says
		return nil, ""
	}
	b, why, err := a.onlyReading(s, db).Judge(ctx, fingerprint, key, totals)
	if err = joined(err, db.Close()); err != nil {
		return nil, ""
	}
	return b, why
}

// onlyReading is a monitor of a history that requests nothing.
func (a *app) onlyReading(s *settings, db *history.DB) *monitor.Monitor {
	return monitor.New(monitor.Options{
		Account: s.account.Name, BaseURL: s.baseURL, Now: a.now,
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

func (a *app) checkHistory(ctx context.Context, c *checkup, s *settings, verify bool) {
	if s.historyErr != nil {
		c.wrong("history", s.historyErr.Error(), "set HOME or XDG_DATA_HOME, or name a file with --history")
		return
	}
	info, err := os.Stat(s.historyPath)
	if errors.Is(err, os.ErrNotExist) {
		if err := history.TryCreate(s.historyPath); err != nil {
			c.wrong("history", fmt.Sprintf("%s cannot be made: %s", s.historyPath, oneLine(err.Error())), "until then history is in memory only: set XDG_DATA_HOME, or name a file with --history")
			return
		}
		c.ok("history", "%s will be made by the first reading", s.historyPath)
		return
	}
	db, err := history.Open(ctx, s.historyPath, history.Options{Now: a.now, ReadOnly: true})
	if err != nil {
		c.wrong("history", err.Error(), "until then history is in memory only")
		return
	}
	defer func() {
		if err := db.Close(); err != nil {
			c.wrong("history", err.Error(), "")
		}
	}()
	if note := db.Note(); note != "" && note != history.ErrReadOnly.Error() {
		c.note("history", note, "")
	}
	f, err := os.OpenFile(s.historyPath, os.O_WRONLY, 0)
	if err == nil {
		f.Close()
		err = history.TryCreate(s.historyPath) // a log is made beside it
	}
	if err != nil {
		c.wrong("history", "it can be read and not written: "+oneLine(err.Error()), "until then history is in memory only")
	} else {
		c.ok("history", "%s, %s", s.historyPath, size(info.Size()))
	}
	a.checkForecast(ctx, c, s, db)
	if damage := db.Damage(); damage != "" {
		c.wrong("history", damage, "ortop doctor --verify looks at all of it; a backup from before can be restored")
	}
	if verify {
		report, err := a.verify(ctx, db, s.historyPath)
		switch {
		case err != nil:
			c.wrong("history", err.Error(), "")
		case !report.OK:
			c.wrong("history", strings.Join(report.Problems, "; "),
				"nothing was changed: copy the file, and move it away to start a new one")
		default:
			c.ok("history", "all %d rows are as they were written", report.Rows)
		}
	}
	if lock, free, err := history.TryLock(history.LockPath(s.historyPath, s.account.Name, s.baseURL)); err == nil {
		if free {
			_ = lock.Unlock()
			c.ok("collector", "none is running; a dashboard is one")
		} else {
			c.ok("collector", "another ortop polls this account")
		}
	}
}

// verify reads a whole history, and says how far it is.
func (a *app) verify(ctx context.Context, db *history.DB, path string) (history.Report, error) {
	p, path := a.progress(), draw.Clean(path)
	defer p.end()
	p.doing("checking %s", path)
	return db.VerifyReporting(ctx, func(read, of int64) {
		p.doing("checking %s: %d %% of its %s readings", path, min(100, read*100/max(1, of)), text.Count(of))
	})
}

// checkForecast reports how the stored forecasts did.
func (a *app) checkForecast(ctx context.Context, c *checkup, s *settings, db *history.DB) {
	snap, err := a.onlyReading(s, db).Once(ctx, monitor.Freshness{MaxAge: math.MaxInt64})
	var connect *monitor.ConnectError
	switch {
	case errors.As(err, &connect), errors.Is(err, history.ErrNoSeries):
		c.ok("forecast", "nothing has been read yet")
	case err != nil:
		c.wrong("forecast", err.Error(), "")
	default:
		c.ok("forecast", "%s", snap.Track)
	}
}

func (a *app) checkTerminal(c *checkup) {
	if a.zoneNote != "" {
		c.wrong("time zone", a.zoneNote, "set TZ to a name such as Europe/Berlin")
		a.zoneNote = ""
	}
	if !term.IsTerminal(a.stdout.Fd()) {
		c.note("terminal", "standard output is not one: ortop without a command prints the status", "")
		return
	}
	w, h, err := term.GetSize(a.stdout.Fd())
	switch {
	case err != nil:
		c.wrong("terminal", "its size cannot be had: "+err.Error(), "")
	case os.Getenv("TERM") == "dumb" || os.Getenv("TERM") == "":
		c.note("terminal", "TERM is dumb or not set: ortop without a command prints the status", "set TERM as your terminal's manual says")
	default:
		c.ok("terminal", "%s, %d x %d", os.Getenv("TERM"), w, h)
	}
	if !unicode() {
		c.note("terminal", "the locale is not UTF-8: everything is drawn in ASCII", "set LANG to a UTF-8 locale such as C.UTF-8")
	}
	if os.Getenv("NO_COLOR") != "" {
		c.ok("colours", "off, for NO_COLOR is set")
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
