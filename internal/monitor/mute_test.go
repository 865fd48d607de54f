package monitor

import (
	"testing"
	"time"

	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/sim"
)

// A mute that is stored while a collector is about to store what it read is not lost:
// that knows it from then on.
func TestAMuteOutlivesWhatWasUnderWay(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		b.alone()
		b.onDisk("history.db")
		if _, err := New(b.o).Once(t.Context(), Live); err != nil {
			t.Fatal(err)
		}
		collector, err := openStore(t.Context(), New(b.o), Freshness{})
		if err != nil {
			t.Fatal(err)
		}
		ar, err := New(b.o).OpenArchive(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ar.Mute(t.Context(), alert.Mute{Until: b.now().Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		collector.state.Facts.Source = account.FromKey // so that there is something to store
		if _, err := collector.step(t.Context(), &account.Input{Imported: true}, nil, false); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			after, err := openStore(t.Context(), New(b.o), Freshness{})
			if err != nil || len(after.state.Mutes) != 1 {
				t.Fatalf("muted is %v, %v", after.state.Mutes, err)
			}
			if _, err := after.step(t.Context(), &account.Input{Imported: true}, nil, false); err != nil {
				t.Fatal(err)
			}
		}
	})
}
