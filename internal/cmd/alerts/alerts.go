// Package alerts has the commands that list, test and mute alerts.
package alerts

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/courier"
	"ortop/internal/keys"
	"ortop/internal/monitor"
	"ortop/internal/render"
	"ortop/internal/text"
)

// Command is ortop alerts.
func Command(a *cli.App) *cobra.Command {
	var asJSON bool
	show := a.Runs(func(ctx context.Context, _ []string) error { return listAlerts(ctx, a, asJSON) })
	c := &cobra.Command{
		Use:   "alerts",
		Short: "List, test and mute the alerts",
		Long: `alerts lists the alert rules, tests the channels that deliver alerts, and holds
alerts back for some time. Rules and channels are in the configuration; most kinds of alert that it does not name have defaults.
The process that polls evaluates them: a dashboard, or ortop collect.`,
		Args: cobra.NoArgs,
		RunE: show,
	}
	c.Flags().BoolVar(&asJSON, "json", false, cli.JSONUsage)
	list := &cobra.Command{
		Use:   "list",
		Short: "List the rules, where each is sent, and which fire",
		Long: `list prints the alerts that fire by the last reading of the account; then each rule,
from the configuration and from the defaults: its account, its channels, its
cooldown and its quiet hours; and then each channel.`,
		Args: cobra.NoArgs,
		RunE: show,
	}
	list.Flags().BoolVar(&asJSON, "json", false, cli.JSONUsage)
	c.AddCommand(list, &cobra.Command{
		Use:   "test",
		Short: "Send a test to every channel",
		Long: `test sends one message to every channel of the configuration, once, and reports
for each whether it was delivered. The exit code is 1 if one was not.`,
		Args: cobra.NoArgs,
		RunE: a.Runs(func(ctx context.Context, _ []string) error { return testAlerts(ctx, a) }),
	})
	c.AddCommand(muteCommands(a)...)
	return c
}

func listAlerts(ctx context.Context, a *cli.App, asJSON bool) (err error) {
	s, stop, err := session.DemoOrSettings(ctx, a)
	if err != nil {
		return err
	}
	defer stop()
	snap := account.Snapshot{Account: s.Account.Name}
	if _, err := os.Stat(s.HistoryPath); err == nil && s.HistoryErr == nil || s.Seen != nil {
		ses := session.Watch(a, s, a.ErrLog(), nil)
		defer cli.Closing(&err, ses.Close)
		fresh := monitor.Freshness{Stored: true, Brief: true}
		if s.Demo != nil {
			fresh = session.Briefly(monitor.Live)
		}
		if snap, err = ses.Mon.Once(ctx, fresh); err != nil {
			return &cli.ExitError{Code: cli.ExitUnknown, Err: fmt.Errorf("reading the history: %w", err)}
		}
		if snap.StorageNote != "" {
			a.Hint("%s", snap.StorageNote)
		}
	}
	if asJSON {
		return a.AnswerJSON(render.Alerts(&snap, session.AlertRules(&s.Config), session.AlertChannels(&s.Config), a.Now()))
	}
	rules := [][]string{{"level", "rule", "account", "channels", "cooldown", "quiet"}}
	for _, r := range session.AlertRules(&s.Config) {
		r = r.Filled()
		rules = append(rules, []string{string(r.Level), r.String(), cmp.Or(r.Account, "all"), cmp.Or(strings.Join(r.Channels, ", "), "all"), text.Span(r.Cooldown), quietHours(&r)})
	}
	channels := [][]string{{"channel", "kind", "level"}}
	for _, c := range session.AlertChannels(&s.Config) {
		channels = append(channels, []string{c.Name, string(c.Via), cmp.Or(string(c.Level), "all")})
	}
	return a.Answer(render.AlertsFiring(&snap, a.Now()) + "\n\n" + text.Columns(rules) + "\n" + strings.TrimSuffix(text.Columns(channels), "\n"))
}

// quietHours is when a rule is quiet, and whether its urgent alerts are.
func quietHours(r *alert.Rule) string {
	if r.Quiet == (alert.Quiet{}) {
		return "never"
	}
	hours := render.TimeOfDay(r.Quiet.From) + "-" + render.TimeOfDay(r.Quiet.To)
	if r.Level == alert.Urgent && !r.QuietUrgent {
		return "never, though others are " + hours
	}
	return hours
}

func testAlerts(ctx context.Context, a *cli.App) error {
	s, err := session.Load(a)
	if err != nil {
		return err
	}
	channels := session.AlertChannels(&s.Config)
	e := alert.TestEvent(s.Account.Name, a.Now())
	onTerminal := term.IsTerminal(a.Stderr.Fd())
	if onTerminal {
		_, _ = io.WriteString(a.Stderr, cli.ForLocale(courier.Terminal(channels, []alert.Event{e})))
	}
	results := courier.Test(ctx, courier.Options{Channels: channels, Environ: keys.Environ(), Now: a.Now}, e)
	c := &cli.Checkup{}
	for _, r := range results {
		if r.Via.OnTerminal() && !onTerminal {
			c.Note(r.Channel, fmt.Sprintf("%s: not sent, because standard error is not a terminal", r.Via), "")
		} else if r.Err != nil {
			c.Wrong(r.Channel, fmt.Sprintf("%s: %v", r.Via, r.Err), "")
		} else {
			c.OK(r.Channel, "%s", r.Via)
		}
	}
	return c.Answer(a, false, "every channel was tried", "not delivered")
}
