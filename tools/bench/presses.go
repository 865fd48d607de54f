package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"

	"ortop/internal/sim"
)

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
	// A lone escape is none of them: 50 ms pass until it begins no sequence.
	for _, v := range []struct{ view, key, keys string }{
		{"overview", "1", "[]vvv+-[]"}, {"forecast", "2", "+-[]+-jk"}, {"breakdown", "3", "jkjks[]jkg"}, {"events", "4", "[]/a\x7f\r[]"},
	} {
		if _, err := s.tty.WriteString(v.key); err != nil {
			return err
		}
		s.rest()
		var took []time.Duration
		for range max(1, 4*b.runs) {
			for _, k := range v.keys {
				if d, ok := s.press(strings.ReplaceAll(string(k), "\x1b", escape)); ok {
					took = append(took, d)
				}
			}
			if len(took) >= 8*b.runs {
				break
			}
		}
		if len(took) == 0 {
			return fmt.Errorf("no key changes the %s:\n%s", v.view, s.screen())
		}
		slices.Sort(took)
		b.add("key to frame, 200x60, 5,000 keys: "+v.view, "median 10 ms, p99 16 ms",
			fmt.Sprintf("%.1f, %.1f ms (%d keys)", ms(median(took)), ms(took[min(len(took)-1, len(took)*99/100)]), len(took)), "")
	}
	holds, err := s.memory("VmRSS")
	if err != nil {
		return err
	}
	most, err := s.memory("VmHWM")
	if err != nil {
		return err
	}
	b.add("memory with 5,000 keys at 200x60, at most", "<= 40 MB, 50 MB", fmt.Sprintf("%.1f MB, %.1f MB", holds, most), "")
	return nil
}

// escape is Esc as terminals write it that tell keys apart, which ortop asks for: in
// others the byte may begin another key, and is waited upon for 50 ms.
const escape = "\x1b[27u"

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

// press is the time from a key to the first byte of what it changes; ok is false
// where it changes nothing.
func (s *screen) press(key string) (took time.Duration, ok bool) {
	s.rest()
	at := time.Now()
	if _, err := s.tty.WriteString(key); err != nil {
		return 0, false
	}
	select {
	case <-s.wrote:
		return time.Since(at), true
	case <-time.After(300 * time.Millisecond):
		return 0, false
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
