// Command record draws the picture in the README: a tour of the dashboard on a
// simulated account, with a clock that stands still, as one SVG that moves.
//
//	go -C tools run ./record             draws it anew
//	go -C tools run ./record -check      fails where that would change it
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"time"

	"ortop/client"
	"ortop/history"
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
	out := flag.String("o", "../docs/tour.svg", "the picture")
	check := flag.Bool("check", false, "compare it, and write nothing")
	flag.Parse()
	picture, err := record()
	if err != nil {
		log.Fatal(err)
	}
	if !*check {
		if err := os.WriteFile(*out, picture, 0o644); err != nil {
			log.Fatal(err)
		}
		return
	}
	old, err := os.ReadFile(*out)
	if err != nil {
		log.Fatal(err)
	}
	if !bytes.Equal(old, picture) {
		log.Fatalf("%s is not what the dashboard looks like: draw it anew with go -C tools run ./record", *out)
	}
}

// record draws the tour.
func record() (picture []byte, err error) {
	ctx := context.Background()
	clock := func() time.Time { return now }
	simulated, err := sim.New(sim.Config{Now: clock, Start: now.Add(-past)})
	if err != nil {
		return nil, err
	}
	url, stop, err := simulated.Listen(ctx)
	if err != nil {
		return nil, err
	}
	defer stop()
	db, err := history.OpenMemory(ctx, history.Options{Now: clock})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	key := client.NewSecret(sim.DemoKey)
	if err := monitor.Backdate(ctx, db, "personal", url, key.Fingerprint(), now.Add(-past), now, simulated.Usage, simulated.Credits); err != nil {
		return nil, err
	}
	mon := monitor.New(monitor.Options{
		Account: "personal", BaseURL: url, Now: clock,
		Open: func(context.Context) (*history.DB, string, error) { return db, "", nil },
		Connect: func(context.Context) (monitor.API, string, error) {
			c, err := client.New(client.Config{BaseURL: url, Key: key, Now: clock})
			return c, key.Fingerprint(), err
		},
	})
	snap, err := mon.Once(ctx, monitor.Freshness{})
	if err != nil {
		return nil, err
	}
	if snap.Fault != nil {
		return nil, fmt.Errorf("the simulated account was not read: %s", snap.Fault.Message)
	}
	const w, h = 100, 30
	frames := ui.Frames(ui.Options{Feed: mon, First: &snap, Now: clock}, w, h, tour...)
	return animated(frames, w, h), nil
}
