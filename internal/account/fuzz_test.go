package account

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"

	"ortop/internal/alert"
	"ortop/internal/credit"
)

// unclean is the first string of v that would do something to a terminal, and where.
func unclean(v reflect.Value, at string) string {
	switch v.Kind() {
	case reflect.String:
		if strings.ContainsFunc(v.String(), unicode.IsControl) {
			return at + " is " + v.String()
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			return unclean(v.Elem(), at)
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return ""
		}
		for i := range v.Len() {
			if s := unclean(v.Index(i), at); s != "" {
				return s
			}
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			if s := unclean(k, at) + unclean(v.MapIndex(k), at); s != "" {
				return s
			}
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return ""
		}
		for i := range v.NumField() {
			if s := unclean(v.Field(i), at+"."+v.Type().Field(i).Name); s != "" {
				return s
			}
		}
	}
	return ""
}

// FuzzState reads what may have been stored, by whomever: what comes of it is stored
// and read again as it is, is taken for the state before a step, and says nothing to a
// terminal.
func FuzzState(f *testing.F) {
	now := time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)
	usd := 5.0
	s := State{Undelivered: "x"}
	s.Facts.Key = &credit.Key{Label: "sk-or-v1-abc…123", Kind: credit.KeyManagement, Cap: credit.Cap{LimitUSD: &usd, Reset: "monthly"}}
	s.Facts.Fingerprint = "0badcafe"
	s.notify([]alert.Event{{Level: alert.Urgent, Text: "low"}})
	seed, err := s.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Add(bytes.ReplaceAll(seed, []byte("abc"), []byte(`\u001b[2J`)))
	f.Add([]byte(`{"Kind":"management","Label":"x"}`))
	f.Add([]byte("null"))
	rules := Rules{Alerts: []alert.Rule{{Kind: alert.Balance, BelowUSD: 10}}}
	f.Fuzz(func(t *testing.T, stored []byte) {
		_ = DecodeMutes(stored)
		old := map[string][]byte{}
		for _, name := range []string{"key", "forecast", "alerts", "told", "anchor", "undelivered"} {
			old[name] = stored
		}
		for _, s := range []State{DecodeState(stored), DecodeOldState(old)} {
			once, err := s.Encode()
			if err != nil {
				t.Fatalf("%q cannot be stored again: %v", stored, err)
			}
			if twice, err := DecodeState(once).Encode(); err != nil || !bytes.Equal(once, twice) {
				t.Fatalf("%q is %s, and then %s, %v", stored, once, twice, err)
			}
			r := Step(&s, &Input{}, &Book{}, rules, now)
			if said := unclean(reflect.ValueOf(r.Snapshot), "Snapshot"); said != "" {
				t.Fatalf("%q: %q", stored, said)
			}
		}
	})
}
