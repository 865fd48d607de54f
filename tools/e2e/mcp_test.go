//go:build unix

package e2e

import (
	"context"
	"encoding/json"
	"maps"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/pelletier/go-toml/v2"

	"ortop/internal/sim"
)

// agent is a client of the protocol that started ortop mcp.
type agent struct {
	t       *testing.T
	session *mcp.ClientSession
	cmd     *exec.Cmd
}

func newAgent(t *testing.T, env []string, args ...string) agent {
	t.Helper()
	cmd := exec.Command(ortop, append([]string{"mcp"}, args...)...)
	cmd.Env = env
	client := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil)
	session, err := client.Connect(t.Context(), &mcp.CommandTransport{Command: cmd}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { session.Close() })
	return agent{t, session, cmd}
}

// call is what a tool answers.
func (a agent) call(name string, args map[string]any) (text string, isError bool) {
	a.t.Helper()
	r, err := a.session.CallTool(a.t.Context(), &mcp.CallToolParams{Name: name, Arguments: args})
	if err != nil {
		a.t.Fatalf("%s: %v", name, err)
	}
	if len(r.Content) != 1 {
		a.t.Fatalf("%s has %d contents, want one", name, len(r.Content))
	}
	content, ok := r.Content[0].(*mcp.TextContent)
	if !ok {
		a.t.Fatalf("%s answers with %T", name, r.Content[0])
	}
	if strings.Contains(content.Text, sim.DemoKey) {
		a.t.Errorf("the answer of %s has the key", name)
	}
	return content.Text, r.IsError
}

func (a agent) object(name string, args map[string]any) (o map[string]any) {
	a.t.Helper()
	text, isError := a.call(name, args)
	if err := json.Unmarshal([]byte(text), &o); err != nil || isError {
		a.t.Fatalf("%s %v answers %q, an error: %v", name, args, text, isError)
	}
	return o
}

func TestMCP(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	h.status()
	a := newAgent(t, h.env, "--interval", "2s")
	if got := a.session.InitializeResult(); got.ServerInfo.Name != "ortop" || got.Instructions == "" {
		t.Errorf("it introduces itself as %+v", got)
	}
	if err := a.session.Ping(t.Context(), nil); err != nil {
		t.Errorf("ping: %v", err)
	}
	tools, err := a.session.ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, tool := range tools.Tools {
		names = append(names, tool.Name)
		if tool.Description == "" || tool.Annotations == nil || !tool.Annotations.ReadOnlyHint {
			t.Errorf("the tool is %+v, want a description, and that it changes nothing", tool)
		}
	}
	if want := []string{"balance", "forecast", "preflight", "breakdown", "history"}; !slices.Equal(names, want) {
		t.Errorf("the tools are %v, want %v", names, want)
	}
	// Each answer has all that the command prints, and when that was read.
	for tool, c := range map[string]struct {
		args    map[string]any
		command []string
		source  bool
	}{
		"balance":   {nil, []string{"status"}, true},
		"forecast":  {map[string]any{"top_up_usd": 25, "until": "30d"}, []string{"forecast", "--top-up", "25", "--until", "30d"}, true},
		"preflight": {map[string]any{"need_usd": 2.5, "for": "3h"}, []string{"preflight", "--need", "2.5", "--for", "3h"}, true},
		"breakdown": {map[string]any{"by": "model", "since": "7d"}, []string{"breakdown", "--by", "model", "--since", "7d"}, true},
		"history":   {map[string]any{"since": "2d", "every": "1h"}, []string{"history", "--since", "2d", "--every", "1h"}, true},
	} {
		t.Run(tool, func(t *testing.T) {
			got := a.object(tool, c.args)
			cmd := exec.Command(ortop, append(c.command, "--json", "--interval", "2s")...)
			cmd.Env = h.env
			out, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			var want map[string]any
			if err := json.Unmarshal(out, &want); err != nil {
				t.Fatal(err)
			}
			for key := range want {
				if _, ok := got[key]; !ok {
					t.Errorf("%s is missing", key)
				}
			}
			extra := slices.DeleteFunc(slices.Sorted(maps.Keys(got)), func(key string) bool { _, ok := want[key]; return ok })
			for _, key := range extra {
				if !slices.Contains([]string{"at", "age_s", "source", "notes"}, key) {
					t.Errorf("%s is not of the command", key)
				}
			}
			age, ok := got["age_s"].(float64)
			if at, _ := got["at"].(string); !ok || age < 0 || age > 60 || at == "" || got["source"] == nil || got["notes"] == nil {
				t.Errorf("it was read at %v, %v s ago, from %v, with the notes %v", got["at"], got["age_s"], got["source"], got["notes"])
			}
		})
	}
	if rows := a.object("history", nil)["rows"].([]any); len(rows) == 0 || len(rows) > 60 {
		t.Errorf("the history without arguments has %d rows, want one a day", len(rows))
	}
	// A short balance is an answer.
	if got := a.object("preflight", map[string]any{"need_usd": "1e6"})["verdict"]; got != "short" {
		t.Errorf("the verdict is %v, want short", got)
	}
	for name, c := range map[string]struct {
		tool string
		args map[string]any
		want string
	}{
		"a sum that is none":        {"preflight", map[string]any{"need_usd": "much"}, `error: need_usd: "much" is not an amount`},
		"a sum that is missing":     {"preflight", nil, "need_usd is missing"},
		"an argument of no tool":    {"balance", map[string]any{"history": "/etc/passwd"}, "there is no argument"},
		"a list":                    {"breakdown", map[string]any{"by": []string{"key"}}, "by is neither text nor a number"},
		"a flag in a value":         {"history", map[string]any{"since": "--csv"}, `since: "--csv" is not `},
		"what cannot be grouped by": {"breakdown", map[string]any{"by": "colour"}, "is not key, model, provider, workspace or member"},
	} {
		t.Run(name, func(t *testing.T) {
			text, isError := a.call(c.tool, c.args)
			if !isError || !strings.Contains(text, c.want) {
				t.Errorf("it answers %q, an error: %v, want an error about %q", text, isError, c.want)
			}
		})
	}
	if _, err := a.session.CallTool(t.Context(), &mcp.CallToolParams{Name: "pay"}); err == nil {
		t.Error("there is a tool called pay")
	}
}

