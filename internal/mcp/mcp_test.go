package mcp

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// server has a tool that answers with its argument, one that waits for its
// cancellation, and ones that fail.
// The waiting one says when it has begun, and when it ends.
func server(events chan<- string) *Server {
	schema := json.RawMessage(`{"type":"object"}`)
	return &Server{Name: "test", Version: "1", Tools: []Tool{
		{Name: "echo", Schema: schema, Call: func(_ context.Context, args map[string]json.RawMessage) (string, error) {
			return string(args["x"]), nil
		}},
		{Name: "wait", Schema: schema, Call: func(ctx context.Context, _ map[string]json.RawMessage) (string, error) {
			events <- "begun"
			<-ctx.Done()
			events <- "cancelled"
			return "", ctx.Err()
		}},
		{Name: "fail", Schema: schema, Call: func(context.Context, map[string]json.RawMessage) (string, error) {
			return "", errors.New("no such thing")
		}},
		{Name: "panic", Schema: schema, Call: func(context.Context, map[string]json.RawMessage) (string, error) { panic("secret") }},
	}}
}

func TestServe(t *testing.T) {
	t.Parallel()
	request := func(method, params string) string {
		return `{"jsonrpc":"2.0","id":1,"method":"` + method + `","params":` + params + `}`
	}
	result := func(s string) string { return `{"jsonrpc":"2.0","id":1,"result":` + s + `}` }
	failure := func(id, code, text string) string {
		return `{"jsonrpc":"2.0","id":` + id + `,"error":{"code":` + code + `,"message":"` + text + `"}}`
	}
	initialized := func(version string) string {
		return result(`{"capabilities":{"tools":{}},"instructions":"","protocolVersion":"` + version + `","serverInfo":{"name":"test","version":"1"}}`)
	}
	said := func(text, isError string) string {
		return result(`{"content":[{"text":"` + text + `","type":"text"}],"isError":` + isError + `}`)
	}
	for _, c := range []struct{ name, in, want string }{
		{"a version that is spoken", request("initialize", `{"protocolVersion":"2024-11-05"}`), initialized("2024-11-05")},
		{"the newest version", request("initialize", `{"protocolVersion":"2025-11-25","capabilities":{}}`), initialized("2025-11-25")},
		{"a version of the future", request("initialize", `{"protocolVersion":"2099-01-01"}`), initialized("2025-11-25")},
		{"no version", request("initialize", `{}`), failure("1", "-32602", "there is no protocolVersion")},
		{"ping", `{"jsonrpc":"2.0","id":"a b","method":"ping"}`, `{"jsonrpc":"2.0","id":"a b","result":{}}`},
		{"a notification", `{"jsonrpc":"2.0","method":"notifications/initialized"}`, ""},
		{"another notification", `{"jsonrpc":"2.0","method":"nobody/knows","params":3}`, ""},
		{"an answer", `{"jsonrpc":"2.0","id":7,"result":{}}`, ""},
		{"a tool", request("tools/call", `{"name":"echo","arguments":{"x":17}}`), said("17", "false")},
		{"a tool that fails", request("tools/call", `{"name":"fail"}`), said("no such thing", "true")},
		{"a tool that panics", request("tools/call", `{"name":"panic"}`), said("the tool failed", "true")},
		{"an unknown tool", request("tools/call", `{"name":"rm"}`), failure("1", "-32602", "there is no tool rm")},
		{"arguments of another form", request("tools/call", `{"name":"echo","arguments":[1]}`), failure("1", "-32602", "a tool has a name, and arguments that are an object")},
		{"an unknown method", request("resources/list", `{}`), failure("1", "-32601", "there is no method resources/list")},
		{"no JSON", `{"jsonrpc"`, failure("null", "-32700", "the message is not JSON")},
		{"an answer that is an error", `{"jsonrpc":"2.0","id":7,"error":{"code":1,"message":"a"}}`, ""},
		{"neither request nor answer", `{"jsonrpc":"2.0","id":7}`, failure("7", "-32600", "the message is not a request of JSON-RPC 2.0")},
		{"a method that is none", `{"jsonrpc":"2.0","id":"a","method":5}`, failure(`"a"`, "-32600", "the message is not a request of JSON-RPC 2.0")},
		{"no version of JSON-RPC", `{"id":-5,"method":"ping"}`, failure("-5", "-32600", "the message is not a request of JSON-RPC 2.0")},
		{"an id of many digits", `{"jsonrpc":"2.0","id":123456789012345678901234567890,"method":"ping"}`, `{"jsonrpc":"2.0","id":123456789012345678901234567890,"result":{}}`},
		{"a page that is not there", request("tools/list", `{"cursor":"2"}`), failure("1", "-32602", "there is one page of tools, which has no cursor")},
		{"parameters that are none", request("tools/list", `5`), failure("1", "-32602", "there is one page of tools, which has no cursor")},
		{"another version of JSON-RPC", `{"jsonrpc":"1.0","id":1,"method":"ping"}`, failure("1", "-32600", "the message is not a request of JSON-RPC 2.0")},
		{"an id that is none", `{"jsonrpc":"2.0","id":{},"method":"ping"}`, failure("null", "-32600", "the message is not a request of JSON-RPC 2.0")},
		{"an id that is null", `{"jsonrpc":"2.0","id":null,"method":"ping"}`, failure("null", "-32600", "the message is not a request of JSON-RPC 2.0")},
		{"no object", `17`, failure("null", "-32600", "the message is not a request of JSON-RPC 2.0")},
		{"empty lines", "\n \r\n\n", ""},
		{"too long", `{"jsonrpc":"2.0","id":1,"method":"ping","params":"` + strings.Repeat("x", maxLine) + `"}`, failure("null", "-32600", "the message is too long")},
		{"a batch", `[` + request("ping", `{}`) + `,{"jsonrpc":"2.0","method":"x"}]`, `[` + result(`{}`) + `]`},
		{"a batch of notifications", `[{"jsonrpc":"2.0","method":"x"}]`, ""},
		{"an empty batch", `[]`, failure("null", "-32600", "the batch is empty")},
		{"a cancellation of nothing", `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":9}}`, ""},
	} {
		var out strings.Builder
		err := server(nil).Serve(t.Context(), strings.NewReader(c.in+"\n"+`{"jsonrpc":"2.0","id":"last","method":"ping"}`), &out)
		got := strings.ReplaceAll(out.String(), `{"jsonrpc":"2.0","id":"last","result":{}}`+"\n", "")
		if err != nil || strings.TrimSpace(got) != c.want {
			t.Errorf("%s: %v, answered\n%s, want\n%s", c.name, err, got, c.want)
		}
		if !strings.Contains(out.String(), `"id":"last"`) {
			t.Errorf("%s: what follows is not answered", c.name)
		}
	}
}

