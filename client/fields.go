package client

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"ortop/internal/text"
)

const (
	maxUSD    = 1e9     // what no account of this API can hold
	maxMetric = 1 << 53 // up to which a float64 counts one by one
)

// fields is a JSON object that is read strictly: field names match exactly,
// and none comes twice, where encoding/json would take any case and the last
// one. Its readers return nil (text: "") for a field that is missing or null.
// The first thing that makes the object useless goes into err, and an optional
// field of another form into odd: it counts as missing.
type fields struct {
	path    string // of the object, with a dot at its end; "" at the top
	members []member
	key     Secret // redacted from every text
	err     *error
	odd     *odd
}

// parseFields reads a whole body, which must be one JSON object.
func parseFields(body []byte, key Secret) (*fields, error) {
	switch {
	case len(bytes.TrimSpace(body)) == 0:
		return nil, errors.New("empty")
	case bytes.HasPrefix(body, []byte("\xef\xbb\xbf")):
		return nil, errors.New("begins with a byte order mark")
	case !json.Valid(body):
		return nil, errNotJSON
	}
	f := &fields{key: key, err: new(error), odd: &odd{}}
	f.split("the answer", body)
	return f, *f.err
}

var errNotJSON = errors.New("not JSON")

// split takes in the fields of an object, which is valid JSON.
func (f *fields) split(what string, raw []byte) {
	members, err := appendMembers(f.members[:0], raw)
	f.members = members
	var twice twiceError
	if errors.As(err, &twice) {
		f.fail("%s has %q twice", what, text.Safe(string(twice), 40, f.key.Reveal()))
	} else if err != nil {
		f.fail("%s is not an object", what)
	}
}

func (f *fields) fail(format string, a ...any) {
	if *f.err == nil {
		*f.err = fmt.Errorf(format, a...)
	}
}

// get returns a field's raw value; ok is false if it is missing or null.
//
//go:noinline
func (f *fields) get(name string) (raw []byte, ok bool) {
	for i := range f.members {
		if m := &f.members[i]; m.name == name {
			return m.raw, string(m.raw) != "null"
		}
	}
	return nil, false
}

// object reads a required object.
func (f *fields) object(name string) *fields {
	sub := &fields{path: f.path + name + ".", key: f.key, err: f.err, odd: f.odd}
	if raw, ok := f.get(name); ok {
		sub.split(f.path+name, raw)
	} else {
		f.fail("%s%s is missing", f.path, name)
	}
	return sub
}

// extra reads an object that nobody promised, and ignores it if anything in it
// is not as expected.
func extra[T any](f *fields, name string, read func(*fields) T) *T {
	var v T
	if !f.extra(name, func(sub *fields) { v = read(sub) }) {
		return nil
	}
	return &v
}

func (f *fields) extra(name string, read func(*fields)) (ok bool) {
	raw, ok := f.get(name)
	if !ok {
		return false
	}
	sub := &fields{path: f.path + name + ".", key: f.key, err: new(error), odd: f.odd}
	if sub.split(f.path+name, raw); *sub.err == nil {
		read(sub)
	}
	if *sub.err != nil {
		f.odd.add(*sub.err)
		return false
	}
	return true
}

// listOf reads a required list of objects, less those that cannot be used, and
// returns how many those are: a list of which none can be used is no list. What
// read is given must not be retained.
func listOf[T any](f *fields, name string, read func(*fields) T) (list []T, unread int) {
	unread = f.rows(name, func(row *fields) {
		if v := read(row); *row.err == nil {
			list = append(list, v)
		}
	})
	return list, unread
}

// rows gives read each of the rows of a list, whose error it sets where the row cannot
// be used, and returns how many those are.
func (f *fields) rows(name string, read func(*fields)) (unread int) {
	raw, ok := f.get(name)
	if !ok {
		f.fail("%s%s is missing", f.path, name)
		return 0
	}
	if raw[0] != '[' {
		f.fail("%s%s is not a list", f.path, name)
		return 0
	}
	sub := &fields{key: f.key, odd: f.odd}
	var first error
	all := 0
	for row := range items(raw) {
		what := f.path + name + "[" + strconv.Itoa(all) + "]"
		all++
		sub.path, sub.err = what+".", new(error)
		if sub.split(what, row); *sub.err == nil {
			read(sub)
		}
		if *sub.err != nil {
			first = cmp.Or(first, *sub.err)
			unread++
		}
	}
	switch {
	case unread > 0 && unread == all:
		f.fail("%w", first)
	case unread > 0:
		f.odd.rows(unread, all, first)
	}
	return unread
}
