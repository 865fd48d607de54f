//go:build unix

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ortop/internal/sim"
)

// TestSettingsAreStored changes settings on a real terminal and looks at the
// file; another start begins as the last one was looked at, save what the file
// says anew.
func TestSettingsAreStored(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	path := filepath.Join(h.home, ".config/ortop/config.toml")
	env := append(h.env, "OPENROUTER_API_KEY="+sim.DemoKey)
	write := func(s string) {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read := func() string {
		doc, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(doc)
	}
	write("# mine\ntheme = \"dark\" # at night\n\n[[accounts]] # the one\nname = \"x\"\n")
	const limit = 5 * time.Second
	x := onTerminal(t, 100, 30, env, ortop, "--interval", "1h")
	x.waitFor(balancePattern, limit)
	x.press(",")
	x.waitFor(`▸ theme +‹ dark ›`, limit)
	x.press("\x1b[C") // light
	x.waitFor(`▸ theme +‹ light ›`, limit)
	x.press("j\x1b[C") // 12h
	x.waitFor(`▸ clock +‹ 12h ›`, limit)
	x.press("\x1b")
	x.waitFor(`stored in .*config\.toml`, limit)
	if got, want := read(), "# mine\ntheme = \"light\" # at night\nclock = '12h'\n\n[[accounts]] # the one\nname = \"x\"\n"; strings.ReplaceAll(got, `'light'`, `"light"`) != want {
		t.Errorf("the configuration is\n%s\nwant\n%s", got, want)
	}
	x.press("3")
	x.waitFor(`by key, last 24 h`, limit)
	x.press("]q")
	<-x.done

	x = onTerminal(t, 100, 30, env, ortop, "--interval", "1h")
	x.waitFor(`live .*\d(am|pm)(?s).*by key, last 7 d`, limit)
	x.press("q")
	<-x.done

	write("view = \"breakdown\"\nrange = \"7d\"\nclock = \"12h\"\ntheme = \"light\"\n[keys]\nrefresh = \"f5\"\n")
	x = onTerminal(t, 100, 30, env, ortop, "--demo")
	x.waitFor(`demo: solo .*\d(am|pm)(?s).*by key, last 7 d`, limit)
	x.press(",")
	x.waitFor(`▸ theme +‹ light ›`, limit)
	x.press("\x1b?")
	x.waitFor(`f5 +refresh`, limit)
	x.press("q")
	x.press("q")
	<-x.done

	write("view = \"forecast\"\n")
	x = onTerminal(t, 100, 30, env, ortop, "--interval", "1h")
	x.waitFor(`╭ balance, \$`, limit)
	x.press("q")
	<-x.done
}
