package config

import (
	"fmt"
	"io"
	"strings"
)

// Channel is one [[channels]] table.
type Channel struct {
	Name string // Name is unique in a file.
	// Kind is bell, osc9, osc777, desktop, webhook, slack, discord, telegram,
	// ntfy, mail or command.
	Kind  string
	Level string // Level is the least that it takes: info, warning, urgent, or empty.
	// URL, URLFile and URLCommand are where the channel's URL is; one of them
	// is set where the kind has one. It is a secret, and its form is not
	// checked here.
	URL        Hidden
	URLFile    string
	URLCommand []string
	To, From   string
	Command    []string
}

// Hidden is text that whatever prints it replaces; string(h) is the text.
type Hidden string

// Format writes "[redacted]" for every verb.
func (Hidden) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[redacted]") }

// MarshalText returns "[redacted]".
func (Hidden) MarshalText() ([]byte, error) { return []byte("[redacted]"), nil }

var channelSettings = settings[Channel]{
	"name":        func(c *Channel, v value) error { return v.text(&c.Name) },
	"kind":        func(c *Channel, v value) error { return v.oneOf(&c.Kind, kindNames) },
	"level":       func(c *Channel, v value) error { return v.oneOf(&c.Level, levels) },
	"url":         func(c *Channel, v value) error { return v.url((*string)(&c.URL)) },
	"url_file":    func(c *Channel, v value) error { return v.path(&c.URLFile) },
	"url_command": func(c *Channel, v value) error { return v.command(&c.URLCommand) },
	"to":          func(c *Channel, v value) error { return v.text(&c.To) },
	"from":        func(c *Channel, v value) error { return v.text(&c.From) },
	"command":     func(c *Channel, v value) error { return v.command(&c.Command) },
}

// kindSettings are the settings that each kind has beside everyKind; one with
// a "!" must be there, and of the three that give a URL exactly one.
var kindSettings = map[string][]string{
	"bell":     {},
	"osc9":     {},
	"osc777":   {},
	"desktop":  {},
	"webhook":  urlSettings,
	"slack":    urlSettings,
	"discord":  urlSettings,
	"telegram": append([]string{"to!"}, urlSettings...),
	"ntfy":     urlSettings,
	"mail":     append([]string{"to!", "from!"}, urlSettings...),
	"command":  {"command!"},
}

var (
	kindNames   = settingsOf(kindSettings)
	everyKind   = []string{"name", "kind", "level"}
	urlSettings = []string{"url", "url_file", "url_command"}
)

func (c *Config) channelNames() []string {
	var names []string
	for _, ch := range c.Channels {
		names = append(names, ch.Name)
	}
	return names
}

// checkChannels compares the settings of channels with each other.
func (c *Config) checkChannels(at places) *Error {
	seen := map[string]bool{}
	for i, ch := range c.Channels {
		t := at.table("channels", i)
		if !t.set("name") {
			return t.problem("", "this channel has no name")
		}
		if err := checkName("channel", ch.Name); err != nil {
			return t.problem("name", "%v", err)
		}
		if seen[ch.Name] {
			return t.problem("name", "two channels are named %q", ch.Name)
		}
		seen[ch.Name] = true
		if ch.Kind == "" {
			return t.problem("", "channel %q has no kind: it is one of %s", ch.Name, strings.Join(kindNames, ", "))
		}
		what := fmt.Sprintf("kind %q", ch.Kind)
		if err := t.checkSettings(what, everyKind, kindSettings[ch.Kind], false); err != nil {
			return err
		}
		if err := t.checkURL(what, kindSettings[ch.Kind]); err != nil {
			return err
		}
	}
	return nil
}
