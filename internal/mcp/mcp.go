// Package mcp serves tools over the Model Context Protocol, on lines of standard
// input and output. It knows the core of the protocol: initialization in each of
// its versions, ping, tools, errors, cancellation and batches.
package mcp

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"sync"
	"time"

	"ortop/internal/routine"
)

// versions are those of the protocol that are spoken, the newest first.
var versions = []string{"2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"}

const (
	// maxLine is the longest message that is read.
	maxLine = 1 << 20
	// lastCalls is how long the tools may work that are asked when the input ends:
	// a client that is gone stops a server two seconds later.
	lastCalls = 3 * time.Second
	// maxCalls is how many tools work at a time.
	maxCalls = 4
)

// The codes of JSON-RPC's errors.
const (
	codeParse   = -32700
	codeRequest = -32600
	codeMethod  = -32601
	codeParams  = -32602
)

// Tool is something that a model may ask for. None changes anything.
type Tool struct {
	Name, Title, Description string
	Schema                   json.RawMessage // of its arguments: a JSON Schema of type object
	// Call answers with a text. The error is what the model is told in its place.
	Call func(ctx context.Context, args map[string]json.RawMessage) (string, error)
}

// Server serves tools.
type Server struct {
	Name, Version, Instructions string
	Tools                       []Tool
}

// message is a request, or a notification where ID is nil.
type message struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Method  *string         `json:"method"`
	Params  json.RawMessage `json:"params"`
	// Result and Error are an answer's.
	Result json.RawMessage `json:"result"`
	Error  json.RawMessage `json:"error"`
}

type response struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Result  any             `json:"result,omitempty"`
	Error   *rpcError       `json:"error,omitempty"`
}

type rpcError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// connection is one client.
type connection struct {
	*Server
	ctx  context.Context
	fail context.CancelCauseFunc // ends all, for nobody reads the answers
	out  io.Writer

	writing sync.Mutex
	calls   chan struct{} // holds one for each tool that works
	running sync.WaitGroup

	mu       sync.Mutex
	inFlight map[string]context.CancelFunc // by keyOf the request's id
}

// Serve answers the messages of in until it ends, and then what is still asked
// for, or until ctx ends. The error is ctx's, or one of reading or writing.
func (s *Server) Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	c := &connection{Server: s, ctx: ctx, fail: fail, out: out, calls: make(chan struct{}, maxCalls), inFlight: map[string]context.CancelFunc{}}
	ended := make(chan error, 1)
	routine.Go(func() {
		err := c.read(bufio.NewReaderSize(in, 64<<10))
		last := time.AfterFunc(lastCalls, routine.Guard(func() { fail(errLate) }))
		c.running.Wait()
		last.Stop()
		ended <- err
	})
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
	}
	if cause := context.Cause(ctx); !errors.Is(cause, errLate) {
		err = errors.Join(err, cause)
	}
	return err
}

// errLate ends the tools that still work after the input's end.
var errLate = errors.New("the input has ended")

