package session

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/cmd/cli"
	"ortop/internal/config"
	"ortop/internal/monitor"
	"ortop/internal/sim"
)

// DefaultProfile is the simulated account of --demo alone.
const DefaultProfile = "solo"

// demoDays is how much of a past the simulated account has.
const demoDays = 35

// demoInterval is short, so that a demo moves while it is looked at.
const demoInterval = 5 * time.Second

// ProfileNames are the simulated accounts.
//
//go:noinline
func ProfileNames() (names []string) {
	for _, p := range sim.Profiles() {
		names = append(names, p.Name)
	}
	return names
}

// DemoOrSettings are the settings of the demo where --demo asks for it.
func DemoOrSettings(ctx context.Context, a *cli.App) (Settings, func(), error) {
	if a.Flags.Demo != "" {
		return Demo(ctx, a, a.Flags.Demo)
	}
	s, err := Load(a)
	if err == nil {
		err = join(ctx, a, &s)
	}
	return s, func() {}, err
}

// Demo starts a simulated account on loopback, with its past in a history file
// of its own, and returns the settings that lead there: of the configuration, how
// things look, and no account, alert or channel. stop ends both.
func Demo(ctx context.Context, a *cli.App, profile string) (s Settings, stop func(), err error) {
	if err := configured(a, &s); err != nil {
		return s, nil, err
	}
	c := s.Config
	s.Config = config.Config{Theme: c.Theme, Clock: c.Clock, Zone: c.Zone, View: c.View, Range: c.Range, Glyphs: c.Glyphs, Currency: c.Currency, Keys: c.Keys}
	start := a.Now().AddDate(0, 0, -demoDays)
	account, err := sim.New(sim.Config{Profile: profile, Now: a.Now, Start: start})
	if err != nil {
		return s, nil, cli.UsageError(cli.DidYouMean(profile, ProfileNames()), "%w", err)
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
	s.Account, s.BaseURL, s.Demo = config.Account{Name: "demo"}, url, &DemoAccount{profile, account}
	s.Interval, s.HistoryPath = demoInterval, filepath.Join(dir, "history.db")
	if a.Flags.Interval != 0 {
		s.Interval = a.Flags.Interval
		s.Interval, err = interval(a, &s)
	}
	if err == nil {
		err = backdate(ctx, a, &s, start)
	}
	if err != nil {
		stop()
		return s, nil, err
	}
	return s, stop, nil
}

// DemoAccount is the simulated account behind a session's settings.
type DemoAccount struct {
	profile string
	account *sim.Account
}

// key is the key that the simulated account accepts.
func (d *DemoAccount) key() client.Secret { return client.NewSecret(sim.KeyOf(d.profile)) }

// backdate writes the account's past into its history, as if ortop had been
// open all the time.
func backdate(ctx context.Context, a *cli.App, s *Settings, start time.Time) error {
	db, err := history.Open(ctx, s.HistoryPath, history.Options{Now: a.Now})
	if err != nil {
		return err
	}
	err = monitor.Backdate(ctx, db, s.Account.Name, s.BaseURL, s.Demo.key().Fingerprint(), start, a.Now(), s.Demo.account.Usage, s.Demo.account.Credits)
	return cli.Joined(err, db.Close())
}
