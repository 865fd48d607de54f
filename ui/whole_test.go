package ui

import (
	"bytes"
	"io"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/teatest/v2"
)

func TestWholeProgram(t *testing.T) {
	f := newFakeFeed()
	f.slot <- healthy()
	m := newModel(Options{Feed: f, Now: func() time.Time { return testNow }})
	tm := teatest.NewTestModel(t, m, teatest.WithInitialTermSize(100, 30))
	wait := func(words string) {
		t.Helper()
		teatest.WaitFor(t, tm.Output(), func(out []byte) bool { return bytes.Contains(out, []byte(words)) },
			teatest.WithDuration(10*time.Second), teatest.WithCheckInterval(10*time.Millisecond))
	}
	wait("asleep 01:10-03:40")
	tm.Send(press("2"))
	wait("where it goes")
	tm.Send(press("q"))
	final := tm.FinalModel(t, teatest.WithFinalTimeout(10*time.Second)).(Model)
	if final.view != viewForecast || final.snap.Account != "personal" || !final.fan.loaded {
		t.Errorf("final model: view %d, account %q, fan loaded %t", final.view, final.snap.Account, final.fan.loaded)
	}
	close(f.slot)
	if _, err := io.Copy(io.Discard, tm.FinalOutput(t)); err != nil {
		t.Error(err)
	}
}
