//go:build linux

package e2e

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ortop/internal/sim"
)

// with is the household with more in its environment.
func (h *household) with(env ...string) *household {
	return &household{h.t, h.account, h.home, append(slices.Clone(h.env), env...)}
}

// K02: no flag takes a key, of no command.
func TestK02NoFlagTakesAKey(t *testing.T) {
	t.Parallel()
	h := newFaulty(t)
	_, out, _ := h.run("--help")
	commands := []string{""}
	for _, m := range regexp.MustCompile(`(?m)^  ([a-z]+) +[A-Z]`).FindAllStringSubmatch(out, -1) {
		commands = append(commands, m[1])
	}
	if len(commands) < 20 {
		t.Fatalf("the help lists %q", commands)
	}
	for _, command := range commands {
		_, help, _ := h.run(append(strings.Fields(command), "--help")...)
		if m := regexp.MustCompile(`--(api|token|secret|password|management)[a-z-]*`).FindString(help); m != "" {
			t.Errorf("%s has %s", command, m)
		}
	}
	for _, flag := range []string{"--api-key", "--token", "--key"} {
		if code, out, said := h.run("status", flag, sim.DemoKey); code != 2 || strings.Contains(out+said, sim.DemoKey[9:]) {
			t.Errorf("%s: exit code %d, %s", flag, code, said)
		}
	}
	if code, out, said := h.run("accounts", "add", "x", sim.DemoKey); code != 2 || strings.Contains(out+said, sim.DemoKey[9:]) {
		t.Errorf("accounts add with a key: exit code %d, %s", code, said)
	}
}

// K03, K06: what is started gets none of the keys; nothing that is printed, logged
// or exported has one.
func TestK03K06KeysStayInside(t *testing.T) {
	t.Parallel()
	h := newFaulty(t)
	key := filepath.Join(h.home, "the.key")
	seen := filepath.Join(h.home, "seen")
	config := filepath.Join(h.home, "config.toml")
	text := fmt.Sprintf("[[accounts]]\nname = \"work\"\nbase_url = %q\nkey_command = [\"sh\", \"-c\", \"env >>%s; cat %s\"]\n[[alerts]]\nrule = \"balance\"\nbelow = 1000000\n[[channels]]\nname = \"c\"\nkind = \"command\"\ncommand = [\"sh\", \"-c\", \"env >>%s; cat >>%s\"]\n",
		h.server.URL+"/api/v1", seen, key, seen, seen)
	for path, text := range map[string]string{config: text, key: sim.DemoKey + "\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	own := h.with("ORTOP_API_KEY="+ordinaryKey, "PATH="+os.Getenv("PATH"))
	args := []string{"--config", config, "--account", "work", "-v"}
	c := collectorWith(t, own.env, append(args, "--interval", "2s", "--metrics", "127.0.0.1:0")...)
	addr := c.waitFor(`msg=metrics address=(\S+)`)[1]
	c.waitFor(`msg=read`)
	metrics := scrape(t, addr)
	for deadline := time.Now().Add(busy * 5 * time.Second); !bytes.Contains(fileOrNone(seen), []byte("below")); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the alert's command was not run: %s", fileOrNone(seen))
		}
	}
	c.end(os.Interrupt)
	texts := map[string][]byte{"the metrics": []byte(metrics)}
	for _, command := range []string{
		"status", "status --json", "doctor", "doctor --verify", "history --csv", "report", "breakdown --json", "alerts list", "alerts test", "accounts list", "forecast", "man",
		"collect --unit systemd", "guard --below 1 -- env", "backup " + filepath.Join(h.home, "b.db"), "statusline",
	} {
		_, out, said := own.run(append(strings.Fields(command), args...)...)
		if strings.HasPrefix(command, "guard") {
			_, out, said = own.run(append(args, strings.Fields(command)...)...)
		}
		texts[command] = []byte(out + said)
	}
	if !bytes.Contains(texts["guard --below 1 -- env"], []byte("HOME=")) {
		t.Errorf("guard did not run its command: %s", texts["guard --below 1 -- env"])
	}
	// The command under guard keeps its own OPENROUTER_API_KEY.
	texts["guard --below 1 -- env"] = bytes.ReplaceAll(texts["guard --below 1 -- env"], []byte("OPENROUTER_API_KEY="+sim.DemoKey), nil)
	secretIsNowhere(t, h.home, texts)
}

