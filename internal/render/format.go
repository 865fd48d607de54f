package render

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"text/template/parse"
	"time"

	"ortop/internal/account"
	"ortop/internal/text"
)

// Format is a parsed --format. The syntax is that of Go's text/template,
// of which parse reads it; text/template itself would evaluate it by calling
// methods by name, which makes the linker keep every method of every library:
// 2.9 MB.
type Format struct{ tree *parse.Tree }

// ParseFormat reads a template; an empty one is nil. What is wrong in any of its
// branches is an error.
func ParseFormat(s string) (*Format, error) {
	if s == "" {
		return nil, nil
	}
	trees, err := parse.Parse("format", s, "", "", formatFuncs)
	f := &Format{trees["format"]}
	if err == nil && f.tree != nil {
		err = f.check()
	}
	if err != nil { // it may quote the whole of what was given
		return nil, errors.New(text.Clean(err.Error(), 120))
	}
	return f, nil
}

// check tries the template where nothing is known, and all of its branches
// where everything is: what is wrong in one must not wait for its day.
func (f *Format) check() error {
	nothing := newFields(account.Snapshot{}, time.Unix(0, 0))
	all := nothing
	fill(reflect.ValueOf(&all.JSON).Elem())
	fill(reflect.ValueOf(&all.DaysLeft).Elem())
	_, err := f.write(nothing, false)
	if err == nil {
		_, err = f.write(all, true)
	}
	return err
}

// fill makes every pointer below v one to something, and gives every list an
// element.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	}
}

// Apply writes s by the template.
func (f *Format) Apply(s account.Snapshot, now time.Time) (string, error) {
	return f.write(newFields(s, now), false)
}

// write writes v by the template, with all branches if branches is set.
func (f *Format) write(v fields, branches bool) (string, error) {
	raw, err := jsonMap(v.JSON)
	if err != nil || f.tree == nil {
		return "", err
	}
	data := map[string]any{"JSON": raw}
	rv := reflect.ValueOf(v)
	for i := range rv.NumField() {
		switch name := rv.Type().Field(i).Name; field := rv.Field(i).Interface().(type) {
		case string:
			data[name] = field
		case *float64:
			if data[name] = nil; field != nil {
				data[name] = *field
			}
		}
	}
	w := nodeWriter{branches: branches}
	err = w.write(f.tree.Root, data)
	return w.b.String(), err
}

// nodeWriter writes the nodes of a template.
type nodeWriter struct {
	b        strings.Builder
	branches bool // all of them
}

// write writes a node about dot.
func (w *nodeWriter) write(n parse.Node, dot any) error {
	switch n := n.(type) {
	case *parse.ListNode:
		if n == nil {
			return nil
		}
		for _, c := range n.Nodes {
			if err := w.write(c, dot); err != nil {
				return err
			}
		}
		return nil
	case *parse.TextNode:
		w.b.Write(n.Text)
		return nil
	case *parse.CommentNode:
		return nil
	case *parse.ActionNode:
		v, err := pipe(n.Pipe, dot)
		w.b.WriteString(printed(v))
		return err
	case *parse.IfNode:
		v, err := pipe(n.Pipe, dot)
		if err != nil {
			return err
		}
		return w.choose(truth(v), &n.BranchNode, dot, dot)
	case *parse.WithNode:
		v, err := pipe(n.Pipe, dot)
		if err != nil {
			return err
		}
		return w.choose(truth(v), &n.BranchNode, v, dot)
	case *parse.RangeNode:
		v, err := pipe(n.Pipe, dot)
		if err != nil {
			return err
		}
		return w.each(v, n, dot)
	}
	return fmt.Errorf("%q is not supported", n.String())
}

// choose writes the one list of n about yes, or the other about no.
func (w *nodeWriter) choose(is bool, n *parse.BranchNode, yes, no any) error {
	if is || w.branches {
		if err := w.write(n.List, yes); err != nil {
			return err
		}
	}
	if !is || w.branches {
		return w.write(n.ElseList, no)
	}
	return nil
}

// each writes the list of n about every element of v, or its other list where
// there are none.
func (w *nodeWriter) each(v any, n *parse.RangeNode, dot any) error {
	list, ok := v.([]any)
	if !ok && v != nil {
		return fmt.Errorf("range: %s is not a list", printed(v))
	}
	for _, element := range list {
		if err := w.write(n.List, element); err != nil {
			return err
		}
	}
	if len(list) == 0 || w.branches {
		return w.write(n.ElseList, dot)
	}
	return nil
}

// pipe evaluates a pipeline: each command takes the value of the one before as
// its last argument.
func pipe(p *parse.PipeNode, dot any) (v any, err error) {
	if len(p.Decl) > 0 {
		return nil, errors.New("variables are not supported")
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
			return nil, fmt.Errorf("%q is not a function", c.Args[0].String())
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
		return fieldOf(dot, n.Ident)
	case *parse.ChainNode:
		v, err := operand(n.Node, dot)
		if err != nil {
			return nil, err
		}
		return fieldOf(v, n.Field)
	case *parse.StringNode:
		return n.Text, nil
	case *parse.NumberNode:
		if !n.IsFloat {
			return nil, fmt.Errorf("%s is not a number", n)
		}
		return n.Float64, nil
	case *parse.BoolNode:
		return n.True, nil
	case *parse.NilNode:
		return nil, nil
	case *parse.PipeNode:
		return pipe(n, dot)
	}
	return nil, fmt.Errorf("%q is not supported", n.String())
}

// fieldOf is a field of v, or of what is below it. All fields of what is unknown
// are unknown.
func fieldOf(v any, names []string) (any, error) {
	for _, name := range names {
		if v == nil {
			return nil, nil
		}
		m, _ := v.(map[string]any)
		field, ok := m[name]
		if !ok {
			said := fmt.Sprintf("there is no field .%s", strings.Join(names, "."))
			if meant := text.Nearest(name, slices.Sorted(maps.Keys(m))); meant != "" {
				said += "; did you mean ." + meant + "?"
			}
			return nil, errors.New(said)
		}
		v = field
	}
	return v, nil
}