// read takes line after line.
func (c *connection) read(in *bufio.Reader) error {
	for {
		line, long, err := readLine(in)
		switch {
		case long:
			c.write(failed(nil, codeRequest, "the message is too long"))
		case len(line) > 0:
			c.take(line)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// readLine reads a line without what surrounds it; long reports one that was
// dropped.
func readLine(in *bufio.Reader) (line []byte, long bool, err error) {
	for {
		part, err := in.ReadSlice('\n')
		if !long {
			line = append(line, part...)
		}
		if len(line) > maxLine {
			line, long = nil, true
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return bytes.TrimSpace(line), long, err
		}
	}
}

// take begins to answer a line: a message, or a batch of them.
func (c *connection) take(line []byte) {
	if line[0] != '[' {
		c.answer(line, func(r *response) {
			if r != nil {
				c.write(r)
			}
		})
		return
	}
	var batch []json.RawMessage
	if err := json.Unmarshal(line, &batch); err != nil {
		c.write(failed(nil, codeParse, "the message is not JSON"))
		return
	}
	if len(batch) == 0 {
		c.write(failed(nil, codeRequest, "the batch is empty"))
		return
	}
	var mu sync.Mutex
	var answers []*response
	var open sync.WaitGroup
	open.Add(len(batch))
	for _, raw := range batch {
		c.answer(raw, func(r *response) {
			defer open.Done()
			mu.Lock()
			defer mu.Unlock()
			if r != nil {
				answers = append(answers, r)
			}
		})
	}
	c.running.Go(routine.Guard(func() {
		open.Wait()
		if len(answers) > 0 {
			c.write(answers)
		}
	}))
}

// answer calls done once, soon or later: with nil where there is nothing to say.
func (c *connection) answer(raw []byte, done func(*response)) {
	var m message
	err := json.Unmarshal(raw, &m)
	var other *json.UnmarshalTypeError // which leaves what else there is
	if err != nil && !errors.As(err, &other) {
		done(failed(nil, codeParse, "the message is not JSON"))
		return
	}
	var id json.RawMessage // where there is one, and it is text or a number
	if len(m.ID) > 0 && (m.ID[0] == '"' || m.ID[0] == '-' || '0' <= m.ID[0] && m.ID[0] <= '9') {
		id = m.ID
	}
	switch {
	case err == nil && m.Method == nil && id != nil && (m.Result != nil || m.Error != nil): // an answer, and nothing was asked
		done(nil)
	case err != nil || m.Method == nil || m.Version != "2.0" || len(m.ID) > 0 && id == nil:
		done(failed(id, codeRequest, "the message is not a request of JSON-RPC 2.0"))
	case id == nil:
		c.notified(*m.Method, m.Params)
		done(nil)
	case *m.Method == "tools/call":
		c.call(m, done)
	default:
		done(c.reply(m))
	}
}

// reply answers what takes no time.
func (c *connection) reply(m message) *response {
	switch *m.Method {
	case "initialize":
		var asked struct {
			Version string `json:"protocolVersion"`
		}
		if json.Unmarshal(m.Params, &asked) != nil || asked.Version == "" {
			return failed(m.ID, codeParams, "there is no protocolVersion")
		}
		if !slices.Contains(versions, asked.Version) {
			asked.Version = versions[0] // the client decides whether that will do
		}
		return replied(m.ID, map[string]any{
			"protocolVersion": asked.Version,
			"capabilities":    map[string]any{"tools": struct{}{}},
			"serverInfo":      map[string]string{"name": c.Name, "version": c.Version},
			"instructions":    c.Instructions,
		})
	case "ping":
		return replied(m.ID, struct{}{})
	case "tools/list":
		var page struct {
			Cursor string `json:"cursor"`
		}
		if len(m.Params) > 0 && json.Unmarshal(m.Params, &page) != nil || page.Cursor != "" {
			return failed(m.ID, codeParams, "there is one page of tools, which has no cursor")
		}
		list := []any{}
		for _, t := range c.Tools {
			list = append(list, map[string]any{
				"name": t.Name, "title": t.Title, "description": t.Description, "inputSchema": t.Schema,
				"annotations": map[string]any{"title": t.Title, "readOnlyHint": true},
			})
		}
		return replied(m.ID, map[string]any{"tools": list})
	}
	return failed(m.ID, codeMethod, "there is no method "+clip(*m.Method))
}

// clip bounds what is repeated of a message.
func clip(s string) string {
	if len(s) > 100 {
		s = s[:100] + "…"
	}
	return s
}

//go:noinline
func replied(id json.RawMessage, result any) *response {
	return &response{Version: "2.0", ID: id, Result: result}
}

// failed is not inlined: eleven copies are 4 kB of program.
//
//go:noinline
func failed(id json.RawMessage, code int, text string) *response {
	if id == nil {
		id = json.RawMessage("null")
	}
	return &response{Version: "2.0", ID: id, Error: &rpcError{code, text}}
}

// write writes a response or a batch of them on a line.
func (c *connection) write(v any) {
	line, err := json.Marshal(v)
	if err == nil {
		c.writing.Lock()
		defer c.writing.Unlock()
		_, err = c.out.Write(append(line, '\n'))
	}
	if err != nil {
		c.fail(err)
	}
}
