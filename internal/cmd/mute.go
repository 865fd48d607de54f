package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/text"
)

// muteCommands are those that hold alerts back and that let them go.
func (a *app) muteCommands() []*cobra.Command {
	var urgent bool
	mute := &cobra.Command{
		Use:   "mute SPAN|until TIME [RULE]",
		Short: "Send no alerts for some time",
		Long: `mute holds back the alerts of the account for a span, or until a time: all, or those
of one rule. Urgent ones are sent all the same, unless --urgent is given. What holds
at the end is sent then. It is stored with the history, and outlasts a restart; the
process that polls goes by it from its next reading on.`,
		Example: "  ortop alerts mute 8h\n  ortop alerts mute until 07:00 runway",
		Args:    cobra.RangeArgs(1, 3),
		RunE: a.runs(func(ctx context.Context, args []string) error {
			now := a.now()
			var m alert.Mute
			if args[0] == "until" {
				if args = args[1:]; len(args) == 0 {
					return usageError("for example ortop alerts mute until 07:00", "until needs a time")
				}
				t, err := text.ParseTime(args[0], now)
				if err != nil {
					return usageError("for example ortop alerts mute until 07:00", "%w", err)
				}
				m.Until = t
			} else {
				d, err := text.ParseSpan(args[0])
				if err != nil {
					return usageError("for example ortop alerts mute 8h", "%w", err)
				}
				m.Until = now.Add(d)
			}
			if m.Until = m.Until.Round(0).UTC(); !m.Until.After(now) {
				return usageError("", "%s is a span of nothing", args[0])
			}
			m.Urgent = urgent
			return a.mute(ctx, m, args[1:], now)
		}),
	}
	mute.Flags().BoolVar(&urgent, "urgent", false, "hold back urgent alerts too")
	return []*cobra.Command{mute, {
		Use:   "unmute [RULE]",
		Short: "Send alerts again",
		Long:  "unmute ends what mute began: of one rule, or of all.",
		Args:  cobra.MaximumNArgs(1),
		RunE: a.runs(func(ctx context.Context, args []string) error {
			return a.mute(ctx, alert.Mute{}, args, a.now())
		}),
	}}
}

// mute stores a mute, of the rule that is named.
func (a *app) mute(ctx context.Context, m alert.Mute, rule []string, now time.Time) error {
	if a.flags.demo != "" {
		return usageError("", "the demo sends no alerts: there is nothing to mute")
	}
	s, err := a.settings()
	if err != nil {
		return err
	}
	if len(rule) > 1 {
		return usageError("", "one rule at a time: %s", strings.Join(rule, " "))
	}
	if len(rule) == 1 {
		m.Rule = alert.Kind(rule[0])
		var known []string
		for _, r := range alertRules(s.config) {
			known = append(known, string(r.Kind))
		}
		if !slices.Contains(known, rule[0]) {
			slices.Sort(known)
			return usageError("", "there is no rule %q: the rules are %s", text.Safe(rule[0], 64), strings.Join(slices.Compact(known), ", "))
		}
	}
	ar, err := a.archive(ctx, s, history.Options{})
	if err != nil {
		return err
	}
	if err := errors.Join(ar.Mute(ctx, m), ar.DB.Close()); err != nil {
		return fmt.Errorf("storing the mute: %w", err)
	}
	words := "alerts are sent again"
	switch {
	case !m.Until.IsZero():
		words = account.MuteWords(m, now)
	case m.Rule != "":
		words = string(m.Rule) + " " + words
	}
	_, err = fmt.Fprintf(a.stdout, "account %s: %s\n", s.account.Name, words)
	return written(err)
}
