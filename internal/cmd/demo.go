package cmd

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/config"
	"ortop/internal/monitor"
	"ortop/internal/sim"
)

const defaultProfile = "solo"

// demoDays is how much of a past the simulated account has.
const demoDays = 35

// demoInterval is short, so that a demo moves while it is looked at.
const demoInterval = 5 * time.Second

//go:noinline
func profileNames() (names []string) {
	for _, p := range sim.Profiles() {
		names = append(names, p.Name)
	}
	return names
}

// demoOrSettings are the settings of the demo where --demo asks for it.
func (a *app) demoOrSettings(ctx context.Context) (settings, func(), error) {
	if a.flags.demo != "" {
		return a.demo(ctx, a.flags.demo)
	}
	s, err := a.settings()
	if err == nil {
		err = a.join(ctx, &s)
	}
	return s, func() {}, err
}

// demo starts a simulated account on loopback, with its past in a history file
// of its own, and returns the settings that lead there: of the configuration, how
// things look, and no account, alert or channel. stop ends both.
func (a *app) demo(ctx context.Context, profile string) (s settings, stop func(), err error) {
	if err := a.configured(&s); err != nil {
		return s, nil, err
	}
	c := s.config
	s.config = config.Config{Theme: c.Theme, Clock: c.Clock, Zone: c.Zone, View: c.View, Range: c.Range, Glyphs: c.Glyphs, Currency: c.Currency, Keys: c.Keys}
	start := a.now().AddDate(0, 0, -demoDays)
	account, err := sim.New(sim.Config{Profile: profile, Now: a.now, Start: start})
	if err != nil {
		return s, nil, usageError(didYouMean(profile, profileNames()), "%w", err)
	}
	dir, err := os.MkdirTemp("", "ortop-demo-")
	if err != nil {
		return s, nil, fmt.Errorf("making a folder for the demo: %w", err)
	}
	remove := func() { os.RemoveAll(dir) }
	url, stopServer, err := account.Listen(ctx)
	if err != nil {
		remove()
		return s, nil, fmt.Errorf("starting the simulated account: %w", err)
	}
	stop = func() { stopServer(); remove() }
	s.account, s.baseURL, s.demo = config.Account{Name: "demo"}, url, &demoAccount{profile, account}
	s.interval, s.historyPath = demoInterval, filepath.Join(dir, "history.db")
	if a.flags.interval != 0 {
		s.interval = a.flags.interval
		s.interval, err = a.interval(&s)
	}
	if err == nil {
		err = a.backdate(ctx, &s, start)
	}
	if err != nil {
		stop()
		return s, nil, err
	}
	return s, stop, nil
}

// demoAccount is the simulated account behind a session's settings.
type demoAccount struct {
	profile string
	account *sim.Account
}

// key is the key that the simulated account accepts.
func (d *demoAccount) key() client.Secret { return client.NewSecret(sim.KeyOf(d.profile)) }

// backdate writes the account's past into its history, as if ortop had been
// open all the time.
func (a *app) backdate(ctx context.Context, s *settings, start time.Time) error {
	db, err := history.Open(ctx, s.historyPath, history.Options{Now: a.now})
	if err != nil {
		return err
	}
	err = monitor.Backdate(ctx, db, s.account.Name, s.baseURL, s.demo.key().Fingerprint(), start, a.now(), s.demo.account.Usage, s.demo.account.Credits)
	return joined(err, db.Close())
}