// What cannot be known is said, with what is known from before.
func TestMCPInTrouble(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	before := h.status()
	h.account.Fail(sim.Error(500))
	time.Sleep(5100 * time.Millisecond) // a reading is taken for five seconds
	a := newAgent(t, h.env)
	got := a.object("balance", nil)
	if got["stale"] != true || got["source"] != "history" || got["balance_usd"] != *before.Balance || got["error"] == nil || len(got["notes"].([]any)) == 0 {
		t.Errorf("the balance is %v, want the last one, stale, and why", got)
	}
	if got := a.object("preflight", map[string]any{"need_usd": 1})["verdict"]; got != "unknown" {
		t.Errorf("the verdict is %v, want unknown", got)
	}
	without := newAgent(t, []string{"HOME=" + t.TempDir()})
	if text, isError := without.call("balance", nil); !isError || !strings.Contains(text, "no key is set") {
		t.Errorf("without a key it answers %q, an error: %v", text, isError)
	}
}

// A call that is given up ends, and so does the program soon after its input.
func TestMCPEnds(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	h.account.Fail(sim.Fault{Hang: true})
	a := newAgent(t, h.env)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := a.session.CallTool(ctx, &mcp.CallToolParams{Name: "balance"}); err == nil {
		t.Error("a call to an account that does not answer has an answer")
	}
	began := time.Now()
	// A client that has waited for five seconds ends the program itself.
	if err := a.session.Close(); err != nil && time.Since(began) < 5*time.Second {
		t.Errorf("closing: %v", err)
	}
	if took := time.Since(began); took > busy*5*time.Second {
		t.Errorf("it ended after %v", took)
	}
}

// The blocks for agents name a server that runs.
func TestMCPBlocks(t *testing.T) {
	t.Parallel()
	type entry struct {
		Command string
		Args    []string
	}
	blocks := map[string]string{}
	for _, f := range fences(t, agents) {
		blocks[f[0]] = f[1]
	}
	var codex struct {
		Servers map[string]entry `toml:"mcp_servers"`
	}
	var file struct {
		Servers map[string]entry `json:"mcpServers"`
	}
	if err := toml.Unmarshal([]byte(blocks["ini"]), &codex); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(blocks["jsonc"]), &file); err != nil {
		t.Fatal(err)
	}
	for _, e := range []entry{codex.Servers["ortop"], file.Servers["ortop"]} {
		if e.Command != "ortop" {
			t.Fatalf("the command is %q", e.Command)
		}
		c := exec.Command(ortop, e.Args...)
		c.Env = []string{"HOME=" + t.TempDir()}
		c.Stdin = strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"ping"}` + "\n")
		if out, err := c.Output(); err != nil || !regexp.MustCompile(`"id":1,"result":\{\}`).Match(out) {
			t.Errorf("ortop %v answers %q, %v", e.Args, out, err)
		}
	}
}
