package cmd

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"text/template/parse"
	"time"

	"ortop/client"
	"ortop/monitor"
	"ortop/text"
)

// formatter is a parsed --format. The syntax is that of Go's text/template,
// of which parse reads it; text/template itself would evaluate it by calling
// methods by name, which makes the linker keep every method of every library:
// 2.9 MB.
type formatter struct{ tree *parse.Tree }

func parseFormat(s string) (*formatter, error) {
	if s == "" {
		return nil, nil
	}
	trees, err := parse.Parse("format", s, "", "", formatFuncs)
	f := &formatter{trees["format"]}
	if err == nil && f.tree != nil {
		_, err = f.apply(monitor.Snapshot{}, time.Unix(0, 0))
	}
	if err != nil { // it may quote the whole of what was given
		return nil, usageError("ortop status --help lists the fields", "--format: %s", client.Clean(err.Error(), 120))
	}
	return f, nil
}

// apply writes s by the template.
func (f *formatter) apply(s monitor.Snapshot, now time.Time) ([]byte, error) {
	v := newFields(s, now)
	raw, err := jsonMap(v.JSON)
	if err != nil || f.tree == nil {
		return nil, err
	}
	data := map[string]any{"JSON": raw}
	rv := reflect.ValueOf(v)
	for i := range rv.NumField() {
		if name := rv.Type().Field(i).Name; name != "JSON" {
			data[name] = rv.Field(i).String()
		}
	}
	var b strings.Builder
	err = writeNode(&b, f.tree.Root, data)
	return []byte(b.String()), err
}

// writeNode writes a node of a template about dot.
func writeNode(b *strings.Builder, n parse.Node, dot any) error {
	switch n := n.(type) {
	case *parse.ListNode:
		if n == nil {
			return nil
		}
		for _, c := range n.Nodes {
			if err := writeNode(b, c, dot); err != nil {
				return err
			}
		}
		return nil
	case *parse.TextNode:
		b.Write(n.Text)
		return nil
	case *parse.CommentNode:
		return nil
	case *parse.ActionNode:
		v, err := pipe(n.Pipe, dot)
		b.WriteString(printed(v))
		return err
	case *parse.IfNode:
		v, err := pipe(n.Pipe, dot)
		switch {
		case err != nil:
			return err
		case truth(v):
			return writeNode(b, n.List, dot)
		}
		return writeNode(b, n.ElseList, dot)
	case *parse.WithNode:
		v, err := pipe(n.Pipe, dot)
		switch {
		case err != nil:
			return err
		case truth(v):
			return writeNode(b, n.List, v)
		}
		return writeNode(b, n.ElseList, dot)
	}
	return fmt.Errorf("%q is not understood here", n.String())
}

// pipe evaluates a pipeline: each command takes the value of the one before as
// its last argument.
func pipe(p *parse.PipeNode, dot any) (v any, err error) {
	if len(p.Decl) > 0 {
		return nil, errors.New("there are no variables here")
	}
	for i, c := range p.Cmds {
		var args []any
		fn, called := c.Args[0].(*parse.IdentifierNode)
		for _, a := range c.Args {
			if a == c.Args[0] && called {
				continue
			}
			w, err := operand(a, dot)
			if err != nil {
				return nil, err
			}
			args = append(args, w)
		}
		if i > 0 {
			args = append(args, v)
		}
		switch {
		case called:
			if v, err = formatFuncs[fn.Ident].(func([]any) (any, error))(args); err != nil {
				return nil, fmt.Errorf("%s: %w", fn.Ident, err)
			}
		case len(args) != 1:
			return nil, fmt.Errorf("%q is no function", c.Args[0].String())
		default:
			v = args[0]
		}
	}
	return v, nil
}

func operand(n parse.Node, dot any) (any, error) {
	switch n := n.(type) {
	case *parse.DotNode:
		return dot, nil
	case *parse.FieldNode:
		v := dot
		for _, name := range n.Ident {
			m, _ := v.(map[string]any)
			field, ok := m[name]
			if !ok {
				return nil, fmt.Errorf("there is no field %s", n)
			}
			v = field
		}
		return v, nil
	case *parse.StringNode:
		return n.Text, nil
	case *parse.NumberNode:
		if !n.IsFloat {
			return nil, fmt.Errorf("%s is no number", n)
		}
		return n.Float64, nil
	case *parse.BoolNode:
		return n.True, nil
	case *parse.NilNode:
		return nil, nil
	case *parse.PipeNode:
		return pipe(n, dot)
	}
	return nil, fmt.Errorf("%q is not understood here", n.String())
}

// truth is that of text/template: zero, empty and unknown are false.
func truth(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return v != ""
	case float64:
		return v != 0
	case []any:
		return len(v) > 0
	case map[string]any:
		return len(v) > 0
	}
	return true
}

func printed(v any) string {
	switch v := v.(type) {
	case nil:
		return text.Unknown
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

// formatFuncs are those of text/template that have a use here.
var formatFuncs = map[string]any{
	"eq":  compare(func(c int) bool { return c == 0 }),
	"ne":  compare(func(c int) bool { return c != 0 }),
	"lt":  compare(func(c int) bool { return c < 0 }),
	"le":  compare(func(c int) bool { return c <= 0 }),
	"gt":  compare(func(c int) bool { return c > 0 }),
	"ge":  compare(func(c int) bool { return c >= 0 }),
	"and": first(false), "or": first(true),
	"not": func(args []any) (any, error) {
		if len(args) != 1 {
			return nil, errors.New("it takes one value")
		}
		return !truth(args[0]), nil
	},
	"len": func(args []any) (any, error) {
		if len(args) == 1 {
			switch v := args[0].(type) {
			case string:
				return float64(len(v)), nil
			case []any:
				return float64(len(v)), nil
			}
		}
		return nil, errors.New("it takes one text or list")
	},
	"printf": func(args []any) (any, error) {
		if len(args) == 0 {
			return nil, errors.New("it takes a format")
		}
		format, ok := args[0].(string)
		if !ok {
			return nil, errors.New("its format is a text")
		}
		return fmt.Sprintf(format, args[1:]...), nil
	},
}

// first returns a function that returns its first argument of this truth, or
// else the last one.
func first(want bool) func([]any) (any, error) {
	return func(args []any) (any, error) {
		if len(args) == 0 {
			return nil, errors.New("it takes a value")
		}
		for _, v := range args {
			if truth(v) == want {
				return v, nil
			}
		}
		return args[len(args)-1], nil
	}
}

// compare returns a function that compares two texts, or two numbers. What is
// unknown is equal to itself alone, and neither more nor less than anything.
func compare(is func(int) bool) func([]any) (any, error) {
	return func(args []any) (any, error) {
		if len(args) != 2 {
			return nil, errors.New("it takes two values")
		}
		switch a := args[0].(type) {
		case float64:
			if b, ok := args[1].(float64); ok {
				switch {
				case a < b:
					return is(-1), nil
				case a > b:
					return is(1), nil
				}
				return is(0), nil
			}
		case string:
			if b, ok := args[1].(string); ok {
				return is(strings.Compare(a, b)), nil
			}
		case bool:
			if b, ok := args[1].(bool); ok {
				return is(0) == (a == b), nil
			}
		}
		if args[0] == nil || args[1] == nil {
			equal, unequal := is(0) && !is(1) && !is(-1), is(1) && is(-1)
			both := args[0] == nil && args[1] == nil
			return equal && both || unequal && !both, nil
		}
		return nil, fmt.Errorf("%s and %s cannot be compared", printed(args[0]), printed(args[1]))
	}
}
