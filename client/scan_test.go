package client

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// FuzzMembers compares what an object is split into with encoding/json.
func FuzzMembers(f *testing.F) {
	for _, s := range []string{
		`{}`, ` { } `, `{"a":1}`, "{ \"a\" :\t1 , \"b\"\n:\r[ 1, {\"c\":\"]}\\\"\"} ] }", `{"a\u0062":"\\","":-1.5e+3,"\"":[[],{}]}`,
		`{"a":"x,}","a":2}`, `[1]`, `"a"`, `{"":"","":[]}`, `{"é":true,"b":null,"c":false}`, `{"a\"b":{"d":[",",":"]},"e":""}`, "{\"\xff\":1}",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !json.Valid([]byte(s)) {
			return
		}
		var want map[string]json.RawMessage
		isObject := json.Unmarshal([]byte(s), &want) == nil && want != nil
		// A list that was used before holds names that are not to be believed.
		for _, before := range [][]member{nil, {{name: "a"}, {name: "a"}, {name: "b"}}} {
			got, err := appendMembers(before[:0], []byte(s))
			if (err != errNoObject) != isObject {
				t.Fatalf("%q: %v, though it is an object: %v", s, err, isObject)
			}
			if err != nil {
				continue
			}
			if len(got) != len(want) {
				t.Fatalf("%q: %d members, want %d", s, len(got), len(want))
			}
			for _, m := range got {
				if raw, ok := want[m.name]; !ok || !bytes.Equal(raw, m.raw) {
					t.Fatalf("%q: %q is %q, want %q, %v", s, m.name, m.raw, raw, ok)
				}
			}
		}
	})
}

func TestMembersThatComeTwice(t *testing.T) {
	for _, n := range []int{2, manyMembers - 1, manyMembers, manyMembers + 1, 3 * manyMembers} {
		var names []string
		for i := range n - 1 {
			names = append(names, fmt.Sprintf(`"n%d":%d`, i, i))
		}
		for _, last := range []int{0, (n - 2) / 2, n - 2} {
			body := "{" + strings.Join(names, ",") + fmt.Sprintf(`,"n%d":0}`, last)
			if _, err := appendMembers(nil, []byte(body)); err != twiceError(fmt.Sprintf("n%d", last)) {
				t.Errorf("of %d members, the last as the one at %d: %v", n, last, err)
			}
		}
		if got, err := appendMembers(nil, []byte("{"+strings.Join(names, ",")+"}")); err != nil || len(got) != n-1 {
			t.Errorf("of %d members: %d, %v", n-1, len(got), err)
		}
	}
}
