// Package doctor has the command that says what is wrong with the set-up.
package doctor

import (
	"context"
	"errors"
	"os"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/cmd/team"
	"ortop/internal/config"
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
		c.Note("config", "there is no folder for it: "+config.NoHome(), "set HOME or XDG_CONFIG_HOME, or name it with --config")
	case errors.Is(err, os.ErrNotExist):
		c.OK("config", "%s does not exist; everything has a default", s.ConfigPath)
	default:
		c.OK("config", "%s", s.ConfigPath)
	}
	c.OK("account", "%s, polled every %s", s.Account.Name, text.Span(s.Interval))
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
