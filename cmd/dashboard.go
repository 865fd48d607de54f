package cmd

import (
	"context"
	"os"

	"github.com/charmbracelet/x/term"

	"ortop/keys"
	"ortop/ui"
)

// dashboard is the full screen, or one status where there is no terminal to
// draw it on.
func (a *app) dashboard(ctx context.Context) error {
	if !term.IsTerminal(a.stdout.Fd()) || os.Getenv("TERM") == "dumb" {
		return a.status(ctx, statusFlags{maxAge: -1})
	}
	s, stop, err := a.demoOrSettings(ctx)
	if err != nil {
		return err
	}
	defer stop()
	log, closeLog := fileLog()
	defer closeLog()
	list, err := a.everyAccount(s)
	if err != nil {
		return err
	}
	crash := make(chan error, len(list))
	terminal := make(chan string, 8)
	run := &runner{app: a, ctx: ctx, log: log, crash: crash, terminal: terminal}
	defer run.close()
	o := ui.Options{
		Now: a.now, Theme: s.theme, NoColor: a.flags.noColor || os.Getenv("NO_COLOR") != "",
		ASCII: !unicode(), Crash: crash, Raw: terminal, Input: a.stdin, Output: a.stdout, Export: run.export,
	}
	if !a.hasKey(ctx, s) {
		o.Onboarding, o.Host = &onboarding{run: run, settings: s}, s.host
	} else {
		all := run.muster(list)
		defer all.close()
		if o.Feed, err = all.feed(s.account.Name); err != nil {
			return err
		}
		o.Accounts, o.Switch = all.names(), all.feed
	}
	return ui.Run(ctx, o)
}

// onboarding is what the first run can do: keep a key, or show the demo.
type onboarding struct {
	run      *runner
	settings settings
}

// Adopt checks the key by asking with it, keeps it, and starts.
func (b *onboarding) Adopt(ctx context.Context, key string) (ui.Feed, string, error) {
	secret, err := checkKey(ctx, b.settings.baseURL, key)
	if err != nil {
		return nil, "", err
	}
	account := b.settings.account
	if b.settings.host != "" && account.BaseURL == "" {
		account.BaseURL = b.settings.baseURL // the key was checked there, and goes there
	}
	where, err := keys.Keep(ctx, b.settings.configPath, account, secret)
	if err != nil {
		return nil, "", err
	}
	b.run.app.env = keys.Environment{}
	s, err := b.run.app.settings()
	if err != nil {
		return nil, "", err
	}
	return b.run.start(s), "key kept in the " + where, nil
}

// Demo starts the simulated account.
func (b *onboarding) Demo(ctx context.Context) (ui.Feed, error) {
	s, stop, err := b.run.app.demo(ctx, defaultProfile)
	if err != nil {
		return nil, err
	}
	b.run.closers = append(b.run.closers, stop)
	return b.run.start(s), nil
}

var _ ui.Feed = member{}
