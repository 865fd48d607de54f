package status

import (
	"bytes"
	"math"
	"strings"
	"testing"
)

func TestParseSession(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]float64{ // below 0: none
		`{"session_id":"a","cost":{"total_cost_usd":0.42,"total_duration_ms":1},"model":{"id":"m"}}`: 0.42,
		`{"type":"result","total_cost_usd":1.5}`:                                                     1.5,
		`{"id":"ses_1","cost":0.25}`:                                                                 0.25,
		`{"cost":{"total_cost_usd":0}} and more that is never closed`:                                0,
		`{"total_cost_usd":"much","cost":{"total_cost_usd":2}}`:                                      2,
		`{"cost":{"total_cost_usd":"much"}}`:                                                         -1,
		`{"cost":{"total_cost_usd":-3}}`:                                                             -1,
		`{"cost":{"total_cost_usd":1e300}}`:                                                          -1,
		`{"cost":{"total_cost_usd":0.42`:                                                             -1,
		`{"cost":null}`:                                                                              -1,
		`{"cost":[1]}`:                                                                               -1,
		`[1,2]`:                                                                                      -1,
		`"text"`:                                                                                     -1,
		"":                                                                                           -1,
		"\x00\xff\x1b[2J":                                                                            -1,
		strings.Repeat("[", 1<<21):                                                                   -1,
		`{"x":"` + strings.Repeat("x", 2*sessionLimit) + `","cost":1}`: -1,
	} {
		got := parseSession(strings.NewReader(in))
		if (got == nil) != (want < 0) || got != nil && *got != want {
			t.Errorf("parseSession(%.60q) = %v, want %v", in, got, want)
		}
	}
}

// FuzzSession: whatever a coding agent writes, the sum is one that can be shown.
func FuzzSession(f *testing.F) {
	for _, s := range []string{
		`{"session_id":"a","cost":{"total_cost_usd":0.42},"model":{"id":"m"}}`, `{"total_cost_usd":1.5}`, `{"cost":0.25}`, `{"cost":null}`, "[", "",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, said []byte) {
		if usd := parseSession(bytes.NewReader(said)); usd != nil && !(*usd >= 0 && *usd <= math.MaxInt32) {
			t.Errorf("parseSession(%q) = %v", said, *usd)
		}
	})
}
