package client

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

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

// usd reads a sum of money.
func (f *fields) usd(name string) *float64 {
	raw, ok := f.get(name)
	if !ok {
		return nil
	}
	if !isNumber(raw) {
		f.fail("%s%s is not a number", f.path, name)
		return nil
	}
	v, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || math.Abs(v) > maxUSD {
		f.fail("%s%s is not plausible: beyond a billion dollars", f.path, name)
		return nil
	}
	v += 0 // -0 becomes 0
	return &v
}

// aside reads an amount that no other depends on: one that cannot be read is
// unknown by itself.
func (f *fields) aside(name string, read func(*fields, string) *float64) *float64 {
	sub := *f
	sub.err = new(error)
	v := read(&sub, name)
	if *sub.err != nil {
		f.odd.add(*sub.err)
	}
	return v
}

// isNumber reports whether raw is a JSON number.
func isNumber(raw []byte) bool {
	digit := func(b byte) bool { return '0' <= b && b <= '9' }
	return json.Valid(raw) && (raw[0] == '-' || digit(raw[0])) && digit(raw[len(raw)-1])
}

// total reads a sum that is never below 0.
func (f *fields) total(name string) *float64 {
	v := f.usd(name)
	if v != nil && *v < 0 {
		f.fail("%s%s is negative", f.path, name)
		return nil
	}
	return v
}

// required reads a total that has to be there.
func (f *fields) required(name string) float64 {
	v := f.total(name)
	if v == nil {
		f.fail("%s%s is missing", f.path, name)
		return 0
	}
	return *v
}

// tally reads a count of things that there are, never below 0.
func (f *fields) tally(name string) *int64 {
	n := f.count(name)
	if n != nil && *n < 0 {
		f.skip("%s%s is negative", f.path, name)
		return nil
	}
	return n
}

// count reads a whole number.
func (f *fields) count(name string) *int64 {
	raw, ok := f.get(name)
	if !ok {
		return nil
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		f.skip("%s%s is not a whole number", f.path, name)
		return nil
	}
	return &n
}

// flag reads a boolean.
func (f *fields) flag(name string) *bool {
	raw, ok := f.get(name)
	if !ok {
		return nil
	}
	v := string(raw) == "true"
	if !v && string(raw) != "false" {
		f.skip("%s%s is not true or false", f.path, name)
		return nil
	}
	return &v
}

// text reads a string, cleaned and without keys.
func (f *fields) text(name string) string {
	raw, ok := f.get(name)
	if !ok {
		return ""
	}
	s, ok := unquoted(raw)
	if !ok {
		f.skip("%s%s is not a string", f.path, name)
		return ""
	}
	return text.Safe(s, maxMessageBytes, f.key.Reveal())
}

// id reads a string that has to be there, and that identifies a thing, so that
// it cannot be cleaned or cut.
func (f *fields) id(name string) string {
	raw, ok := f.get(name)
	if !ok {
		f.fail("%s%s is missing", f.path, name)
		return ""
	}
	s, ok := unquoted(raw)
	if !ok || s == "" || text.Safe(s, maxMessageBytes, f.key.Reveal()) != s {
		f.fail("%s%s is not an identifier", f.path, name)
		return ""
	}
	return s
}

// time reads a time; nil for anything else.
func (f *fields) time(name string) *time.Time {
	raw, ok := f.get(name)
	if !ok {
		return nil
	}
	t, ok := parseTime(raw)
	if !ok {
		f.skip("%s%s is not a time", f.path, name)
		return nil
	}
	return &t
}

// unixMilli reads a Unix time in milliseconds; nil for anything else.
func (f *fields) unixMilli(name string) *time.Time {
	raw, _ := f.get(name)
	ms, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || ms < 1e11 || ms >= 1e14 { // 1973 to 5138: not in seconds
		return nil
	}
	t := time.UnixMilli(int64(ms)).UTC()
	return &t
}

// looseText reads a string that nobody promised; "" if it is something else.
func (f *fields) looseText(name string) string {
	raw, _ := f.get(name)
	s, _ := unquoted(raw)
	return text.Safe(s, maxMessageBytes, f.key.Reveal())
}

// looseTexts reads a list of strings that nobody promised, the first 20 of it.
func (f *fields) looseTexts(name string) []string {
	raw, _ := f.get(name)
	var list []string
	if json.Unmarshal(raw, &list) != nil {
		return nil
	}
	list = list[:min(len(list), 20)]
	for i := range list {
		list[i] = text.Safe(list[i], maxMessageBytes, f.key.Reveal())
	}
	return list
}
