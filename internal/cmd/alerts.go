package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/config"
	"ortop/internal/courier"
	"ortop/internal/keys"
	"ortop/internal/monitor"
	"ortop/internal/render"
	"ortop/internal/text"
)

// jsonUsage is the help of --json.
const jsonUsage = "print a JSON object"

func (a *app) alertsCommand() *cobra.Command {
	var asJSON bool
	show := a.runs(func(ctx context.Context, _ []string) error { return a.listAlerts(ctx, asJSON) })
	c := &cobra.Command{
		Use:   "alerts",
		Short: "List, test and mute the alerts",
		Long: `alerts lists the alert rules, tests the channels that deliver alerts, and holds
alerts back for some time. Rules and channels are in the configuration; most kinds of alert that it does not name have defaults.
The process that polls evaluates them: a dashboard, or ortop collect.`,
		Args: cobra.NoArgs,
		RunE: show,
	}
	c.Flags().BoolVar(&asJSON, "json", false, jsonUsage)
	list := &cobra.Command{
		Use:   "list",
		Short: "List the rules, where each is sent, and which fire",
		Long: `list prints the alerts that fire by the last reading of the account; then each rule,
from the configuration and from the defaults: its account, its channels, its
cooldown and its quiet hours; and then each channel.`,
		Args: cobra.NoArgs,
		RunE: show,
	}
	list.Flags().BoolVar(&asJSON, "json", false, jsonUsage)
	c.AddCommand(list, &cobra.Command{
		Use:   "test",
		Short: "Send a test to every channel",
		Long: `test sends one message to every channel of the configuration, once, and reports
for each whether it was delivered. The exit code is 1 if one was not.`,
		Args: cobra.NoArgs,
		RunE: a.runs(func(ctx context.Context, _ []string) error { return a.testAlerts(ctx) }),
	})
	c.AddCommand(a.muteCommands()...)
	return c
}

func (a *app) listAlerts(ctx context.Context, asJSON bool) (err error) {
	s, stop, err := a.demoOrSettings(ctx)
	if err != nil {
		return err
	}
	defer stop()
	snap := account.Snapshot{Account: s.account.Name}
	if _, err := os.Stat(s.historyPath); err == nil && s.historyErr == nil || s.seen != nil {
		ses := a.watch(s, a.errLog(), nil)
		defer closing(&err, ses.close)
		fresh := monitor.Freshness{Stored: true, Brief: true}
		if s.demo != nil {
			fresh = briefly(monitor.Live)
		}
		if snap, err = ses.mon.Once(ctx, fresh); err != nil {
			return &exitError{code: exitUnknown, err: fmt.Errorf("reading the history: %w", err)}
		}
		if snap.StorageNote != "" {
			a.hint("%s", snap.StorageNote)
		}
	}
	if asJSON {
		return a.answerJSON(render.Alerts(&snap, alertRules(&s.config), alertChannels(&s.config), a.now()))
	}
	rules := [][]string{{"level", "rule", "account", "channels", "cooldown", "quiet"}}
	for _, r := range alertRules(&s.config) {
		r = r.Filled()
		rules = append(rules, []string{string(r.Level), r.String(), cmp.Or(r.Account, "all"), cmp.Or(strings.Join(r.Channels, ", "), "all"), text.Span(r.Cooldown), quietHours(&r)})
	}
	channels := [][]string{{"channel", "kind", "level"}}
	for _, c := range alertChannels(&s.config) {
		channels = append(channels, []string{c.Name, string(c.Via), cmp.Or(string(c.Level), "all")})
	}
	return a.answer(render.AlertsFiring(&snap, a.now()) + "\n\n" + text.Columns(rules) + "\n" + strings.TrimSuffix(text.Columns(channels), "\n"))
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

func (a *app) testAlerts(ctx context.Context) error {
	s, err := a.settings()
	if err != nil {
		return err
	}
	channels := alertChannels(&s.config)
	e := alert.TestEvent(s.account.Name, a.now())
	onTerminal := term.IsTerminal(a.stderr.Fd())
	if onTerminal {
		_, _ = io.WriteString(a.stderr, forLocale(courier.Terminal(channels, []alert.Event{e})))
	}
	results := courier.Test(ctx, courier.Options{Channels: channels, Environ: keys.Environ(), Now: a.now}, e)
	c := &checkup{}
	for _, r := range results {
		if r.Via.OnTerminal() && !onTerminal {
			c.note(r.Channel, fmt.Sprintf("%s: not sent, because standard error is not a terminal", r.Via), "")
		} else if r.Err != nil {
			c.wrong(r.Channel, fmt.Sprintf("%s: %v", r.Via, r.Err), "")
		} else {
			c.ok(r.Channel, "%s", r.Via)
		}
	}
	return c.answer(a, false, "every channel was tried", "not delivered")
}

// alertRules returns the rules of the configuration and the defaults that it
// leaves in force.
func alertRules(c *config.Config) []alert.Rule {
	var own []alert.Rule
	var off []alert.Kind
	for _, r := range c.Alerts {
		if r.Off {
			off = append(off, alert.Kind(r.Rule))
			continue
		}
		own = append(own, alert.Rule{
			Kind: alert.Kind(r.Rule), Level: alert.Level(r.Level), Account: r.Account, Channels: r.Channels,
			BelowUSD: r.BelowUSD, AboveUSD: r.AboveUSD, AboveRatio: r.AboveRatio, Window: alert.Window(r.Per),
			Within: r.Within, Chance: r.Chance, Factor: r.Factor, For: r.For, Cooldown: r.Cooldown,
			Quiet: alert.Quiet(r.Quiet), QuietUrgent: r.QuietUrgent,
		})
	}
	return alert.WithDefaults(own, off, alert.Quiet(c.Quiet))
}

// alertChannels returns the channels of the configuration, or the default.
func alertChannels(c *config.Config) []alert.Channel {
	if len(c.Channels) == 0 {
		return alert.DefaultChannels()
	}
	channels := make([]alert.Channel, len(c.Channels))
	for i, ch := range c.Channels {
		channels[i] = alert.Channel{
			Name: ch.Name, Via: alert.Via(ch.Kind), Level: alert.Level(ch.Level), URL: channelURL(ch),
			To: ch.To, From: ch.From, Argv: ch.Command,
		}
	}
	return channels
}

// reaches reports whether one of the channels reaches somebody without a
// terminal.
func reaches(channels []alert.Channel) bool {
	return slices.ContainsFunc(channels, func(c alert.Channel) bool { return !c.Via.OnTerminal() })
}

// channelURL returns what reads the channel's URL, by the rules for keys where
// it is in a file or printed by a command.
func channelURL(ch config.Channel) func(context.Context) (string, error) {
	if ch.URL != "" {
		return func(context.Context) (string, error) { return string(ch.URL), nil }
	}
	source := config.Account{Name: ch.Name, KeyFile: ch.URLFile, KeyCommand: ch.URLCommand}
	return func(ctx context.Context) (string, error) {
		secret, err := keys.Secret(ctx, source)
		var e *keys.Error
		if errors.As(err, &e) {
			return "", fmt.Errorf("%s: %s", strings.TrimPrefix(e.Source.Name, "key_"), e.Problem)
		}
		return secret.Reveal(), err
	}
}
