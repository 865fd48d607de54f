// Package dashboard runs the screen, with the accounts that it shows.
package dashboard

import (
	"context"
	"os"
	"time"

	"github.com/charmbracelet/x/term"

	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/cmd/status"
	"ortop/internal/cmd/store"
	"ortop/internal/monitor"
	"ortop/internal/render"
	"ortop/ui"
)

// Run is the full screen, or one status where there is no terminal to
// draw it on.
func Run(ctx context.Context, a *cli.App) (err error) {
	if !term.IsTerminal(a.Stdout.Fd()) || os.Getenv("TERM") == "dumb" {
		return status.Print(ctx, a, status.Flags{Fresh: session.Briefly(monitor.Live)})
	}
	later(settleAfter, spare)
	memory := saveMemory()
	s, stop, err := session.DemoOrSettings(ctx, a)
	if err != nil {
		return err
	}
	defer stop()
	if err := session.AwaitTeam(ctx, a, &s); err != nil {
		return err
	}
	log := cli.FileLog()
	list, err := session.EveryAccount(a, &s)
	if err != nil {
		return err
	}
	crash := make(chan error, 8)
	terminal := make(chan string, 8)
	run := &session.Runner{App: a, Ctx: ctx, Log: log, Crash: crash, Terminal: terminal}
	all := newFleet(run, list)
	defer cli.Closing(&err, func() error { return cli.Joined(all.close(), run.Close()) })
	switch {
	case s.Demo != nil:
		all.fixed = demoFixed
	case s.Seen != nil:
		all.fixed = "these are the team's accounts: a machine that collects adds and removes them"
	case a.Flags.Account != "":
		all.fixed = "this is account " + a.Flags.Account + " alone: start ortop without --account to add or remove one"
	}
	own, problems := session.OwnThemes(s.Themes)
	o := ui.Options{
		Now: a.Now, Own: own, Notice: session.ThemeNotice(s.Theme, own, problems), NoColor: a.Flags.NoColor || os.Getenv("NO_COLOR") != "",
		ASCII: !cli.Unicode(), Console: os.Getenv("TERM") == "linux", Crash: crash, Raw: terminal, Input: a.Stdin, Output: a.Stdout, Accounts: all, Rested: memory.rested, Looked: memory.looked,
		Export: func(ctx context.Context, from, to time.Time) (string, error) { return export(ctx, run, from, to) },
	}
	screenSettings(a, &o, s, log)
	if session.HasKey(ctx, a, &s) {
		o.Feed = all.feed(render.AccountID(s.Account.Name, s.BaseURL))
	} else {
		o.Onboarding, o.Host = &onboarding{fleet: all, settings: s}, s.Host
	}
	return ui.Run(ctx, o)
}

// demoFixed is why there is nothing to add to a demo.
const demoFixed = "this is the demo, one simulated account: start ortop without it to add or remove one"

// onboarding is what the first run can do: store a key, or show the demo.
type onboarding struct {
	fleet    *fleet
	settings session.Settings
}

// Adopt checks the key with a request, stores it, and starts.
func (b *onboarding) Adopt(ctx context.Context, key string) (ui.Feed, string, error) {
	note, err := b.fleet.adopt(ctx, b.fleet.run.App, &b.settings, b.settings.Account, key)
	if err != nil {
		return nil, "", err
	}
	return b.fleet.feed(b.settings.Account.Name), note, nil
}

// Demo starts the simulated account in place of the others.
func (b *onboarding) Demo(ctx context.Context) (ui.Feed, error) {
	run := b.fleet.run
	// ctx is that of the question: the demo goes on until the dashboard ends.
	s, stop, err := session.Demo(context.WithoutCancel(ctx), run.App, session.DefaultProfile)
	if err != nil {
		return nil, err
	}
	run.Closers = append(run.Closers, func() error { stop(); return nil })
	b.fleet.replace(new(b.fleet.start(session.Watched{App: run.App, Settings: s})), demoFixed)
	return b.fleet.feed(s.Account.Name), nil
}

// export writes the readings of the account that is shown to a new file.
func export(ctx context.Context, r *session.Runner, from, to time.Time) (path string, err error) {
	s := r.Shown.Load()
	if s == nil {
		return "", store.ErrNothingRead
	}
	return store.Export(ctx, r.App, s.Mon, s.Name, from, to)
}
