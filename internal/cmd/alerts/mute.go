package alerts

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/text"
)

// muteCommands are those that hold alerts back and that let them go.
func muteCommands(a *cli.App) []*cobra.Command {
	var urgent bool
	mute := &cobra.Command{
		Use:   "mute SPAN|until TIME [RULE]",
		Short: "Send no alerts for some time",
		Long: `mute holds back the alerts of the account for a span, or until a time: all, or those
of one rule. Urgent ones are sent all the same, unless --urgent is given. What holds
at the end is sent then. It is stored with the history, and outlasts a restart; the
process that polls goes by it from its next reading on.`,
		Example: "  ortop alerts mute 8h\n  ortop alerts mute until 07:00 runway",
		Args:    cobra.MinimumNArgs(1),
		RunE: a.Runs(func(ctx context.Context, args []string) error {
			now := a.Now()
			m, rule, err := muteOf(args, now)
			if err != nil {
				return err
			}
			if m.Until = m.Until.Round(0).UTC(); !m.Until.After(now) {
				return cli.UsageError("", "%s is a span of nothing", strings.Join(args, " "))
			}
			m.Urgent = urgent
			return store(ctx, a, m, rule, now)
		}),
	}
	mute.Flags().BoolVar(&urgent, "urgent", false, "hold back urgent alerts too")
	return []*cobra.Command{mute, {
		Use:   "unmute [RULE]",
		Short: "Send alerts again",
		Long:  "unmute ends what mute began: of one rule, or of all.",
		Args:  cobra.MaximumNArgs(1),
		RunE: a.Runs(func(ctx context.Context, args []string) error {
			return store(ctx, a, alert.Mute{}, args, a.Now())
		}),
	}}
}

// muteOf reads a span, or until and a time, and the rule that may follow them. None
// of them needs quotes.
func muteOf(args []string, now time.Time) (m alert.Mute, rule []string, err error) {
	const example = "for example ortop alerts mute 8h, or ortop alerts mute until 07:00 runway"
	parse := func(s string, now time.Time) (time.Duration, error) {
		d, err := text.ParseSpan(s)
		if err == nil {
			return d, nil
		}
		if d, timeErr := untilTime(s, now); timeErr == nil {
			return d, nil
		}
		return 0, err
	}
	if args[0] == "until" {
		if args = args[1:]; len(args) == 0 {
			return m, nil, cli.UsageError(example, "until needs a time")
		}
		parse = untilTime
	}
	d, err := parse(strings.Join(args, " "), now)
	if last := len(args) - 1; err != nil && last > 0 { // its last word may be a rule
		if before, err2 := parse(strings.Join(args[:last], " "), now); err2 == nil {
			d, err, rule = before, nil, args[last:]
		}
	}
	if err != nil {
		return m, nil, cli.UsageError(example, "%w", err)
	}
	m.Until = now.Add(d)
	return m, rule, nil
}

// untilTime reads when a mute ends: a day begins it, and a number alone is none.
func untilTime(s string, now time.Time) (time.Duration, error) {
	if strings.EqualFold(s, "tomorrow") {
		s += " 00:00"
	}
	if strings.Trim(s, "0123456789.") == "" {
		return 0, fmt.Errorf("%q is not a time: write 07:00 or tomorrow 07:00", s)
	}
	t, err := text.ParseTime(s, now)
	return t.Sub(now), err
}

// store stores a mute, of the rule that is named.
func store(ctx context.Context, a *cli.App, m alert.Mute, rule []string, now time.Time) error {
	if a.Flags.Demo != "" {
		return cli.UsageError("", "the demo sends no alerts: there is nothing to mute")
	}
	s, err := session.Load(a)
	if err != nil {
		return err
	}
	if len(rule) == 1 {
		m.Rule = alert.Kind(rule[0])
		known := kindsOf(&s)
		if !slices.Contains(known, rule[0]) {
			return cli.UsageError(cli.DidYouMean(rule[0], known), "there is no rule %q: the rules are %s", text.Safe(rule[0], 64), strings.Join(known, ", "))
		}
	}
	ar, err := session.Archive(ctx, a, s, history.Options{})
	if err != nil {
		return err
	}
	mutes, err := ar.Mute(ctx, m)
	if err := cli.Joined(err, ar.DB.Close()); err != nil {
		return fmt.Errorf("storing the mute: %w", err)
	}
	words := "alerts are sent again"
	switch {
	case !m.Until.IsZero():
		words = account.MuteWords(m, now)
	case m.Rule != "":
		words = string(m.Rule) + " " + words
		if i := slices.IndexFunc(mutes, func(m alert.Mute) bool { return m.Rule == "" }); i >= 0 {
			words = account.MuteWords(mutes[i], now)
			a.Hint("all rules are muted: ortop alerts unmute ends that")
		}
	}
	return a.Answer("account " + s.Account.Name + ": " + words)
}

// kindsOf are the kinds of the account's rules, in the order of the alphabet.
func kindsOf(s *session.Settings) (known []string) {
	for _, r := range session.AlertRules(&s.Config) {
		known = append(known, string(r.Kind))
	}
	slices.Sort(known)
	return slices.Compact(known)
}

// RuleNames are the rules that can be muted.
func RuleNames(a *cli.App) []string {
	s, err := session.Load(a)
	if err != nil {
		return nil
	}
	return kindsOf(&s)
}
