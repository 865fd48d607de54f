// Package ui is the dashboard: a full-screen view of a monitor's snapshots
// that fits any terminal. It computes no money; it loads, draws and reads keys.
package ui

import (
	"context"
	"io"
	"time"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/forecast"
	"ortop/internal/spenders"
	"ortop/ui/draw"
	"ortop/ui/panel/fleet"
	"ortop/ui/settings"
)

// Feed is what the dashboard needs of a monitor. Only Breakdown and
// BreakdownPlot wait for the network.
type Feed interface {
	// Latest is the newest snapshot; ok is false before the first.
	Latest() (s account.Snapshot, ok bool)
	// Snapshots is a slot of one that holds the newest snapshot.
	Snapshots() <-chan account.Snapshot
	// Refresh requests a poll and returns at once.
	Refresh()
	// StateBalance takes in what a person says is left, of an account whose key
	// cannot read it; nil takes that back. It returns at once.
	StateBalance(usd *float64)
	// Pause stops or resumes polling and returns at once.
	Pause(on bool)
	// Release lets go of what others may need while the process is stopped;
	// it waits a moment at most. Resume takes it back.
	Release()
	Resume()
	// Plot returns n equal buckets between from and to. A zero from is the
	// first sample.
	Plot(ctx context.Context, from, to time.Time, n int) (history.Plot, error)
	// Plan returns what a snapshot's forecast means for buying credits. ok is
	// false while there is no balance to plan with.
	Plan(ctx context.Context, s account.Snapshot, ask forecast.Ask) (p forecast.Plan, ok bool, err error)
	// Breakdown returns who spent what, and BreakdownPlot the spend of one of
	// its rows.
	Breakdown(ctx context.Context, q spenders.Query) (spenders.Breakdown, error)
	BreakdownPlot(ctx context.Context, by spenders.By, id string, from, to time.Time, n int) (history.Plot, error)
	// Events returns what happened in a span, the newest first, and
	// Acknowledge marks one as seen.
	Events(ctx context.Context, from, to time.Time, limit int) ([]account.Event, error)
	Acknowledge(ctx context.Context, event int64) error
}

// Onboarding is the first run, when no key was found.
type Onboarding interface {
	// Adopt checks the key live, stores it and starts. The note names the
	// place where it is stored; an error is one line for the screen.
	Adopt(ctx context.Context, key string) (feed Feed, note string, err error)
	// Demo starts a simulated account.
	Demo(ctx context.Context) (Feed, error)
}

// Account is one of those that can be shown.
type Account struct {
	ID   string // that of its row among all; empty: its name
	Name string // no other has it
	// Host is where its key is sent, where that is not OpenRouter.
	Host string
	// Feed is nil where the account has no key, and is not polled.
	Feed Feed
}

// Fleet is all accounts in one table, of one row each.
type (
	Fleet    = fleet.Fleet
	FleetRow = fleet.Row
)

// Accounts are those of the configuration, each watched by itself. List, Show,
// Fixed and CheckName return at once; the others may take seconds, and their
// errors are one line for the screen.
type Accounts interface {
	// List is in the order of the configuration.
	List() []Account
	// All has a row for each there is, listed or not, who runs out first at the top, and
	// Open watches the one of an ID, which is listed from then on. They may take seconds.
	All(ctx context.Context) (Fleet, error)
	Open(ctx context.Context, id string) (Feed, error)
	// Show notes which of them, by its ID, is on the screen from now on.
	Show(id string)
	// Fixed is why none can be added or removed, or empty.
	Fixed() string
	// CheckName returns why a new account cannot have that name.
	CheckName(name string) error
	// Add checks a key live, stores it as that of an account and watches it.
	// The account is new, and its key goes where that of like goes; or it is
	// like itself, which has no key yet. The note names the
	// place where the key is stored.
	Add(ctx context.Context, name, like, key string) (note string, err error)
	// Fate returns what Remove would do to an account and its key, and Remove
	// what it did.
	Fate(ctx context.Context, name string) (string, error)
	Remove(ctx context.Context, name string) (note string, err error)
}

// Themes are the names that Options.Theme may have, besides those of
// Options.Own. The first, empty, follows the terminal.
var Themes = draw.Themes

// Options are what Run shows and where. Exactly one of Feed and Onboarding is
// set.
type Options struct {
	Feed       Feed
	Onboarding Onboarding
	// Host is where a first run sends the key, where that is not OpenRouter.
	Host string
	// Accounts are those that can be shown, Feed's among them. If nil, there is
	// Feed alone.
	Accounts Accounts
	// Now is the clock; its location is the one people read clocks in. If
	// nil, it is time.Now.
	Now func() time.Time
	// First is drawn in the very first frame. If nil, that frame shows that
	// ortop is starting.
	First *account.Snapshot
	// Theme is one of Themes, or of Own. If empty, colours follow the terminal.
	Theme string
	// Settings are those that the configuration has; the theme, the view and the
	// range to begin with are Theme and Looks.
	Settings settings.Values
	// SaveSettings stores settings, each a name and its value, and returns where.
	// If nil, they last until the end, for the reason that Unsaved gives.
	SaveSettings func(ctx context.Context, changed [][2]string) (note string, err error)
	Unsaved      string
	// LeastInterval is the shortest time between two polls.
	LeastInterval time.Duration
	// Looks are how the screen is looked at to begin with, and Remember stores how
	// it is now, and may be nil. It may take a moment.
	Looks    Looks
	Remember func(Looks)
	// Keys are put on actions, by their names, in place of those that are there;
	// CheckKeys has nothing against them.
	Keys map[string][]string
	// Own are themes that a person made.
	Own []draw.Own
	// Notice is a line for the person that the screen begins with, or empty.
	Notice string
	// NoColor leaves out colours, ASCII everything that is not ASCII, and Console
	// what the fonts of a text console do not have.
	NoColor, ASCII, Console bool
	// Raw delivers what the terminal is sent as it is, such as a bell. It may
	// be nil.
	Raw <-chan string
	// Export writes what was read between from and to into a new file and
	// returns its path; a zero from is the first sample. It may take seconds.
	Export func(ctx context.Context, from, to time.Time) (path string, err error)
	// Crash delivers a panic or a fatal error of another goroutine: the
	// terminal is restored and Run returns it. It may be nil.
	Crash <-chan error
	// Rested is called when nothing was drawn for a moment since a person pressed
	// something: what has to be done some time is best done then. It may be nil.
	Rested func()
	// Looked is called with whether anybody looks at the screen, as often as the
	// terminal tells. It must not wait, and may be nil.
	Looked func(bool)
	// Input and Output are the terminal. If nil, they are os.Stdin and
	// os.Stdout.
	Input  io.Reader
	Output io.Writer
}
