package config

import (
	"bytes"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2/unstable"
)

// Setting is one of those that come before the lists, and its value as text.
type Setting struct{ Name, Value string }

// Set gives settings their values in the file at path, which is made where it is
// not there. Every other byte of it stays, comments too; after a crash there is
// the old content or the new one. Failures are an *Error, and change nothing.
func Set(path string, settings ...Setting) error {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	doc, err := readFile(path)
	if err != nil {
		return err
	}
	edited, err := withSettings(path, doc, settings)
	if err != nil || bytes.Equal(doc, edited) {
		return err
	}
	if err := WritePrivate(path, edited); err != nil {
		return &Error{Path: path, Problem: "cannot be changed: " + err.Error(), Err: err}
	}
	return nil
}

// withSettings is doc, which lies at path, with settings.
func withSettings(path string, doc []byte, settings []Setting) ([]byte, error) {
	before, _, err := parseAt(path, doc)
	if err != nil {
		return nil, err
	}
	want, edited := before, doc
	for _, s := range settings {
		if !utf8.ValidString(s.Value) {
			return nil, &Error{Path: path, Problem: s.Name + " cannot be set: it is not UTF-8 text"}
		}
		line := []byte(line(s.Name, quoted(s.Value)))
		w := walker{config: want, at: places{doc: line, offset: map[string]int{}}}
		if problem := w.walk(line); problem != nil {
			return nil, &Error{Path: path, Problem: problem.Problem}
		}
		if reflect.DeepEqual(w.config, want) {
			continue
		}
		want = w.config
		edited = setting(edited, s.Name, bytes.TrimSpace(line))
	}
	// Reading the result back catches what plain editing cannot do.
	after, _, err := parseAt(path, edited)
	if err != nil || !reflect.DeepEqual(after, want) {
		return nil, &Error{Path: path, Problem: "cannot be changed in this form: set " + namesOf(settings) + " by hand", Err: err}
	}
	return edited, nil
}

func namesOf(settings []Setting) string {
	var names []string
	for _, s := range settings {
		names = append(names, s.Name)
	}
	return strings.Join(names, ", ")
}

// setting is doc with line in place of the setting of that name, or as a new one
// after the last of them.
func setting(doc []byte, name string, line []byte) []byte {
	mark := byteOrderMarkLen(doc)
	var p unstable.Parser
	p.Reset(doc[mark:])
	last := mark // where the settings end
	for p.NextExpression() {
		e := p.Expression()
		if e.Kind == unstable.Table || e.Kind == unstable.ArrayTable {
			break
		}
		if e.Kind != unstable.KeyValue {
			continue
		}
		start := mark + offsetOf(e)
		end := valueEnd(doc, p, e.Value(), mark)
		if keyOf(e) == name {
			return slices.Concat(doc[:start], aligned(doc[start:end], line), doc[end:])
		}
		if last = len(doc); bytes.IndexByte(doc[end:], '\n') >= 0 {
			last = end + bytes.IndexByte(doc[end:], '\n') + 1
		}
	}
	added := sameLineEnds(doc, fmt.Appendf(nil, "%s\n", line))
	if last > 0 && last == len(doc) && last > mark && doc[last-1] != '\n' {
		added = append(sameLineEnds(doc, []byte("\n")), bytes.TrimRight(added, "\r\n")...)
	}
	return slices.Concat(doc[:last], added, doc[last:])
}

// valueEnd is where a value of a setting ends.
func valueEnd(doc []byte, p unstable.Parser, v *unstable.Node, mark int) int {
	if v.Kind == unstable.String && v.Raw.Length > 0 {
		return mark + int(v.Raw.Offset+v.Raw.Length)
	}
	if r := v.Raw; r.Length > 0 {
		return mark + int(r.Offset+r.Length)
	}
	if len(v.Data) > 0 {
		r := p.Range(v.Data)
		return mark + int(r.Offset+r.Length)
	}
	return len(doc) // of another kind: what is read back is wrong, and says so
}

// aligned is a new line with the blanks around the old one's equals sign.
func aligned(old, line []byte) []byte {
	head, _, _ := bytes.Cut(old, []byte("="))
	_, value, _ := bytes.Cut(line, []byte("="))
	after := old[min(len(old), len(head)+1):]
	gap := after[:len(after)-len(bytes.TrimLeft(after, " \t"))]
	return slices.Concat(head, []byte("="), gap, bytes.TrimSpace(value))
}
