package template

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

type (
	// part writes a part of a template about dot.
	part func(w *writer, dot any) error
	// value is what an expression has where dot is this.
	value func(dot any) (any, error)
)

// parser reads a template, of which rest is left.
type parser struct{ rest string }

// list reads the parts up to the end of the template or, within another part, up
// to the {{else}} or {{end}} of that, whose word it returns.
func (p *parser) list(within bool) (parts []part, last string, err error) {
	for {
		written, rest, action := strings.Cut(p.rest, "{{")
		p.rest = rest
		if strings.HasPrefix(rest, "-") && p.blank(1) {
			written, p.rest = strings.TrimRight(written, blanks), rest[2:]
		}
		parts = append(parts, func(w *writer, _ any) error {
			w.b.WriteString(written)
			return nil
		})
		if !action {
			if within {
				err = errors.New("an {{end}} is missing")
			}
			return parts, "", err
		}
		if comment, ok := strings.CutPrefix(p.rest, "/*"); ok {
			if _, p.rest, ok = strings.Cut(comment, "*/"); !ok {
				return nil, "", errors.New("a comment has no end")
			}
			if err = p.close(); err != nil {
				return nil, "", err
			}
			continue
		}
		p.skip()
		was := p.rest
		switch word := p.word(); word {
		case "end", "else":
			if !within {
				return nil, "", fmt.Errorf("{{%s}} without an {{if}}, {{with}} or {{range}}", word)
			}
			if word == "end" {
				err = p.close()
			}
			return parts, word, err
		case "if", "with", "range":
			next, err := p.branch(word)
			if err != nil {
				return nil, "", err
			}
			parts = append(parts, next)
		default:
			p.rest = was
			v, err := p.pipe()
			if err == nil {
				err = p.close()
			}
			if err != nil {
				return nil, "", err
			}
			parts = append(parts, func(w *writer, dot any) error {
				v, err := v(dot)
				w.b.WriteString(printed(v))
				return err
			})
		}
	}
}

// branch reads what follows the word of an {{if}}, a {{with}} or a {{range}}, with
// its {{end}}.
func (p *parser) branch(word string) (part, error) {
	v, err := p.pipe()
	if err == nil {
		err = p.close()
	}
	if err != nil {
		return nil, err
	}
	yes, last, err := p.list(true)
	if err != nil {
		return nil, err
	}
	var no []part
	if last == "else" {
		was := p.rest
		p.skip()
		switch chained := p.word(); {
		case chained != "" && chained == word && word != "range": // one {{end}} is that of both
			next, err := p.branch(word)
			if err != nil {
				return nil, err
			}
			no = []part{next}
		case chained != "":
			return nil, p.unexpected(chained)
		default:
			p.rest = was
			if err = p.close(); err != nil {
				return nil, err
			}
			if no, last, err = p.list(true); err != nil {
				return nil, err
			}
			if last == "else" {
				return nil, errors.New("a second {{else}}")
			}
		}
	}
	return func(w *writer, dot any) error {
		v, err := v(dot)
		switch {
		case err != nil:
			return err
		case word == "range":
			return w.each(v, yes, no, dot)
		case word == "with":
			return w.choose(truth(v), yes, no, v, dot)
		}
		return w.choose(truth(v), yes, no, dot, dot)
	}, nil
}

// pipe reads a pipeline: each command takes the value of the one before as its
// last argument.
func (p *parser) pipe() (v value, err error) {
	for v, err = p.command(nil); err == nil; v, err = p.command(v) {
		rest, more := strings.CutPrefix(strings.TrimLeft(p.rest, blanks), "|")
		if !more {
			break
		}
		p.rest = rest
	}
	return v, err
}

// command reads a value, or a function with its arguments, to which piped is
// added where it is not nil.
func (p *parser) command(piped value) (value, error) {
	p.skip()
	was := p.rest
	name := p.word()
	fn, called := funcs[name]
	if !called {
		p.rest = was
	}
	var args []value
	for first := !called; ; first = false {
		next := strings.TrimLeft(p.rest, blanks)
		if next == "" || strings.ContainsAny(next[:1], "|)}") || strings.HasPrefix(next, "-}}") {
			break
		}
		if next == p.rest && !first {
			return nil, p.unexpected(next)
		}
		p.rest = next
		arg, err := p.operand()
		if err != nil {
			return nil, err
		}
		args = append(args, arg)
	}
	if piped != nil {
		args = append(args, piped)
	}
	if called {
		return func(dot any) (any, error) {
			values := make([]any, len(args))
			for i, arg := range args {
				var err error
				if values[i], err = arg(dot); err != nil {
					return nil, err
				}
			}
			v, err := fn(values)
			if err != nil {
				err = fmt.Errorf("%s: %w", name, err)
			}
			return v, err
		}, nil
	}
	switch len(args) {
	case 0:
		return nil, errors.New("a value is missing")
	case 1:
		return args[0], nil
	}
	word, _, _ := strings.Cut(strings.Fields(was)[0], "}}")
	return nil, fmt.Errorf("%q is not a function", word)
}

// operand reads one value.
func (p *parser) operand() (value, error) {
	switch c := p.rest[0]; {
	case c == '(':
		p.rest = p.rest[1:]
		v, err := p.pipe()
		if err != nil {
			return nil, err
		}
		p.skip()
		if !p.take(")") {
			return nil, errors.New("a ) is missing")
		}
		return p.fields(v), nil
	case c == '.' && !p.digit(1):
		dot := func(dot any) (any, error) { return dot, nil }
		if len(p.rest) > 1 && letter(p.rest[1]) {
			return p.fields(dot), nil
		}
		p.rest = p.rest[1:]
		return dot, nil
	case c == '"' || c == '`':
		quoted, err := strconv.QuotedPrefix(p.rest)
		if err != nil {
			return nil, errors.New("a text has no end")
		}
		p.rest = p.rest[len(quoted):]
		s, err := strconv.Unquote(quoted)
		return constant(s), err
	case c == '$':
		return nil, errors.New("variables are not supported")
	case p.digit(0), p.digit(1) && strings.IndexByte("+-.", c) >= 0:
		return p.number()
	}
	switch name := p.word(); name {
	case "true", "false":
		return constant(name == "true"), nil
	case "nil":
		return constant(nil), nil
	case "":
		return nil, p.unexpected(p.rest)
	default:
		return nil, fmt.Errorf("function %q not defined", name)
	}
}

func constant(v any) value { return func(any) (any, error) { return v, nil } }

// fields reads the fields of v that are named behind it, if any are.
func (p *parser) fields(v value) value {
	var names []string
	for len(p.rest) > 1 && p.rest[0] == '.' && letter(p.rest[1]) {
		p.rest = p.rest[1:]
		names = append(names, p.word())
	}
	return func(dot any) (any, error) {
		v, err := v(dot)
		if err != nil {
			return nil, err
		}
		return fieldOf(v, names)
	}
}
