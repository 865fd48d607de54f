package monitor

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/sim"
)

// oddAnswers are the answers of a file beside the client.
func oddAnswers(t *testing.T, name string) (bodies []string) {
	t.Helper()
	b, err := os.ReadFile("../../client/testdata/odd/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var list []json.RawMessage
	if err := json.Unmarshal(b, &list); err != nil {
		t.Fatal(err)
	}
	for _, body := range list {
		bodies = append(bodies, string(body))
	}
	return bodies
}

// An optional field of a form that is not known costs itself: the cap, the kind
// and what can be spent stay known.
func TestAnOddFieldCostsItself(t *testing.T) {
	t.Parallel()
	for i, body := range oddAnswers(t, "key-odd-optional.json") {
		bubble(t, func(t *testing.T) {
			b := newBench(t, sim.Config{Profile: "steady"})
			b.account.Fail(answered("/key", body))
			s := after(t, b.run(), 5*time.Second)
			if s.Key == nil || s.KeyKind() == credit.KeyUnknown || s.SpendableUSD == nil || s.Fault != nil {
				t.Errorf("answer %d: key %+v, spendable %v, fault %v, want all of them known", i, s.Key, s.SpendableUSD, s.Fault)
			}
		})
	}
}

// A key's expiry is read in each form that was seen, or it is noted that it
// cannot be.
func TestAnExpiryIsReadOrNoted(t *testing.T) {
	t.Parallel()
	for i, body := range oddAnswers(t, "key-expiry-forms.json") {
		bubble(t, func(t *testing.T) {
			b := newBench(t, sim.Config{Profile: "steady"})
			b.account.Fail(answered("/key", body))
			s := after(t, b.run(), 5*time.Second)
			noted := strings.Contains(strings.Join(s.Notes, "\n"), "expires at a time that cannot be read")
			if s.Key == nil || s.Key.ExpiresAt.IsZero() == !noted {
				t.Errorf("answer %d: expiry %+v, notes %q, want it read, or noted", i, s.Key, s.Notes)
			}
		})
	}
}
