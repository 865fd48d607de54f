package spenders

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"

	"ortop/internal/credit"
)

// FuzzKeyList shows a list of keys that may have been stored by whomever: it becomes
// rows, and is stored and read again as it is.
func FuzzKeyList(f *testing.F) {
	limit := 5.0
	list := KeyList{
		Keys:       []Key{{Hash: "a", Name: "laptop", Workspace: "w", Cap: credit.Cap{LimitUSD: &limit, Reset: "weekly"}, LastUsed: noon}, {Hash: "b", Label: "sk…1"}},
		Workspaces: []Workspace{{ID: "w", Name: "Default", Budgets: []Budget{{LimitUSD: 5, Reset: "monthly"}}, Guardrail: "g"}},
		Guardrails: Guardrails{Known: true, Budgets: []GuardrailBudget{{ID: "g", LimitUSD: 20, Reset: "weekly", Keys: []string{"a"}, Workspace: "w"}, {ID: "h", Keys: []string{"b", "a", "a"}}}},
	}
	seed, err := json.Marshal(list)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Add([]byte(strings.ReplaceAll(string(seed), "laptop", `\u001b]0;x\u0007`)))
	f.Add([]byte("null"))
	f.Fuzz(func(t *testing.T, stored []byte) {
		l, err := decodeKeys(stored)
		if err != nil {
			return
		}
		l.At = noon
		_ = l.byNames()
		guardrails := l.Guardrails.ofKeys()
		for i := range l.Keys {
			k := &l.Keys[i]
			r := k.row(&l, &credit.Balance{}, noon.Add(time.Hour))
			of := l.Guardrails.ofKey(k)
			if shared := guardrails(k); !reflect.DeepEqual(shared, of) {
				t.Errorf("key %q is held by %+v, want %+v", k.Hash, shared, of)
			}
			r.hold(of)
			for _, s := range []string{r.Name, r.Label, r.Workspace, r.ExternalUser, string(r.Cap.Reset)} {
				if strings.ContainsFunc(s, unicode.IsControl) {
					t.Errorf("a row has %q", s)
				}
			}
			for _, g := range r.Guardrails {
				if s := g.Text() + g.Name; strings.ContainsFunc(s, unicode.IsControl) {
					t.Errorf("a budget is %q", s)
				}
			}
		}
		once, err := json.Marshal(l)
		if err != nil {
			t.Fatalf("%q cannot be stored again: %v", stored, err)
		}
		again, err := decodeKeys(once)
		if twice, _ := json.Marshal(again); err != nil || string(twice) != string(once) {
			t.Errorf("%q is %s, and then %s, %v", stored, once, twice, err)
		}
	})
}

// FuzzBoard reads posts, and what failed elsewhere, as anybody may have stored them.
func FuzzBoard(f *testing.F) {
	q := question{"use by model", noon.Add(-time.Hour), noon}
	f.Add(q.post(isAnswer, noon).String(), []byte(`{"kind":"rate limited","text":"x","named":{"Status":429,"RetryAfter":1}}`))
	f.Add(boardPrefix+"x", []byte("null"))
	f.Fuzz(func(t *testing.T, name string, stored []byte) {
		if strings.HasPrefix(name, boardPrefix) {
			b := board{now: func() time.Time { return noon }}
			_ = q.about([]string{name}, noon)
			_ = b.old([]string{name}, 1)
		}
		var failed failure
		if json.Unmarshal(stored, &failed) != nil {
			return
		}
		if err := failed.as(noon.UnixMilli(), noon); err == nil || err.Error() == "" && failed.Text != "" {
			t.Errorf("%q is the error %v", stored, err)
		}
	})
}