func fileOrNone(path string) []byte { b, _ := os.ReadFile(path); return b }

// K05, K13: the limits of a running program, and where it is connected to.
func TestK05K13OfARunningProgram(t *testing.T) {
	t.Parallel()
	h := newFaulty(t)
	x := h.dashboard()
	x.waitFor(balancePattern+` left`, 5*time.Second)
	h.awaitPolls(2)
	proc := fmt.Sprintf("/proc/%d/", x.cmd.Process.Pid)
	if limits := fileOrNone(proc + "limits"); !regexp.MustCompile(`Max core file size +0 +0 `).Match(limits) {
		t.Errorf("core dumps are limited by %s", limits)
	}
	sockets := map[string]bool{}
	entries, err := os.ReadDir(proc + "fd")
	if err != nil {
		t.Skip(err) // of root alone
	}
	for _, e := range entries {
		if to, err := os.Readlink(proc + "fd/" + e.Name()); err == nil && strings.HasPrefix(to, "socket:[") {
			sockets[strings.Trim(to, "socket:[]")] = true
		}
	}
	_, port, _ := net.SplitHostPort(h.server.Listener.Addr().String())
	var number int
	fmt.Sscan(port, &number)
	open := map[string]bool{} // by inode: a table that changes as it is read repeats some
	for _, table := range []string{"tcp", "tcp6", "udp", "udp6"} {
		for lines := bufio.NewScanner(bytes.NewReader(fileOrNone(proc + "net/" + table))); lines.Scan(); {
			f := strings.Fields(lines.Text())
			if len(f) < 10 || !sockets[f[9]] {
				continue
			}
			if open[f[9]] = true; f[2] != fmt.Sprintf("0100007F:%04X", number) {
				t.Errorf("it is connected to %s", f[2])
			}
		}
	}
	if len(open) == 0 || len(open) > 2 {
		t.Errorf("%d connections are open, want one or two", len(open))
	}
	if n := h.opened.Load(); n > 4 {
		t.Errorf("%d connections were made", n)
	}
}

// N01, N07, N08, N10: names that do not resolve, certificates that nobody signed,
// and proxies. None of them sees the key.
func TestN01N07N08Elsewhere(t *testing.T) {
	t.Parallel()
	h := newFaulty(t)
	var mu sync.Mutex
	var heard bytes.Buffer
	hear := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintln(&heard, r.Method, r.Host, r.URL)
		_ = r.Header.Write(&heard) // into memory
		w.WriteHeader(http.StatusProxyAuthRequired)
	})
	secure, proxy := httptest.NewTLSServer(hear), httptest.NewServer(hear)
	defer secure.Close()
	defer proxy.Close()
	for i, c := range []struct{ base, env, words string }{
		{"https://nowhere.invalid/api/v1", "X=", "cannot resolve nowhere.invalid"},
		{secure.URL + "/api/v1", "X=", "certificate not trusted"},
		{"https://openrouter.example/api/v1", "HTTPS_PROXY=" + proxy.URL, "the proxy answered 407"},
		{"https://openrouter.example/api/v1", "HTTPS_PROXY=http://127.0.0.1:1", "connection refused by the proxy"},
		{strings.Replace(proxy.URL, "http:", "https:", 1) + "/api/v1", "X=", "does not speak TLS"},
		{"http://127.0.0.1:1/api/v1", "X=", "connection refused by 127.0.0.1:1"},
	} {
		code, _, said := h.with("ORTOP_BASE_URL="+c.base, c.env).run("status", "--history", filepath.Join(h.home, fmt.Sprint(i)))
		if code != 4 || !strings.Contains(said, c.words) || strings.Contains(said, "net/http") || strings.Contains(said, "dial tcp") {
			t.Errorf("%s with %s: exit code %d, %s, want 4 and %q", c.base, c.env, code, said, c.words)
		}
	}
	if code, _, said := h.with("ORTOP_BASE_URL=http://openrouter.example/api/v1").run("status"); code != 2 {
		t.Errorf("a base URL without TLS: exit code %d, %s", code, said)
	}
	mu.Lock()
	defer mu.Unlock()
	if !strings.Contains(heard.String(), "CONNECT") || strings.Contains(heard.String(), "GET") {
		t.Errorf("the proxy heard %s", heard.String())
	}
	secretIsNowhere(t, "", map[string][]byte{"what the proxy heard": heard.Bytes()})
}

