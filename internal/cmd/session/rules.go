package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ortop/internal/alert"
	"ortop/internal/config"
	"ortop/internal/forecast"
	"ortop/internal/keys"
)

// AlertRules returns the rules of the configuration and the defaults that it
// leaves in force.
func AlertRules(c *config.Config) []alert.Rule {
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

// AlertChannels returns the channels of the configuration, or the default.
func AlertChannels(c *config.Config) []alert.Channel {
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

// Reaches reports whether one of the channels reaches somebody without a
// terminal.
func Reaches(channels []alert.Channel) bool {
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

// packages are those of the configuration.
func packages(c *config.Config) (list []forecast.Package) {
	for _, p := range c.Packages {
		list = append(list, forecast.Package(p))
	}
	return list
}
