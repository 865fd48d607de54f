// Command bench measures what the dashboard costs, side by side with a minimal
// program of the same kind, on this machine and in one run:
//
//	go -C tools run ./bench [-runs 15] [-samples 5000000] [-idle 30s]
//
// It prints the time to the first full frame with a large history, the bytes
// that a clock tick writes, the memory and the processor time of an idle
// dashboard, and the size of the binary.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"ortop/history"
	"ortop/internal/sim"
)

func main() {
	log.SetFlags(0)
	runs := flag.Int("runs", 15, "how often each program is started")
	samples := flag.Int("samples", 5_000_000, "readings in the history")
	idle := flag.Duration("idle", 30*time.Second, "how long an idle dashboard is watched")
	flag.Parse()
	if err := run(*runs, *samples, *idle); err != nil {
		log.Fatal(err)
	}
}

func run(runs, samples int, idle time.Duration) error {
	dir, err := os.MkdirTemp("", "ortop-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	ortop, err := build(dir, "ortop", "..")
	if err != nil {
		return err
	}
	minimal, err := build(dir, "minimal", "./bench/minimal")
	if err != nil {
		return err
	}
	binary, err := os.Stat(ortop)
	if err != nil {
		return err
	}
	fmt.Printf("binary, stripped       %6.1f MB\n", float64(binary.Size())/1e6)

	account, err := sim.New(sim.Config{Profile: "steady"})
	if err != nil {
		return err
	}
	url, stop, err := account.Listen(context.Background())
	if err != nil {
		return err
	}
	defer stop()
	file := filepath.Join(dir, "history.db")
	if err := fill(file, url, samples); err != nil {
		return err
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	fmt.Printf("history                %6.2f bytes a reading, %d readings\n", float64(info.Size())/float64(samples), samples)
	env := append(os.Environ(), "HOME="+filepath.Join(dir, "home"), "XDG_CONFIG_HOME=", "TERM=xterm-256color", "LANG=C.UTF-8",
		"OPENROUTER_API_KEY="+sim.DemoKey)
	args := []string{"--history", file, "--base-url", url, "--interval", "1h"}

	// The account was read before, as a restart finds it.
	first := exec.Command(ortop, append([]string{"status"}, args...)...)
	first.Env = env
	if out, err := first.CombinedOutput(); err != nil {
		return fmt.Errorf("reading the account: %w\n%s", err, out)
	}
	// What is drawn first must come from history alone.
	account.Fail(sim.Fault{Hang: true})
	var full, floor []time.Duration
	for range runs {
		d, err := firstFrame(env, minimal, nil, "ready")
		if err != nil {
			return err
		}
		floor = append(floor, d)
		if d, err = firstFrame(env, ortop, args, "runs out", "left", "$/h", "dearest", "quit"); err != nil {
			return err
		}
		full = append(full, d)
	}
	fmt.Printf("first full frame       %6.1f ms, minimal %.1f ms, ratio %.2f (medians of %d)\n",
		ms(median(full)), ms(median(floor)), float64(median(full))/float64(median(floor)), runs)

	account.Fail()
	return watch(env, ortop, args, minimal, idle)
}

// build builds what lies in the folder pkg, in the module that it belongs to.
func build(dir, name, pkg string) (string, error) {
	path := filepath.Join(dir, name)
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", path, ".")
	cmd.Dir = pkg
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building %s: %w\n%s", pkg, err, out)
	}
	return path, nil
}

// fill writes readings a minute apart, a fifth of which changed, up to a few
// minutes ago.
func fill(path, url string, samples int) error {
	ctx := context.Background()
	db, err := history.Open(ctx, path, history.Options{})
	if err != nil {
		return err
	}
	if err := fillSeries(ctx, db, url, samples); err != nil {
		return errors.Join(err, db.Close())
	}
	return db.Close()
}

func fillSeries(ctx context.Context, db *history.DB, url string, samples int) error {
	series, err := db.Series(ctx, "default", url, "account")
	if err != nil {
		return err
	}
	const batch = 50_000
	now := time.Now().Truncate(time.Second).Add(-2 * time.Minute)
	usage := 0.0
	for i := 0; i < samples; {
		var readings []history.Reading
		for ; len(readings) < batch && i < samples; i++ {
			if i%5 == 0 {
				usage += 0.0123
			}
			readings = append(readings, history.Reading{
				Series: series, At: now.Add(time.Duration(i-samples) * time.Minute),
				UsageUSD: usage, CreditsUSD: float64(samples)/5*0.0123 + 40, CreditsKnown: true,
			})
		}
		if err := db.Record(ctx, history.PollUpdate{
			Series: series, State: []byte(`{"facts":{"source":"credits","key":{"Kind":"management"}}}`),
		}, readings...); err != nil {
			return err
		}
	}
	return nil
}

// firstFrame is the time from the start of a program to a screen that holds
// all of these words.
func firstFrame(env []string, name string, args []string, words ...string) (time.Duration, error) {
	s, err := start(env, name, args)
	if err != nil {
		return 0, err
	}
	defer s.end()
	for deadline := time.After(10 * time.Second); ; {
		select {
		case <-s.wrote:
		case <-deadline:
			return 0, fmt.Errorf("%s drew no full frame:\n%s", filepath.Base(name), s.screen())
		}
		screen := []byte(s.screen())
		if !slices.ContainsFunc(words, func(w string) bool { return !bytes.Contains(screen, []byte(w)) }) {
			return time.Since(s.began), nil
		}
	}
}

func median(d []time.Duration) time.Duration {
	d = slices.Clone(d)
	slices.Sort(d)
	return d[len(d)/2]
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
