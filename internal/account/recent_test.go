package account

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"ortop/internal/credit"
)

// The snapshot that the state alone makes is that of the whole past.
func TestABriefViewIsTheWholeOne(t *testing.T) {
	st, b := known()
	b.Account.Segments = append(b.Account.Segments, credit.Segment{At: t0.Add(-3 * time.Hour), Reason: UsageFell})
	r, b2 := poll(st, b, credit.Balance{CreditsUSD: 100, UsageUSD: 36.02}, t0.Add(time.Minute))
	stored, err := r.State.Encode()
	if err != nil {
		t.Fatal(err)
	}
	again := DecodeState(stored)
	if !again.Brief(b2.Poll.Success) || again.Brief(b2.Poll.Success.Add(time.Second)) || again.Brief(time.Time{}) {
		t.Fatal("the state is brief for its own reading alone")
	}
	brief := &Book{Poll: b2.Poll, Brief: true}
	brief.Poll.Totals = &credit.Balance{CreditsUSD: 100, UsageUSD: 36.02}
	now := t0.Add(2 * time.Minute)
	encode := func(s Snapshot) string {
		out, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	whole, short := View(&r.State, b2, testRules, now, false), View(&again, brief, testRules, now, false)
	if encode(whole) != encode(short) || len(whole.Notes) == 0 {
		t.Errorf("a brief view is\n%s\nwant\n%s", encode(short), encode(whole))
	}
	if reflect.DeepEqual(whole.Spend, Spend{}) {
		t.Error("nothing was spent in any window")
	}
}
