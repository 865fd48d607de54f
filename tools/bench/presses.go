package main

import (
	"bytes"
	"fmt"
	"log"
	"os/exec"
	"slices"
	"strings"
	"time"

	"ortop/internal/sim"
)

// pressed are the keys that are pressed in each view. A lone escape is none of them: 50 ms
// pass until it begins no sequence.
var pressed = []struct{ view, key, keys string }{
	{"overview", "1", "[]vvv+-[]"}, {"forecast", "2", "+-[]+-jk"}, {"breakdown", "3", "jkjks[]jkg"}, {"events", "4", "[]/a\x7f\r[]"},
}

// strokesOf is how many keys of each view are pressed for each run: one in a hundred is then
// several of them, and not the one that the machine was late for.
const strokesOf = 30

// presses measures, for each view, the time from a key to what it changes on the
// screen, and what the dashboard holds then.
func (b *bench) presses(env, args []string) error {
	s, err := start(env, b.ortop, args, size{200, 60})
	if err != nil {
		return err
	}
	defer s.end()
	if err := s.until("runs out", "keys, 24 h"); err != nil {
		return err
	}
	floor, err := b.floor(env)
	if err != nil {
		return err
	}
	for _, v := range pressed {
		all, err := s.strokes(v.key, v.keys, strokesOf*b.runs)
		if err != nil {
			return fmt.Errorf("%s: %w", v.view, err)
		}
		middle, p99 := spread(all, func(k stroke) time.Duration { return k.took })
		b.add("key to frame, 200x60, 5,000 keys: "+v.view, "median 10 ms, p99 16 ms", fmt.Sprintf("%.1f, %.1f ms (%d keys)", middle, p99, len(all)), floor)
		log.Printf("  the slowest: %s", slowest(all, 5))
	}
	holds, err := s.memory("VmRSS")
	if err != nil {
		return err
	}
	time.Sleep(letsGo)
	rests, err := s.memory("VmRSS")
	if err != nil {
		return err
	}
	most, err := s.memory("VmHWM")
	if err != nil {
		return err
	}
	b.add("memory with 5,000 keys at 200x60: at rest, at most; after the last key", "<= 40 MB, 50 MB", fmt.Sprintf("%.1f MB, %.1f MB; %.1f MB", rests, most, holds), "")
	return nil
}

// letsGo is how long after the last key memory is read at rest: what was pressed is given
// back by then, and what is done each minute was done once more.
const letsGo = 70 * time.Second

// floor is what a key takes until its frame in the minimal program, which fills the screen:
// how far its slowest are from the middle is the machine's doing.
func (b *bench) floor(env []string) (string, error) {
	s, err := start(env, b.minimal, []string{"frame"}, size{200, 60})
	if err != nil {
		return "", err
	}
	defer s.end()
	if err := s.until("ready"); err != nil {
		return "", err
	}
	all, err := s.strokes("j", "jk", strokesOf*b.runs)
	if err != nil {
		return "", fmt.Errorf("the minimal program: %w", err)
	}
	middle, p99 := spread(all, func(k stroke) time.Duration { return k.took })
	return fmt.Sprintf("minimal %.1f, %.1f ms", middle, p99), nil
}

// until waits until the screen holds all of these words.
func (s *screen) until(words ...string) error {
	for deadline := time.After(time.Minute); ; {
		screen := []byte(s.screen())
		if !slices.ContainsFunc(words, func(w string) bool { return !bytes.Contains(screen, []byte(w)) }) {
			return nil
		}
		select {
		case <-s.wrote:
		case <-deadline:
			return fmt.Errorf("no %q on the screen:\n%s", words, s.screen())
		}
	}
}

// rest waits until nothing is written for a while.
func (s *screen) rest() {
	for {
		select {
		case <-s.wrote:
		case <-time.After(60 * time.Millisecond):
			return
		}
	}
}

// commands measures those that answer from the history alone, from their start to
// their end, and that they ask for nothing.
func (b *bench) commands(env, args []string, account *sim.Account) error {
	for _, c := range []struct{ words, bound string }{
		{"version", "the start of the program alone"},
		{"status --max-age 1d", "<= 9 ms, 0 requests"}, {"statusline", "<= 9 ms, 0 requests"},
		{"forecast --max-age 1d", "<= 15 ms, 0 requests"}, {"report --max-age 1d", "<= 15 ms, 0 requests"}, {"breakdown --max-age 1d", "<= 15 ms, 0 requests"},
	} {
		words := strings.Fields(c.words)
		if words[0] != "version" {
			words = append(words, args...)
		}
		run := func() (time.Duration, error) {
			cmd := exec.Command(b.ortop, words...)
			cmd.Env, cmd.Stdin = env, strings.NewReader("{}")
			at := time.Now()
			out, err := cmd.CombinedOutput()
			if err != nil {
				return 0, fmt.Errorf("%s: %w\n%s", c.words, err, out)
			}
			return time.Since(at), nil
		}
		if _, err := run(); err != nil { // what it asks for once it has then
			return err
		}
		asked := len(account.Requests())
		var took []time.Duration
		for range b.runs {
			d, err := run()
			if err != nil {
				return err
			}
			took = append(took, d)
		}
		b.add("`"+c.words+"`", c.bound, fmt.Sprintf("%.1f ms, %d requests", ms(median(took)), len(account.Requests())-asked), "")
	}
	return nil
}
