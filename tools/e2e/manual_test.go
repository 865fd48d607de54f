//go:build unix

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"ortop/internal/sim"
)

// TestManualHasNoFault lets mandoc judge the page, and looks at what people see of
// it.
func TestManualHasNoFault(t *testing.T) {
	t.Parallel()
	mandoc, err := exec.LookPath("mandoc")
	if err != nil {
		t.Skip("there is no mandoc")
	}
	page := filepath.Join(t.TempDir(), "ortop.1")
	out, err := exec.Command(ortop, "man").Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(page, out, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(mandoc, "-T", "lint", page).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("mandoc -T lint: %v\n%s", err, out)
	}
	for _, width := range []string{"60", "78", "120"} {
		out, err := exec.Command(mandoc, "-T", "utf8", "-O", "width="+width, page).Output()
		shown := regexp.MustCompile(".\b").ReplaceAllString(string(out), "")
		if err != nil {
			t.Fatal(err)
		}
		columns, _ := strconv.Atoi(width)
		for line := range strings.Lines(shown) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > columns && !strings.Contains(line, "ortop ") && !strings.Contains(line, " = ") {
				t.Errorf("at %s columns a line that is no command and no setting has %d: %q", width, n, line)
			}
		}
		for _, want := range []string{"--plain", "--version", "--json", "CONFIGURATION", "RULES AND CHANNELS", "EXIT STATUS", "ENVIRONMENT", "FILES", "--account NAME", "90 % certainty", "--demo[=PROFILE]"} {
			if !strings.Contains(strings.Join(strings.Fields(shown), " "), want) {
				t.Errorf("at %s columns the page does not show %q", width, want)
			}
		}
	}
}

// examples are those that the help of a command has, and of those below it.
func examples(t *testing.T, path ...string) (lines []string) {
	t.Helper()
	out, err := exec.Command(ortop, append(path, "--help")...).Output()
	if err != nil {
		t.Fatalf("ortop %s --help: %v", strings.Join(path, " "), err)
	}
	section := ""
	for line := range strings.Lines(string(out)) {
		line = strings.TrimRight(line, "\n")
		switch word, _, _ := strings.Cut(strings.TrimSpace(line), " "); {
		case line != "" && !strings.HasPrefix(line, " "):
			section = line
		case line == "" || strings.HasPrefix(word, "#"):
		case section == "Examples:":
			lines = append(lines, strings.TrimSpace(line))
		case section == "Available Commands:" && word != "help" && word != "completion":
			lines = append(lines, examples(t, append(path[:len(path):len(path)], word)...)...)
		}
	}
	return lines
}

