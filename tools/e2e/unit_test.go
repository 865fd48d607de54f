//go:build unix

package e2e

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"ortop/internal/unit"
)

// printUnit is what collect prints with args, with a home folder that has odd
// characters in its name.
func printUnit(t *testing.T, kind string, args ...string) string {
	t.Helper()
	home := filepath.Join(t.TempDir(), `a & b <c> 100% $d`)
	if err := os.Mkdir(home, 0o700); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(ortop, append([]string{"collect", "--unit", kind, "-q"}, args...)...)
	c.Env = []string{"HOME=" + home}
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// TestUnitHasTheEnvironment: a service does not have the environment of who
// printed its unit, and must use the same account, configuration and history.
func TestUnitHasTheEnvironment(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "config", "ortop"), 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "config", "ortop", "config.toml")
	for _, c := range []struct{ config, want string }{
		{"", `"collect" "--config" "` + path + `" "--history" "` + dir + `/data/ortop/history.db" "--base-url" "http://127.0.0.1:9/api/v1" "--quiet"`},
		{"history = \"/x/h.db\"\n", `"collect" "--config" "` + path + `" "--base-url" "http://127.0.0.1:9/api/v1" "--quiet"`},
	} {
		if err := os.WriteFile(path, []byte(c.config), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(ortop, "collect", "--unit", "systemd", "-q")
		cmd.Env = []string{"HOME=" + dir, "XDG_CONFIG_HOME=" + dir + "/config", "XDG_DATA_HOME=" + dir + "/data", "ORTOP_BASE_URL=http://127.0.0.1:9/api/v1"}
		if out, err := cmd.Output(); err != nil || !strings.Contains(string(out), c.want) {
			t.Errorf("with %q: %v, %s\nwant %s", c.config, err, out, c.want)
		}
	}
}

// A unit shares the history, or does not, as who printed it asked.
func TestUnitShares(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"systemd", "launchd"} {
		for _, flag := range []string{"--share", "--no-share"} {
			if text := printUnit(t, kind, flag); !strings.Contains(text, flag) {
				t.Errorf("%s with %s:\n%s", kind, flag, text)
			}
		}
		if text := printUnit(t, kind); strings.Contains(text, "share\"") || strings.Contains(text, "share<") {
			t.Errorf("%s without:\n%s", kind, text)
		}
	}
}

func TestSystemdLikesTheUnit(t *testing.T) {
	t.Parallel()
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is not installed (Debian: systemd)")
	}
	for _, text := range []string{printUnit(t, "systemd", "--metrics", "9464"), unit.Packaged(ortop)} {
		path := filepath.Join(t.TempDir(), "ortop.service")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, manager := range []string{"--user", "--system"} {
			c := exec.Command(analyze, manager, "verify", path)
			c.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+t.TempDir())
			if out, err := c.CombinedOutput(); err != nil || strings.Contains(string(out), "ortop.service") {
				t.Errorf("systemd-analyze %s verify: %v\n%s\n%s", manager, err, out, text)
			}
		}
	}
}

// What is left of its exposure are capabilities, which a user's service does not
// have, and the network.
func TestSystemdUnitIsASandbox(t *testing.T) {
	t.Parallel()
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is not installed (Debian: systemd)")
	}
	path := filepath.Join(t.TempDir(), "ortop.service")
	if err := os.WriteFile(path, []byte(printUnit(t, "systemd")), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(analyze, "security", "--offline=true", "--threshold=48", path).CombinedOutput()
	if err != nil {
		t.Errorf("systemd-analyze security: %v\n%s", err, out)
	}
	t.Log(regexp.MustCompile(`Overall exposure.*`).FindString(string(out)))
}

func TestLaunchdUnitIsXML(t *testing.T) {
	t.Parallel()
	var keys, texts []string
	d := xml.NewDecoder(strings.NewReader(printUnit(t, "launchd", "--base-url", "https://example.com/a&b")))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "key" && start.Name.Local != "string" {
			continue
		}
		var text string
		if err := d.DecodeElement(&text, &start); err != nil {
			t.Fatal(err)
		}
		if start.Name.Local == "key" {
			keys = append(keys, text)
		} else {
			texts = append(texts, text)
		}
	}
	if got, want := strings.Join(keys, " "), "Label ProgramArguments RunAtLoad KeepAlive SuccessfulExit ThrottleInterval ExitTimeOut ProcessType Umask StandardErrorPath"; got != want {
		t.Errorf("keys are %s, want %s", got, want)
	}
	if len(texts) != 8 || !filepath.IsAbs(texts[1]) || texts[2] != "collect" || texts[4] != "https://example.com/a&b" ||
		!strings.HasSuffix(texts[7], `/a & b <c> 100% $d/Library/Logs/ortop.log`) {
		t.Errorf("strings are %q", texts)
	}
}