// hostile is a name that does what names must not.
const hostile = "=cmd|' /C calc'!A0\\u001b]52;c;ZXZpbA==\\u0007\\u001b[2J\\u009b31m\\r\\nFORGED \\u202etxt.exe\\u200b\\u0000%n%s$(touch x)`touch x`\\\"{{.}}"

// I01, I09, I10, I13: names that attack reach no surface as they are, neither from
// the server nor from a history, an import or a log.
func TestI01I09I10I13HostileNames(t *testing.T) {
	t.Parallel()
	h := newFaulty(t)
	row := func(name, hash string, usage float64) string {
		return fmt.Sprintf(`{"hash":%q,"name":%q,"label":%q,"usage":%v,"usage_daily":%v,"usage_weekly":%v,"usage_monthly":%v,"limit":5,"limit_remaining":1,"disabled":false}`,
			hash, "@@", "@@", usage, usage, usage, usage)
	}
	body := strings.ReplaceAll(`{"data":[`+row("", strings.Repeat("a", 64), 3)+","+row("", strings.Repeat("b", 64), 2)+`]}`, "@@", hostile)
	keys := sim.Answer(body)
	keys.Path = "/keys"
	own := sim.Answer(strings.ReplaceAll(`{"data":{"label":"@@","usage":1,"limit":null,"is_provisioning_key":true,"is_management_key":true}}`, "@@", hostile))
	own.Path = "/key"
	h.account.Fail(keys, own)
	x := onTerminal(t, 140, 40, h.env, ortop, "--interval", "2s")
	x.waitFor(`\d % left`, 5*time.Second)
	for _, key := range []string{"2", "3", "4"} {
		x.press(key)
		time.Sleep(200 * time.Millisecond)
	}
	if code := x.quit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	for _, bad := range []string{"\x1b]52", "\u202e", "\u200b", "\x1b[31m", "\u009b"} {
		if bytes.Contains(x.raw, []byte(bad)) {
			t.Errorf("the terminal got %q", bad)
		}
	}
	csv := filepath.Join(h.home, "hostile.csv")
	if err := os.WriteFile(csv, []byte("at,total_credits_usd,total_usage_usd\n\x1b]52;c;eA==\x07,1,\u202e2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(h.home, "log.jsonl")
	if err := os.WriteFile(log, []byte("{\"id\":\"gen-1\",\"cost\":1,\"model\":\"\\u001b[31m\\u202e\"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"breakdown"}, {"breakdown", "--json"}, {"breakdown", "--csv"}, {"status"}, {"status", "--json"}, {"report"}, {"report", "--json"}, {"breakdown", "--max-age", "100h"},
		{"doctor"}, {"import", csv}, {"reconcile", log}, {"import", log}, {"alerts", "list"}, {"doctor", "--explain", log},
	} {
		code, out, said := h.run(args...)
		for where, text := range map[string]string{"standard output": out, "standard error": said} {
			for i, r := range text {
				if r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r == '\u202e' || r == '\u200b' {
					t.Errorf("%v (%d): %s has %q in %q", args, code, where, r, text[max(0, i-30):min(len(text), i+30)])
					break
				}
			}
			if strings.Contains(text, "\nFORGED") {
				t.Errorf("%v: a name makes a line of its own:\n%s", args, text)
			}
		}
		if strings.Contains(strings.Join(args, " "), "--csv") && regexp.MustCompile(`(?m)(^|,)"?=`).MatchString(out) {
			t.Errorf("%v: a formula:\n%s", args, out)
		}
	}
	if _, err := os.Stat("x"); err == nil {
		t.Error("a shell ran a name")
	}
	secretIsNowhere(t, h.home, nil)
}
