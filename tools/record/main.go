// Command record draws the pictures of the documents: the tour in the README, one
// SVG that moves, and those of the gallery, on simulated accounts with a clock that
// stands still.
//
//	go -C tools run ./record             draws them anew
//	go -C tools run ./record -check      fails where that would change one
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"strings"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/alert"
	"ortop/internal/monitor"
	"ortop/internal/sim"
	"ortop/ui"
)

// now is the moment of the picture, and past how far its account goes back.
var now = time.Date(2026, 11, 27, 10, 42, 0, 0, time.UTC)

const past = 35 * 24 * time.Hour

// tour is what is pressed; each frame is shown for a while.
var tour = []string{"v", "v", "2", "3", "4", ":"}

func main() {
	log.SetFlags(0)
	docs := flag.String("docs", "../docs", "the folder of the pictures")
	check := flag.Bool("check", false, "compare them, and write nothing")
	flag.Parse()
	files, err := gallery()
	if err == nil {
		files["tour.svg"], err = record()
	}
	if err == nil && !*check {
		err = store(*docs, files)
	}
	if err != nil {
		log.Fatal(err)
	}
	if old := stale(*docs, files); len(old) > 0 {
		log.Fatalf("not what the dashboard looks like: %s: draw them anew with go -C tools run ./record", strings.Join(old, ", "))
	}
}

// record draws the tour.
func record() (picture []byte, err error) {
	const w, h = 100, 30
	err = onAccount("", func(o ui.Options) {
		picture = dark.animated(ui.Frames(o, w, h, tour...), w, h)
	})
	return picture, err
}

// onAccount gives draw the dashboard of a simulated account at a moment that
// stands still.
func onAccount(profile string, draw func(ui.Options)) (err error) {
	ctx := context.Background()
	clock := func() time.Time { return now }
	simulated, err := sim.New(sim.Config{Profile: profile, Now: clock, Start: now.Add(-past)})
	if err != nil {
		return err
	}
	url, stop, err := simulated.Listen(ctx)
	if err != nil {
		return err
	}
	defer stop()
	db, err := history.OpenMemory(ctx, history.Options{Now: clock})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	key := client.NewSecret(sim.KeyOf(profile))
	if err := monitor.Backdate(ctx, db, "personal", url, key.Fingerprint(), now.Add(-past), now, simulated.Usage, simulated.Credits); err != nil {
		return err
	}
	mon := monitor.New(monitor.Options{
		Account: "personal", BaseURL: url, Now: clock, Rules: alert.Defaults(),
		Open: func(context.Context) (*history.DB, string, error) { return db, "", nil },
		Connect: func(context.Context) (monitor.API, string, error) {
			c, err := client.New(client.Config{BaseURL: url, Key: key, Now: clock})
			return c, key.Fingerprint(), err
		},
	})
	snap, err := mon.Once(ctx, monitor.Freshness{})
	if err != nil {
		return err
	}
	if snap.Fault != nil {
		return fmt.Errorf("the simulated account was not read: %s", snap.Fault.Message)
	}
	draw(ui.Options{Feed: mon, First: &snap, Now: clock})
	return nil
}
