//go:build linux

package e2e

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/sim"
)

// longHistory writes readings a minute apart, a fifth of which changed, up to now and
// to what the account has spent.
func (h *household) longHistory(url string, readings int) error {
	ctx := context.Background()
	db, err := history.Open(ctx, filepath.Join(h.home, "history.db"), history.Options{})
	if err != nil {
		return err
	}
	series, err := db.Series(ctx, "default", url, "account")
	now := time.Now()
	step, usage := h.account.Usage(now)/float64(readings/5+1), 0.0
	for i := 0; i < readings && err == nil; {
		var batch []history.Reading
		for ; len(batch) < 50_000 && i < readings; i++ {
			if i%5 == 0 {
				usage += step
			}
			batch = append(batch, history.Reading{Series: series, At: now.Add(time.Duration(i-readings) * time.Minute),
				UsageUSD: usage, CreditsUSD: h.account.Credits(now), CreditsKnown: true})
		}
		err = db.Record(ctx, history.PollUpdate{Series: series, State: []byte(`{"facts":{"source":"credits","key":{"Kind":"management"}}}`)}, batch...)
	}
	return errors.Join(err, db.Close())
}

// D10: with thousands of keys and a history of years, what is held at most is bounded: at the
// start, which puts the spend of the days before the first reading there, and at keys that ask for other ranges.
func TestD10Peak(t *testing.T) {
	t.Parallel()
	account, url := serve(t, sim.Config{Profile: "steady", Keys: 5_000})
	h := &household{t: t, account: account, home: t.TempDir()}
	if err := h.longHistory(url, 5_000_000); err != nil {
		t.Fatal(err)
	}
	h.env = []string{"HOME=" + h.home, "ORTOP_BASE_URL=" + url, "OPENROUTER_API_KEY=" + sim.DemoKey}
	x := onTerminal(t, 200, 60, h.env, ortop, "--history", filepath.Join(h.home, "history.db"), "--interval", "1h")
	x.waitFor("keys, 24 h", 20*time.Second)
	x.waitFor("4[0-9]{3} more", 20*time.Second)
	for _, key := range "[]vvv+-[" {
		x.press(string(key))
		time.Sleep(100 * time.Millisecond)
	}
	mib := peak(t, x.cmd.Process.Pid)
	if mib > 64 {
		t.Errorf("%.0f MiB at most, want 64", mib)
	}
	figure(t, "D10", "5,000 keys and 5 M readings at 200x60: %.0f MiB at most", mib)
	if code := x.quit(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, x.screen())
	}
}
