package doctor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"ortop/client"
	"ortop/internal/cmd/cli"
	"ortop/internal/fault"
)

const (
	// maxExplain is how much is searched for an error, and maxHead how much of it
	// is held to say what it is where there is none.
	maxExplain = 16 << 20
	maxHead    = 64 << 10
)

// errorFile is what was found in a file that may have an error.
type errorFile struct {
	watch fault.Watch
	head  []byte
	size  int64
}

// explainFile says what the error in a file means.
func explainFile(ctx context.Context, a *cli.App, path string) error {
	if path == "" {
		return cli.UsageError("for example curl -s … | ortop doctor --explain -", "--explain: a file is missing")
	}
	f, err := cli.ReadFile(ctx, path, a.Stdin, func(in io.Reader) (*errorFile, error) {
		f := &errorFile{}
		var head bytes.Buffer
		in = io.LimitReader(in, maxExplain+1)
		n, err := io.Copy(&f.watch, io.TeeReader(io.LimitReader(in, maxHead), &head))
		if err == nil {
			var more int64
			more, err = io.Copy(&f.watch, in)
			n += more
		}
		f.head, f.size = head.Bytes(), n
		return f, err
	})
	if err != nil {
		return fmt.Errorf("reading the error: %w", err)
	}
	var lines []string
	found := f.watch.Found()
	if r := client.ReadRefusal(f.head); found == nil && r.IsError {
		found = append(found, r)
	}
	for i, r := range found {
		if i > 0 {
			lines = append(lines, "")
		}
		for _, line := range fault.Explain(r, a.Now()) {
			lines = append(lines, cli.OneLine(line))
		}
	}
	if lines == nil {
		return &cli.ExitError{Code: cli.ExitUnknown, Err: fmt.Errorf("no error of the API to explain: %w", f.problem()), Hint: "give the body of the answer that had the status 402 or 403"}
	}
	return a.Answer(strings.Join(lines, "\n"))
}

// problem is why there is nothing to explain.
func (f *errorFile) problem() error {
	text := bytes.TrimSpace(f.head)
	lower := bytes.ToLower(text[:min(len(text), 512)])
	var v any
	err := json.Unmarshal(text, &v)
	var syntax *json.SyntaxError
	switch {
	case f.size > maxExplain:
		return fmt.Errorf("it is larger than %d MiB", maxExplain>>20)
	case len(text) == 0:
		return errors.New("it is empty")
	case bytes.HasPrefix(lower, []byte("<!doctype html")) || bytes.Contains(lower, []byte("<html")):
		return errors.New("it is an HTML page, of a proxy or of the network in front of the API: it says nothing about the key or the credits")
	case f.watch.Cut():
		return fmt.Errorf("it is cut off after %d bytes, within the error", f.size)
	case err == nil:
		return errors.New("it is JSON without an error in it")
	case (text[0] == '{' || text[0] == '[') && errors.As(err, &syntax) && syntax.Offset >= int64(len(text)) && f.size <= maxHead:
		return fmt.Errorf("the JSON is cut off after %d bytes", f.size)
	}
	return errors.New("it is not JSON, and has none in it")
}
