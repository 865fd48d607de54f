package cmd

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/spend"
	"ortop/internal/mcp"
	"ortop/internal/sorted"
)

// toolLimit is the longest answer of a tool: a model has to read it.
const toolLimit = 256 << 10

func mcpCommand(a *cli.App) *cobra.Command {
	var c *cobra.Command
	c = &cobra.Command{
		Use:   "mcp",
		Short: "Answer coding agents over the Model Context Protocol",
		Long: `mcp answers the Model Context Protocol on standard input and output, until that
ends. It has the tools balance, forecast, preflight, breakdown and history, which
answer as the commands do with --json (balance as status), with when the account was
read, how long ago and from what source. They change nothing, and no answer has a key.`,
		Example: `  echo '{"jsonrpc":"2.0","id":1,"method":"tools/list"}' | ortop mcp`,
		Args:    cobra.NoArgs,
		RunE: a.Runs(func(ctx context.Context, _ []string) error {
			var global []string
			c.Root().PersistentFlags().VisitAll(func(f *pflag.Flag) {
				if f.Changed {
					global = append(global, "--"+f.Name+"="+f.Value.String())
				}
			})
			server := &mcp.Server{
				Name: "ortop", Version: cli.Version(), Tools: tools(a, global),
				Instructions: "What is left of OpenRouter credits, what is spent and by whom, and when they run out. Amounts are USD, times UTC; null is unknown. Call preflight before costly work.",
			}
			return server.Serve(ctx, a.Stdin, a.Stdout)
		}),
	}
	return c
}

// toolArgument is one of a tool, and the flag of the command that it is.
type toolArgument struct{ name, about string }

// tools are the commands that answer, as tools.
func tools(a *cli.App, global []string) []mcp.Tool {
	since := toolArgument{"since", "from when on: 24h, 7d, today, week, month, 2026-11-01"}
	var tools []mcp.Tool
	for _, t := range []struct {
		name, title, about, command string
		preset                      map[string]string
		required                    []string
		arguments                   []toolArgument
	}{
		{"balance", "Balance", "What is left and spendable, what was spent in the last hour, day and week, and when it runs out.", "status", nil, nil, nil},
		{"forecast", "Forecast", "When it runs out, with an 80 % range, the chance of that within spans, and what to buy.", "forecast", nil, nil,
			[]toolArgument{{"top_up_usd", "plan with this much more, in USD"}, {"until", "plan until then: 2026-12-01, Tue, 5d"}}},
		{"preflight", "Preflight", "Whether there is enough for a job: the verdict is enough, short or unknown, and never enough by default.", "preflight", nil, []string{"need_usd"},
			[]toolArgument{{"need_usd", "what the job costs, in USD"}, {"for", "how long it runs, such as 3h: what else is spent meanwhile counts"}}},
		{"breakdown", "Breakdown", "Who spent it, most first, over the last 24 h or since another time. It needs a management key.", "breakdown", nil, nil,
			[]toolArgument{{"by", spend.ByNames()}, since}},
		{"history", "History", "What was read and spent, in rows of a day, or of another span.", "history", map[string]string{"every": "1d"}, nil,
			[]toolArgument{since, {"every", "one row for each of these spans, such as 1h or 1d"}}},
	} {
		tools = append(tools, mcp.Tool{
			Name: t.name, Title: t.title, Description: t.about, Schema: schema(t.arguments, t.required),
			Call: func(ctx context.Context, given map[string]json.RawMessage) (string, error) {
				args, err := flagsOf(t.arguments, t.required, t.preset, given)
				if err != nil {
					return "", err
				}
				text, err := toolAnswer(ctx, a, slices.Concat(global, []string{t.command}, args, []string{"--json"}))
				if err != nil { // which names flags
					err = errors.New(inArguments(err.Error(), t.arguments))
				}
				return text, err
			},
		})
	}
	return tools
}

// schema is the JSON Schema of a tool's arguments.
func schema(arguments []toolArgument, required []string) json.RawMessage {
	properties := map[string]any{}
	for _, arg := range arguments {
		kind := "string"
		if strings.HasSuffix(arg.name, "_usd") {
			kind = "number"
		}
		properties[arg.name] = map[string]string{"type": kind, "description": arg.about}
	}
	o := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		o["required"] = required
	}
	b, err := json.Marshal(o)
	if err != nil { // of maps and strings
		return json.RawMessage(`{"type":"object"}`)
	}
	return b
}

// flagsOf are a tool's arguments as flags. A number may be given as text, and the
// other way round, as models do.
func flagsOf(arguments []toolArgument, required []string, preset map[string]string, given map[string]json.RawMessage) (flags []string, err error) {
	names := []string{}
	for _, arg := range arguments {
		names = append(names, arg.name)
	}
	values := map[string]string{}
	for name, raw := range given {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("there is no argument %.40q: there are %s", name, cmp.Or(strings.Join(names, ", "), "none"))
		}
		var text string
		var number json.Number
		switch {
		case bytes.Equal(raw, []byte("null")):
			continue
		case json.Unmarshal(raw, &text) == nil:
		case json.Unmarshal(raw, &number) == nil:
			text = number.String()
		default:
			return nil, fmt.Errorf("%s is neither text nor a number", name)
		}
		values[name] = text
	}
	for _, name := range required {
		if _, ok := values[name]; !ok {
			return nil, fmt.Errorf("%s is missing", name)
		}
	}
	if len(values) == 0 {
		values = preset
	}
	for name, value := range values {
		flags = append(flags, flagOf(name)+"="+value)
	}
	sorted.By(flags, strings.Compare)
	return flags, nil
}

// flagOf is the flag that an argument is.
func flagOf(name string) string {
	return "--" + strings.ReplaceAll(strings.TrimSuffix(name, "_usd"), "_", "-")
}

// inArguments is a text of a command with its arguments in the place of flags.
func inArguments(message string, arguments []toolArgument) string {
	for _, arg := range arguments {
		message = strings.ReplaceAll(message, flagOf(arg.name), arg.name)
	}
	return message
}

// toolAnswer runs a command line as it is run in a shell, and returns the object
// that it prints, with when and from what the account was read, and notes.
func toolAnswer(ctx context.Context, a *cli.App, args []string) (string, error) {
	b := *a
	var read cli.Reading
	b.OnRead = func(r cli.Reading) { read = r }
	var err error
	var code int
	answer, notes, failed := captured(&b, func() {
		root := newRoot(&b)
		root.SetArgs(args)
		err = usage(root, args, root.ExecuteContext(ctx))
		code = cli.Report(b.Stderr, err)
	})
	var object map[string]json.RawMessage
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case failed != nil:
		return "", failed
	case code == cli.ExitUsage || json.Unmarshal(answer, &object) != nil:
		return "", errors.New(cmp.Or(strings.Join(notes, "; "), "there is no answer"))
	}
	now := a.Now()
	var at, source *string
	var age *float64
	if !read.At.IsZero() {
		t, s := read.At.UTC().Format(time.RFC3339), max(0, now.Sub(read.At).Round(time.Millisecond).Seconds())
		at, age = &t, &s
	}
	if read.Source != "" {
		s := string(read.Source)
		source = &s
	}
	for key, value := range map[string]any{"at": at, "age_s": age, "source": source, "notes": notes} {
		if _, ok := object[key]; ok {
			continue
		}
		if object[key], err = json.Marshal(value); err != nil {
			return "", err
		}
	}
	text, err := json.Marshal(object)
	return string(text), err
}
