//go:build linux

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

const pageBytes = 4096

// damages are ways in which a file goes bad.
var damages = []struct {
	name string
	do   func(r *rand.Rand, b []byte) []byte
}{
	{"a flipped byte", func(r *rand.Rand, b []byte) []byte { b[r.IntN(len(b))] ^= 1 << r.IntN(8); return b }},
	{"swapped pages", func(r *rand.Rand, b []byte) []byte {
		i, j := r.IntN(len(b)/pageBytes)*pageBytes, r.IntN(len(b)/pageBytes)*pageBytes
		page := bytes.Clone(b[i : i+pageBytes])
		copy(b[i:i+pageBytes], b[j:j+pageBytes])
		copy(b[j:j+pageBytes], page)
		return b
	}},
	{"a zeroed page", func(r *rand.Rand, b []byte) []byte {
		i := r.IntN(len(b)/pageBytes) * pageBytes
		clear(b[i : i+pageBytes])
		return b
	}},
	{"cut", func(r *rand.Rand, b []byte) []byte { return b[:r.IntN(len(b))] }},
}

// damaged are the commands that read a history, by whether they may write it.
var readers = [][]string{
	{"history", "--json", "--since", "1y"}, {"report", "--json", "--month"}, {"status", "--json", "--max-age", "9000h"},
	{"forecast", "--json", "--max-age", "9000h"}, {"breakdown", "--json", "--max-age", "9000h"}, {"history", "--csv", "--every", "1d"},
	{"statusline"}, {"doctor"}, {"doctor", "--verify"}, {"alerts", "list"}, {"preflight", "--need", "1", "--json"}, {"status", "--json"},
}

// volatile are figures that depend on when a command runs.
var volatile = regexp.MustCompile(`"(age_s|at|from|to|read_at|since|until|p10|p50|p90|hours|chance|made|held|typical_factor|usd_per_hour|usd_per_day|last_[0-9a-z]+_usd|today_usd)":[^,}\]]*`)

// D07, D15: a history that is damaged is said to be, by every command; no command
// fails in another way, gives other figures without a word, or removes anything.
func TestD07DamagedHistories(t *testing.T) {
	t.Parallel()
	n := times(20, 1000)
	h := newFaulty(t)
	csv := filepath.Join(h.home, "readings.csv")
	if err := os.WriteFile(csv, []byte(manyReadings(3000)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"status"}, {"import", csv}, {"status"}} {
		if code, _, said := h.run(args...); code != 0 {
			t.Fatal(args, said)
		}
	}
	whole := bytesOf(t, filepath.Join(h.home, ".local", "share", "ortop", "history.db"))
	good := map[string]string{}
	for _, args := range readers {
		_, out, said := h.run(args...)
		good[strings.Join(args, " ")] = out
		if strings.Contains(said, "error") {
			t.Fatalf("%v: %s", args, said)
		}
	}
	var mu sync.Mutex
	harmless, told := 0, 0
	work := make(chan int)
	var workers sync.WaitGroup
	for range 2 {
		workers.Go(func() {
			for i := range work {
				r := rand.New(rand.NewPCG(uint64(i), 7))
				damage := damages[i%len(damages)]
				path := filepath.Join(t.TempDir(), "history.db")
				bad := damage.do(r, bytes.Clone(whole))
				if err := os.WriteFile(path, bad, 0o600); err != nil {
					t.Error(err)
					return
				}
				said, silent := false, []string(nil)
				for _, args := range readers {
					code, out, stderr := h.run(append([]string{"--history", path}, args...)...)
					name, what := strings.Join(args, " "), fmt.Sprintf("damage %d, %s", i, damage.name)
					if code < 0 || code > 4 || strings.Contains(out+stderr, "panic") || strings.Contains(out+stderr, "goroutine ") {
						t.Errorf("%s: %s: exit code %d, %s%s", what, name, code, out, stderr)
					}
					reported := code == 4 || code == 1 || strings.Contains(out+stderr, "damage") || strings.Contains(stderr, "in memory only") || strings.Contains(stderr, "ortop: error")
					if said = said || reported; !reported {
						silent = append(silent, name)
					}
					if !reported && differs(good[name], out) {
						t.Errorf("%s: %s: other figures without a word:\n%.300s\nwant\n%.300s", what, name, diff(out, good[name]), diff(good[name], out))
					}
				}
				if head := string(bad[:min(len(bad), 16)]); len(bad) > 0 && !strings.HasPrefix(head, "SQLite format 3") && len(silent) > 0 {
					t.Errorf("damage %d, %s: what is no history at all is not mentioned by %q", i, damage.name, silent)
				}
				now, err := os.ReadFile(path)
				if err != nil || len(now) < len(bad)*9/10 {
					t.Errorf("damage %d, %s: of %d bytes %d are left (%v)", i, damage.name, len(bad), len(now), err)
				}
				mu.Lock()
				if told++; !said {
					told--
					harmless++
				}
				mu.Unlock()
				_ = os.RemoveAll(filepath.Dir(path)) // a thousand of them are large
			}
		})
	}
	for i := range n {
		work <- i
	}
	close(work)
	workers.Wait()
	figure(t, "D07", "%d damaged histories through %d commands each: %d said to be damaged, %d harmless, 0 panics, 0 silently wrong, nothing removed", n, len(readers), told, harmless)
}

// differs reports whether an answer gives another figure than that of the whole
// history. What is unknown is no other figure.
func differs(want, got string) bool {
	var a, b any
	if json.Unmarshal([]byte(volatile.ReplaceAllString(want, `"-":0`)), &a) != nil || json.Unmarshal([]byte(volatile.ReplaceAllString(got, `"-":0`)), &b) != nil {
		return false // of people; the same figures are in the others
	}
	return other(a, b)
}

func other(want, got any) bool {
	switch want := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return got != nil
		}
		for k, v := range want {
			if other(v, g[k]) {
				return true
			}
		}
		return false
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(want) {
			return got != nil
		}
		for i, v := range want {
			if other(v, g[i]) {
				return true
			}
		}
		return false
	case float64:
		g, ok := got.(float64)
		return got != nil && (!ok || g < want-0.6 || g > want+0.6) // more is spent meanwhile
	}
	return false
}

// diff is the first part of a that is not in b.
func diff(a, b string) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	return a[max(0, i-60):]
}
