// Command bench measures what the dashboard costs, side by side with htop, btop and a
// minimal program of the same kind, on this machine and in one run, and prints a
// table of it:
//
//	go -C tools run ./bench [-runs 15] [-samples 5000000] [-idle 1m] [-write ../docs/performance.md]
//	go -C tools run ./bench -beside OTHER [-pairs 5]
//
// The second presses keys in this program and in another build of it, and prints ratios.
// What is not installed is left out, and said.
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

	"ortop/client"
	"ortop/history"
	"ortop/internal/sim"
)

// bench is one run: what is measured, and what came of it.
type bench struct {
	dir, ortop, minimal string
	other               string // a build to compare the keys with; "": the table is made
	runs, samples       int
	pairs               int
	idle                time.Duration
	rows                []row
}

// row is a line of the table.
type row struct{ what, bound, here, beside string }

func (b *bench) add(what, bound, here, beside string) {
	b.rows = append(b.rows, row{what, bound, here, beside})
	log.Printf("%s: %s", what, here)
}

func main() {
	log.SetFlags(0)
	var b bench
	flag.IntVar(&b.runs, "runs", 15, "how often each program is started")
	flag.IntVar(&b.samples, "samples", 5_000_000, "readings in the history")
	flag.DurationVar(&b.idle, "idle", time.Minute, "how long idle programs are watched")
	write := flag.String("write", "", "the page that the table is written to")
	flag.StringVar(&b.other, "beside", "", "another build of ortop, whose keys are compared with this one's")
	flag.IntVar(&b.pairs, "pairs", 5, "how often each of the two is started")
	flag.Parse()
	if err := b.run(); err != nil {
		log.Fatal(err)
	}
	if b.other != "" {
		return
	}
	page := b.page()
	fmt.Print(page)
	if *write != "" {
		if err := os.WriteFile(*write, []byte(page), 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

func (b *bench) run() (err error) {
	if b.dir, err = os.MkdirTemp("", "ortop-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	if b.ortop, err = build(b.dir, "ortop", ".."); err != nil {
		return err
	}
	if b.minimal, err = build(b.dir, "minimal", "./bench/minimal"); err != nil {
		return err
	}
	if err := b.large(); err != nil || b.other != "" {
		return err
	}
	if err := b.year(); err != nil {
		return err
	}
	if err := b.quiet(); err != nil {
		return err
	}
	if err := b.polls(); err != nil {
		return err
	}
	binary, err := os.Stat(b.ortop)
	if err != nil {
		return err
	}
	b.add("binary, stripped, without cgo", "<= 20.0 MB", fmt.Sprintf("%.2f MB", float64(binary.Size())/1e6), "")
	return nil
}

// environ is a new home, and what every program is started with.
func (b *bench) environ(home string) []string {
	return append(os.Environ(), "HOME="+filepath.Join(b.dir, home), "XDG_CONFIG_HOME=", "XDG_DATA_HOME=", "XDG_STATE_HOME=",
		"TERM=xterm-256color", "LANG=C.UTF-8", "OPENROUTER_API_KEY="+sim.DemoKey)
}

// large measures what waits for a large history and for many keys.
func (b *bench) large() error {
	account, url, stop, err := serve(sim.Config{Profile: "steady", Keys: 5_000})
	if err != nil {
		return err
	}
	defer stop()
	file := filepath.Join(b.dir, "history.db")
	if err := fill(file, url, b.samples); err != nil {
		return err
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	b.add("disk, a fifth of the readings changed", "<= 5 B a reading", fmt.Sprintf("%.2f B", float64(info.Size())/float64(b.samples)), "")
	env, args := b.environ("large"), []string{"--history", file, "--base-url", url, "--interval", "1h"}

	if err := b.readOnce(env, args); err != nil {
		return err
	}
	if b.other != "" {
		return b.beside(b.other, env, args, max(1, b.pairs))
	}
	if err := b.firstFrames(env, args, account); err != nil {
		return err
	}
	return b.presses(env, args)
}

// serve starts an account behind HTTP, which it is until stop is called.
func serve(c sim.Config) (account *sim.Account, url string, stop func(), err error) {
	account, err = sim.New(c)
	if err == nil {
		url, stop, err = account.Listen(context.Background())
	}
	return account, url, stop, err
}

// year measures the commands on a history of a year, and a few keys.
func (b *bench) year() error {
	account, url, stop, err := serve(sim.Config{Profile: "steady"})
	if err != nil {
		return err
	}
	defer stop()
	file := filepath.Join(b.dir, "year.db")
	if err := fill(file, url, min(b.samples, 365*24*60)); err != nil {
		return err
	}
	env, args := b.environ("year"), []string{"--history", file, "--base-url", url, "--interval", "1h"}
	if err := b.readOnce(env, args); err != nil {
		return err
	}
	return b.commands(env, args, account)
}

// readOnce reads the account, as a restart finds it.
func (b *bench) readOnce(env, args []string) error {
	first := exec.Command(b.ortop, append([]string{"status"}, args...)...)
	first.Env = env
	out, err := first.CombinedOutput()
	if err == nil && bytes.Contains(out, []byte("new series")) {
		err = errors.New("the reading does not go on from what was filled in")
	}
	if err != nil {
		return fmt.Errorf("reading the account: %w\n%s", err, out)
	}
	return nil
}

// firstFrames compares the first full frame with that of the minimal program.
func (b *bench) firstFrames(env, args []string, account *sim.Account) error {
	// What is drawn first must come from history alone.
	account.Fail(sim.Fault{Hang: true})
	defer account.Fail()
	var full, floor []time.Duration
	for i := range b.runs + 1 {
		d, err := firstFrame(env, b.minimal, nil, "ready")
		if err != nil {
			return err
		}
		if i > 0 { // the first start of a program that was just built waits for the disk
			floor = append(floor, d)
		}
		if d, err = firstFrame(env, b.ortop, args, "runs out", "left", "$/h", "dearest", "quit"); err != nil {
			return err
		}
		if i > 0 {
			full = append(full, d)
		}
	}
	b.add(fmt.Sprintf("first full frame, %d readings on disk", b.samples), "<= .80 x minimal",
		fmt.Sprintf("%.2f x (%.1f ms)", float64(median(full))/float64(median(floor)), ms(median(full))), fmt.Sprintf("minimal %.1f ms", ms(median(floor))))
	return nil
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
	return path, install(path)
}

// install writes a program that was built anew, as who installs it does: the linker writes
// through a mapping, and of the small pages that this leaves a start takes a quarter longer.
func install(path string) error {
	if out, err := exec.Command("cp", path, path+".new").CombinedOutput(); err != nil {
		return fmt.Errorf("copying %s: %w\n%s", path, err, out)
	}
	return os.Rename(path+".new", path)
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
	api, err := client.New(client.Config{Key: client.NewSecret(sim.DemoKey), BaseURL: url})
	if err != nil {
		return err
	}
	credits, err := api.Credits(ctx)
	if err != nil {
		return err
	}
	const batch = 50_000
	now := time.Now().Truncate(time.Second).Add(-2 * time.Minute)
	// The newest is what the account has by now, so that its next reading goes on from it.
	step, usage := credits.TotalUsageUSD/float64(samples/5+1), 0.0
	for i := 0; i < samples; {
		var readings []history.Reading
		for ; len(readings) < batch && i < samples; i++ {
			if i%5 == 0 {
				usage += step
			}
			readings = append(readings, history.Reading{
				Series: series, At: now.Add(time.Duration(i-samples) * time.Minute),
				UsageUSD: usage, CreditsUSD: credits.TotalCreditsUSD, CreditsKnown: true,
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
	s, err := start(env, name, args, size{100, 30})
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