// dialogue is a client that writes a line at a time.
type dialogue struct {
	t   *testing.T
	in  *io.PipeWriter
	out *bufio.Reader
}

func (d dialogue) send(line string) {
	d.t.Helper()
	if _, err := io.WriteString(d.in, line+"\n"); err != nil {
		d.t.Fatal(err)
	}
}

func (d dialogue) receive(want string) {
	d.t.Helper()
	line, err := d.out.ReadString('\n')
	if err != nil || strings.TrimSpace(line) != want {
		d.t.Errorf("received %q, %v, want %q", line, err, want)
	}
}

func TestCancellation(t *testing.T) {
	t.Parallel()
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	events := make(chan string, 20)
	ended := make(chan error, 1)
	go func() { ended <- server(events).Serve(t.Context(), inR, outW) }()
	d := dialogue{t, inW, bufio.NewReader(outR)}
	d.send(`{"jsonrpc":"2.0","id":"slow","method":"tools/call","params":{"name":"wait"}}`)
	d.send(`{"jsonrpc":"2.0","id":"slow","method":"tools/call","params":{"name":"wait"}}`)
	if got := <-events; got != "begun" {
		t.Fatalf("the tool has %s", got)
	}
	d.receive(`{"jsonrpc":"2.0","id":"slow","error":{"code":-32600,"message":"a request with this id is being answered"}}`)
	d.send(`{"jsonrpc":"2.0","id":2,"method":"ping"}`)
	d.receive(`{"jsonrpc":"2.0","id":2,"result":{}}`) // while a tool works
	d.send(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"\u0073low","reason":"enough"}}`)
	if got := <-events; got != "cancelled" {
		t.Fatalf("the tool has %s", got)
	}
	d.send(`{"jsonrpc":"2.0","id":3,"method":"ping"}`)
	d.receive(`{"jsonrpc":"2.0","id":3,"result":{}}`) // and no answer to what was cancelled
	inW.Close()
	if err := <-ended; err != nil {
		t.Errorf("Serve() = %v", err)
	}
}

// More calls than may work at a time wait, and other messages do not.
func TestCallsWait(t *testing.T) {
	t.Parallel()
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	events := make(chan string, 20)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server(events).Serve(ctx, inR, outW) }()
	d := dialogue{t, inW, bufio.NewReader(outR)}
	for i := range maxCalls + 2 {
		d.send(`{"jsonrpc":"2.0","id":` + string(rune('1'+i)) + `,"method":"tools/call","params":{"name":"wait"}}`)
	}
	d.send(`{"jsonrpc":"2.0","id":"p","method":"ping"}`)
	d.receive(`{"jsonrpc":"2.0","id":"p","result":{}}`)
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("Serve() = %v", err)
	}
	_ = inW.Close()
}

// A client that is gone ends what works for it.
func TestNobodyReads(t *testing.T) {
	t.Parallel()
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	outR.Close()
	events := make(chan string, 20)
	ended := make(chan error, 1)
	go func() { ended <- server(events).Serve(t.Context(), inR, outW) }()
	d := dialogue{t: t, in: inW}
	d.send(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"wait"}}`)
	d.send(`{"jsonrpc":"2.0","id":2,"method":"ping"}`)
	select {
	case err := <-ended:
		if !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("Serve() = %v, want that the pipe is closed", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it goes on")
	}
}

// What takes too long for a client that is gone is given up.
func TestLastCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		events := make(chan string, 20)
		began := time.Now()
		in := strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"wait"}}`)
		if err := server(events).Serve(t.Context(), in, io.Discard); err != nil || time.Since(began) != lastCalls {
			t.Errorf("Serve() = %v after %v, want %v", err, time.Since(began), lastCalls)
		}
		synctest.Wait()
		if len(events) != 2 {
			t.Errorf("%d events, want that the tool began and was cancelled", len(events))
		}
	})
}