// manualExamples are the lines of the manual's own section of examples.
func manualExamples(t *testing.T) (lines []string) {
	t.Helper()
	page, err := exec.Command(ortop, "man").Output()
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), ".SH EXAMPLES\n")
	signs := strings.NewReplacer(`\-`, "-", `\(aq`, "'", `\(dq`, `"`, `\(ga`, "`", `\(ha`, "^", `\(ti`, "~", `\e`, `\`, `\&`, "")
	for _, m := range regexp.MustCompile(`(?s)\.nf\n(.*?)\.fi\n`).FindAllStringSubmatch(section, -1) {
		lines = append(lines, strings.Split(strings.TrimSpace(signs.Replace(m[1])), "\n")...)
	}
	return lines
}

// TestExamples runs every example of every command and of the manual, each in a home folder of its
// own, and with the files that it names.
func TestExamples(t *testing.T) {
	t.Parallel()
	lines := append(examples(t), manualExamples(t)...)
	if len(lines) < 40 {
		t.Errorf("the commands have %d examples, want all", len(lines))
	}
	seen := map[string]bool{}
	for _, line := range lines {
		if seen[line] || strings.HasPrefix(line, "ortop share") { // TestShareExamples has those
			continue
		}
		seen[line] = true
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			runExample(t, line)
		})
	}
}

func runExample(t *testing.T, line string) {
	if program, _, _ := strings.Cut(line, " "); program == "jq" {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip("there is no jq")
		}
	}
	account, url := serve(t, sim.Config{Profile: "steady", OrdinaryKey: ordinaryKey})
	account.TopUp(1000)
	dir := t.TempDir()
	env := append(os.Environ(), "HOME="+dir, "XDG_CONFIG_HOME=", "XDG_DATA_HOME=", "XDG_STATE_HOME=", "DBUS_SESSION_BUS_ADDRESS=", "LANG=C.UTF-8",
		"ORTOP_BASE_URL="+url, "PATH="+filepath.Join(dir, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"))
	run := func(command string, env []string) (string, error) {
		c := exec.Command("sh", "-c", command)
		c.Dir, c.Env, c.Stdin = dir, env, strings.NewReader(sim.DemoKey+"\n")
		out, err := c.CombinedOutput()
		return string(out), err
	}
	key := append(env[:len(env):len(env)], "OPENROUTER_API_KEY="+sim.DemoKey)
	writeExampleFiles(t, dir)
	from := time.Now()
	if strings.HasPrefix(line, "ortop accounts balance") {
		account.Fail(ordinaryFaults()...)
		key = append(env[:len(env):len(env)], "OPENROUTER_API_KEY="+ordinaryKey)
	}
	if out, err := run("ortop status && ortop history --csv > readings.csv && cp .local/share/ortop/history.db laptop.db && cp laptop.db restored.db", key); err != nil {
		t.Fatalf("ortop status: %v\n%s", err, out)
	}
	switch {
	case strings.Contains(line, "accounts add"):
		key = env // or the environment's would be the default account's
	case strings.Contains(line, "accounts remove"):
		if out, err := run("ortop accounts add work", env); err != nil {
			t.Fatalf("ortop accounts add work: %v\n%s", err, out)
		}
	case strings.Contains(line, "reconcile"):
		account.Spend(25)
		writeRequests(t, dir, account.Generations(from, time.Now()))
	}
	command := strings.ReplaceAll(line, ":9464", ":0")
	if strings.HasPrefix(line, "tmux ") {
		if _, err := exec.LookPath("tmux"); err != nil {
			t.Skip("there is no tmux")
		}
		command = "tmux -S sock -f /dev/null new-session -d 'sleep 60' && tmux -S sock " + strings.TrimPrefix(line, "tmux ") + "; code=$?; tmux -S sock kill-server; exit $code"
	}
	ended := make(chan struct{})
	defer close(ended)
	switch {
	case strings.Contains(line, "ortop cost"):
		go signalled(dir, syscall.SIGINT, ended) // which ends the wait for charges that come late
	case strings.Contains(line, "collect --metrics"):
		go signalled(dir, syscall.SIGTERM, ended)
	}
	if out, err := run(command, key); err != nil || strings.Contains(out, "ortop: error") {
		t.Errorf("%s: %v\n%s", line, err, out)
	}
}

// signalled sends a signal to the ortop that runs in dir once it has had time to
// begin, and again until it has ended.
func signalled(dir string, s syscall.Signal, ended <-chan struct{}) {
	tick := time.NewTicker(1500 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			return
		case <-tick.C:
		}
		b, err := os.ReadFile(filepath.Join(dir, "pid"))
		if pid, err2 := strconv.Atoi(strings.TrimSpace(string(b))); err == nil && err2 == nil {
			_ = syscall.Kill(pid, s)
		}
	}
}

// ordinaryFaults are the answers to a key that may not read the balance.
func ordinaryFaults() []sim.Fault {
	key := sim.Answer(`{"data":{"label":"sk-or-v1-abc","limit":null,"limit_remaining":null,"usage":10,"usage_daily":1,"usage_weekly":2,"usage_monthly":10,"is_management_key":false}}`)
	key.Path = "/key"
	credits := sim.Answer(`{"error":{"code":403,"message":"Only management keys can do this"}}`)
	credits.Path = "/credits"
	return []sim.Fault{key, credits}
}

// writeExampleFiles writes what the examples read and run.
func writeExampleFiles(t *testing.T, dir string) {
	t.Helper()
	trace := "unix_seconds,cum_usd\n"
	for i := range 600 {
		trace += fmt.Sprintf("%d,%d\n", 1_000_000_000+60*i, i)
	}
	program := func(s string) string { return "#!/bin/sh\n" + s + "\n" }
	for name, content := range map[string]string{
		"spend.csv":      trace,
		"traces/a.csv":   trace,
		"tasks.csv":      "trace,from_unix,at_unix,balance_usd\na,1000000020,1000003000,5\n",
		"activity.csv":   "date,usage\n2026-01-02,1.5\n",
		"evaluate.sh":    program("echo evaluated"),
		"job":            program("echo done"),
		"bin/pass":       program("echo " + sim.DemoKey),
		"bin/make":       program("echo made"),
		"bin/curl":       program(`echo '{"error":{"code":402,"message":"Insufficient credits"}}'`),
		"bin/ortop":      program("echo $$ > \"$HOME/pid\"\nexec " + ortop + ` "$@"`),
		"answers/1.json": `{"id":"gen-1","created":1000000000,"model":"a/b","usage":{"cost":0.5}}`,
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		// A process that is forked while it is open for writing keeps it so, and it
		// cannot be run.
		syscall.ForkLock.RLock()
		err := os.WriteFile(path, []byte(content), 0o700)
		syscall.ForkLock.RUnlock()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, folder := range []string{".config/systemd/user", "Library/LaunchAgents"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
}

// writeRequests writes a log of what was spent in each form that the examples read.
func writeRequests(t *testing.T, dir string, made []sim.Generation) {
	t.Helper()
	lines, rows := "", "id,created,model,cost\n"
	for i, g := range made {
		answer := fmt.Sprintf(`{"id":%q,"created":%d,"model":%q,"usage":{"cost":%v}}`+"\n", g.ID, g.At.Unix(), g.Model, g.CostUSD)
		lines, rows = lines+answer, rows+fmt.Sprintf("%s,%d,%s,%v\n", g.ID, g.At.Unix(), g.Model, g.CostUSD)
		if err := os.WriteFile(filepath.Join(dir, "answers", strconv.Itoa(i+1)+".json"), []byte(answer), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range map[string]string{"requests.jsonl": lines, "requests.csv": rows} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
