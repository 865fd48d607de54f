package alert

import (
	"context"
)

// Via is how a channel reaches a person.
type Via string

// The ways, with the fields of Channel that each needs.
const (
	// These three are text for the terminal, which its owner writes: none is
	// sent.
	Bell   Via = "bell"
	OSC9   Via = "osc9"   // iTerm2, Ghostty, WezTerm, kitty
	OSC777 Via = "osc777" // urxvt, foot, Ghostty

	Desktop  Via = "desktop"
	Webhook  Via = "webhook"  // URL; the event's JSON is posted there
	Slack    Via = "slack"    // URL, that of an incoming webhook
	Discord  Via = "discord"  // URL, that of a webhook
	Telegram Via = "telegram" // URL https://api.telegram.org/bot<token>, and To, the chat's ID
	Ntfy     Via = "ntfy"     // URL https://ntfy.sh/<topic>
	Mail     Via = "mail"     // URL smtps:// or smtp://user:password@host:port, From and To
	Command  Via = "command"  // Argv; the event's JSON is its standard input
)

// Channel is one way to one place.
type Channel struct {
	Name string
	Via  Via
	// Level is the least that the channel takes. If empty, it takes all.
	Level Level
	// URL returns the address, which is a secret: it is read at
	// the start, and again before each attempt until that succeeds.
	URL func(context.Context) (string, error)
	// To is a chat, or addresses with commas between them.
	To   string
	From string
	Argv []string // Argv is a program and its arguments.
}

// DefaultChannels returns the channels of somebody who configured none.
func DefaultChannels() []Channel { return []Channel{{Name: "terminal", Via: Bell}} }

// Takes reports whether e goes to c.
func (c *Channel) Takes(e *Event) bool {
	return e.Level.Rank() >= c.Level.Rank() && e.audience().has(c.Name)
}

// OnTerminal reports whether it is text for the terminal.
func (v Via) OnTerminal() bool { return v == Bell || v == OSC9 || v == OSC777 }
