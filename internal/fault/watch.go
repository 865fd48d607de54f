package fault

import (
	"bytes"
	"slices"
	"strings"

	"ortop/client"
)

const (
	// maxRefusal bounds the body of an error within other text, and lookBehind
	// what may stand in it before its error.
	maxRefusal = 16 << 10
	lookBehind = 256
	// mostRefusals is how many of different kinds are found.
	mostRefusals = 8
)

// Watch finds the bodies of errors in what a program prints, as JSON or as
// Python prints it, whatever stands around them. It is an io.Writer that holds
// no more than one body.
type Watch struct {
	tail  []byte // the end of what was written, where a body may have begun
	body  []byte // one that is not whole yet
	depth int
	quote byte // of the string that it is in; 0: none
	slash bool // the last was a backslash
	found []client.Refusal
}

// Found returns the refusals found so far, each kind once.
func (w *Watch) Found() []client.Refusal { return w.found }

// Cut reports whether the body of an error began that has not ended.
func (w *Watch) Cut() bool { return w.body != nil }

// Write looks at p. It never fails.
func (w *Watch) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 && len(w.found) < mostRefusals {
		part := p[:min(len(p), maxRefusal)]
		p = p[len(part):]
		w.look(append(w.tail, part...))
	}
	return n, nil
}

// look finds the bodies that begin in a text, or go on in it.
func (w *Watch) look(text []byte) {
	w.tail = nil
	for {
		if w.body != nil {
			if text = w.grow(text); w.body != nil {
				return
			}
		}
		at := trigger(text)
		if at < 0 {
			w.tail = bytes.Clone(text[max(0, len(text)-lookBehind):])
			return
		}
		before := text[max(0, at-lookBehind):at]
		if open := bytes.LastIndexByte(before, '{'); open >= 0 {
			w.body, w.depth, w.quote, w.slash = []byte{}, 0, 0, false
			text = text[at-len(before)+open:]
		} else { // the word alone
			text = text[at+1:]
		}
	}
}

func trigger(text []byte) int {
	at := bytes.Index(text, []byte(`"error"`))
	if other := bytes.Index(text, []byte(`'error'`)); at < 0 || other >= 0 && other < at {
		at = other
	}
	return at
}

// grow adds to the body and returns what stands behind it.
func (w *Watch) grow(p []byte) []byte {
	for i, c := range p {
		switch {
		case w.slash:
			w.slash = false
		case w.quote != 0:
			w.slash = c == '\\'
			if c == w.quote {
				w.quote = 0
			}
		case c == '"' || c == '\'':
			w.quote = c
		case c == '{' || c == '[':
			w.depth++
		case c == '}' || c == ']':
			w.depth--
		}
		if w.depth == 0 || len(w.body)+i+1 >= maxRefusal {
			w.take(append(w.body, p[:i+1]...))
			w.body = nil
			return p[i+1:]
		}
	}
	w.body = append(w.body, p...)
	return nil
}

func (w *Watch) take(body []byte) {
	r := client.ReadRefusal(body)
	if !r.IsJSON {
		r = client.ReadRefusal(fromPython(body))
	}
	alike := func(o client.Refusal) bool {
		return o.Code == r.Code && source(o) == source(r) && o.Scope == r.Scope && o.Reason == r.Reason
	}
	if r.IsError && !slices.ContainsFunc(w.found, alike) {
		w.found = append(w.found, r)
	}
}

// fromPython turns a dictionary as Python prints it into JSON.
func fromPython(s []byte) []byte {
	var out bytes.Buffer
	for i := 0; i < len(s); {
		quote := s[i]
		if quote != '\'' && quote != '"' {
			end := i + 1
			for end < len(s) && s[end] != '\'' && s[end] != '"' {
				end++
			}
			out.WriteString(strings.NewReplacer("None", "null", "True", "true", "False", "false").Replace(string(s[i:end])))
			i = end
			continue
		}
		out.WriteByte('"')
		for i++; i < len(s) && s[i] != quote; i++ {
			switch {
			case s[i] == '"':
				out.WriteString(`\"`)
			case s[i] != '\\' || i+1 == len(s):
				out.WriteByte(s[i])
			case s[i+1] == '\'':
				i++
				out.WriteByte('\'')
			case s[i+1] == 'x':
				i++
				out.WriteString(`\u00`)
			default:
				out.Write(s[i : i+2])
				i++
			}
		}
		out.WriteByte('"')
		i++
	}
	return out.Bytes()
}
