package client

import (
	"encoding/json"
	"math"
	"strconv"

	"ortop/internal/text"
)

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

// The Unix times that are taken as seconds, and from where on as milliseconds:
// 2001 to 5138.
const (
	firstUnix      = 1e9
	firstUnixMilli = 1e11
	endUnixMilli   = 1e14
)
