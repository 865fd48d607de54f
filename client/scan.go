package client

import (
	"encoding/json"
	"errors"
	"iter"
)

// manyMembers is from how many members of an object on a set finds those that
// come twice.
const manyMembers = 64

// member is a field of a JSON object, as it is written.
type member struct {
	name string
	raw  []byte // into the body
}

var errNoObject = errors.New("not an object")

// twiceError is a name that comes twice in an object.
type twiceError string

func (e twiceError) Error() string { return string(e) + " comes twice" }

// appendMembers splits raw, which is valid JSON, into the members of an object.
// The error is errNoObject, or a twiceError. Names that were in the list before,
// in the same places, are taken from there.
func appendMembers(list []member, raw []byte) ([]member, error) {
	raw = raw[space(raw):]
	if len(raw) == 0 || raw[0] != '{' {
		return list, errNoObject
	}
	var seen map[string]bool
	for item := range items(raw) {
		n := value(item)
		var m member
		if i := len(list); i < cap(list) && list[:i+1][i].name == string(item[1:n-1]) {
			m.name = list[:i+1][i].name
		} else {
			m.name, _ = unquoted(item[:n])
		}
		rest := item[n:]
		rest = rest[space(rest)+1:] // the colon
		m.raw = rest[space(rest):]
		switch {
		case len(list) < manyMembers:
			for _, old := range list {
				if old.name == m.name {
					return list, twiceError(m.name)
				}
			}
		case seen == nil:
			seen = map[string]bool{}
			for _, old := range list {
				seen[old.name] = true
			}
			fallthrough
		default:
			if seen[m.name] {
				return list, twiceError(m.name)
			}
			seen[m.name] = true
		}
		list = append(list, m)
	}
	return list, nil
}

// items returns what stands between the commas of raw, an object or a list that
// is valid JSON: values, or names with theirs.
func items(raw []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for i := 1; ; {
			i += space(raw[i:])
			if raw[i] == '}' || raw[i] == ']' {
				return
			}
			begin, end := i, i
			for raw[i] != ',' && raw[i] != '}' && raw[i] != ']' {
				i += max(1, value(raw[i:])) // the colon is no value
				end = i
				i += space(raw[i:])
			}
			if !yield(raw[begin:end]) || raw[i] != ',' {
				return
			}
			i++
		}
	}
}

// value is how long the JSON value is that raw, valid JSON, begins with.
func value(raw []byte) int {
	depth := 0
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '"':
			for i++; raw[i] != '"'; i++ {
				if raw[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			depth++
			continue
		case '}', ']':
			depth--
		default:
			if depth > 0 {
				continue
			}
			for i+1 < len(raw) && literal(raw[i]) && literal(raw[i+1]) {
				i++
			}
		}
		if depth <= 0 {
			return i + 1
		}
	}
	return len(raw)
}

// literal reports whether b is part of a number, or of true, false or null.
func literal(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || b == 'E' || b == '-' || b == '+' || b == '.'
}

// space is how much white space raw begins with.
//
//go:noinline
func space(raw []byte) int {
	for i, b := range raw {
		if b != ' ' && b != '\n' && b != '\t' && b != '\r' {
			return i
		}
	}
	return len(raw)
}

// unquoted returns the text of a JSON string; ok is false for anything else.
func unquoted(raw []byte) (s string, ok bool) {
	if len(raw) < 2 || raw[0] != '"' {
		return "", false
	}
	plain := raw[1 : len(raw)-1]
	for _, b := range plain {
		if b < ' ' || b > '~' || b == '\\' {
			ok := json.Unmarshal(raw, &s) == nil
			return s, ok
		}
	}
	return string(plain), true
}
