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

// TestAccountsFromInside adds an account to a dashboard, looks at it, and
// removes it again, on a real terminal.
func TestAccountsFromInside(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	x := onTerminal(t, 100, 30, h.env, ortop, "--interval", "1h")
	x.waitFor(balancePattern, 5*time.Second)
	const limit = 5 * time.Second
	x.press("A")
	x.waitFor(`─ showing: default ─`, limit)
	x.press("n")
	x.waitFor(`╭ new account ─`, limit)
	x.press("default\r")
	x.waitFor(`there is an account "default" already`, limit)
	x.press("\x15work\r")
	x.waitFor(`The key is sent to 127.0.0.1:\d+, not to openrouter.ai`, limit)
	x.press("\x1b[200~sk-or-v1-wrong\x1b[201~\r")
	x.waitFor(`the key is not accepted`, limit)
	x.press("\x1b[200~" + sim.DemoKey + "\x1b[201~")
	x.waitFor(`› •{20}`, limit)
	x.press("\r")
	x.waitFor(`account work: key stored in the file`, limit)
	x.waitFor(`ortop  work  at 127.0.0.1:\d+  ● live`, limit)
	x.waitFor(`▸ work +● live +`+balancePattern, limit)
	x.waitFor(`all 2 accounts  all known +`+balancePattern, limit)
	if s := x.screen(); strings.Contains(s, sim.DemoKey[9:]) {
		t.Errorf("the key is on the screen:\n%s", s)
	}
	x.press("a")
	x.waitFor(`ortop  default  at 127.0.0.1:\d+  ● live`, limit)
	x.press("a")
	x.waitFor(`ortop  work  at 127.0.0.1:\d+  ● live`, limit)
	file := filepath.Join(h.home, ".config/ortop/keys/work.key")
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
	x.press("A")
	x.waitFor(`─ showing: work ─`, limit)
	x.press("d")
	x.waitFor(`╭ remove work\? ─(?s).*its key is removed with file.*its history stays`, limit)
	x.press("n")
	x.waitFor(`enter show  esc back  n new  d remove`, limit)
	x.press("d")
	x.waitFor(`╭ remove work\? ─`, limit)
	x.press("y")
	x.waitFor(`account work: removed from the configuration`, limit)
	x.press("\x1b")
	x.waitFor(`(?s)ortop  default  at 127.0.0.1:\d+  ● live.*r refresh`, limit)
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("the key file is still there: %v", err)
	}
	x.press("Ad")
	x.waitFor(`no other account is watched`, limit)
	x.press("\x1b")
	x.waitFor(`(?s)ortop  default.*r refresh`, limit)
	x.press("q")
	select {
	case <-x.done:
	case <-time.After(limit):
		t.Error("it does not end")
	}
}

// TestFixedAccounts looks at what has nothing to add to or remove from.
func TestFixedAccounts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"the demo":       {[]string{"--demo"}, `✗ this is the demo`},
		"one of several": {[]string{"--account", "a"}, `✗ this is account a alone`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHousehold(t)
			file := func(name, text string) string {
				path := filepath.Join(h.home, name)
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				return path
			}
			file("key", sim.DemoKey)
			config := file("config.toml", "[[accounts]]\nname = 'a'\nkey_file = 'key'\n[[accounts]]\nname = 'b'\nkey_file = 'key'\n")
			x := onTerminal(t, 40, 12, h.env, ortop, append(c.args, "--config", config)...)
			x.waitFor(balancePattern, 10*time.Second)
			for _, key := range []string{"n", "d"} {
				x.press("A" + key)
				x.waitFor(c.want, 5*time.Second)
				x.press("A")
				x.waitFor(`\? help`, 5*time.Second)
			}
		})
	}
}

// TestFirstRunThenAnother keeps a key at the first run, and another from the
// dialog: both are there at the next start.
func TestFirstRunThenAnother(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	env := append([]string{}, h.env[:2]...) // without the key
	const limit = 5 * time.Second
	x := onTerminal(t, 80, 24, env, ortop, "--interval", "1h")
	x.waitFor(`› paste a management key`, limit)
	x.press("\r")
	x.waitFor(`management key +›`, limit)
	x.press("\x1b[200~" + sim.DemoKey + "\x1b[201~\r")
	x.waitFor(`account default: key stored in the file`, limit)
	x.waitFor(balancePattern+` left`, limit)
	x.press("A")
	x.waitFor(`showing: default`, limit)
	x.press("nwork\r")
	x.waitFor(`╭ key for work ─`, limit)
	x.press("\x1b[200~" + sim.DemoKey + "\x1b[201~\r")
	x.waitFor(`ortop  work  at 127`, limit)
	x.press("q")
	<-x.done

	again := onTerminal(t, 80, 24, env, ortop, "--interval", "1h")
	again.waitFor(`▸ default +● live +`+balancePattern, limit)
	again.waitFor(`all 2 accounts  all known +`+balancePattern, limit)
}

// TestFirstRunDemoIsFixed looks at the demo from the first run.
func TestFirstRunDemoIsFixed(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	x := onTerminal(t, 80, 24, h.env[:2], ortop)
	x.waitFor(`› paste a management key`, 5*time.Second)
	x.press("jj\r")
	x.waitFor(`demo: solo`, 10*time.Second)
	x.press("A")
	x.waitFor(`showing: demo`, 5*time.Second)
	x.press("d")
	x.waitFor(`✗ this is the demo`, 5*time.Second)
}
