package cmd

import (
	"context"
	"os"

	"github.com/charmbracelet/x/term"

	"ortop/internal/monitor"
	"ortop/internal/render"
	"ortop/ui"
)

// dashboard is the full screen, or one status where there is no terminal to
// draw it on.
func (a *app) dashboard(ctx context.Context) (err error) {
	if !term.IsTerminal(a.stdout.Fd()) || os.Getenv("TERM") == "dumb" {
		return a.status(ctx, statusFlags{fresh: briefly(monitor.Live)})
	}
	saveMemory()
	s, stop, err := a.demoOrSettings(ctx)
	if err != nil {
		return err
	}
	defer stop()
	log, closeLog := fileLog()
	defer closeLog()
	list, err := a.everyAccount(&s)
	if err != nil {
		return err
	}
	crash := make(chan error, 8)
	terminal := make(chan string, 8)
	run := &runner{app: a, ctx: ctx, log: log, crash: crash, terminal: terminal}
	all := run.newFleet(list)
	defer closing(&err, func() error { return joined(all.close(), run.close()) })
	switch {
	case s.demo != nil:
		all.fixed = demoFixed
	case s.seen != nil:
		all.fixed = "these are the team's accounts: a machine that collects adds and removes them"
	case a.flags.account != "":
		all.fixed = "this is account " + a.flags.account + " alone: start ortop without --account to add or remove one"
	}
	own, problems := ownThemes(s.themes)
	o := ui.Options{
		Now: a.now, Own: own, Notice: themeNotice(s.theme, own, problems), NoColor: a.flags.noColor || os.Getenv("NO_COLOR") != "",
		ASCII: !unicode(), Console: os.Getenv("TERM") == "linux", Crash: crash, Raw: terminal, Input: a.stdin, Output: a.stdout, Export: run.export, Accounts: all,
	}
	a.screenSettings(&o, s, log)
	if a.hasKey(ctx, &s) {
		o.Feed = all.feed(render.AccountID(s.account.Name, s.baseURL))
	} else {
		o.Onboarding, o.Host = &onboarding{fleet: all, settings: s}, s.host
	}
	return ui.Run(ctx, o)
}

// demoFixed is why there is nothing to add to a demo.
const demoFixed = "this is the demo, one simulated account: start ortop without it to add or remove one"

// onboarding is what the first run can do: store a key, or show the demo.
type onboarding struct {
	fleet    *fleet
	settings settings
}

// Adopt checks the key with a request, stores it, and starts.
func (b *onboarding) Adopt(ctx context.Context, key string) (ui.Feed, string, error) {
	note, err := b.fleet.adopt(ctx, b.fleet.run.app, &b.settings, b.settings.account, key)
	if err != nil {
		return nil, "", err
	}
	return b.fleet.feed(b.settings.account.Name), note, nil
}

// Demo starts the simulated account in place of the others.
func (b *onboarding) Demo(ctx context.Context) (ui.Feed, error) {
	run := b.fleet.run
	// ctx is that of the question: the demo goes on until the dashboard ends.
	s, stop, err := run.app.demo(context.WithoutCancel(ctx), defaultProfile)
	if err != nil {
		return nil, err
	}
	run.closers = append(run.closers, func() error { stop(); return nil })
	b.fleet.replace(new(b.fleet.start(watched{run.app, s})), demoFixed)
	return b.fleet.feed(s.account.Name), nil
}
