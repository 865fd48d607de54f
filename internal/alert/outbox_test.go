package alert

import (
	"encoding/json"
	"testing"
)

// stored is what an Outbox goes through between two runs of the program.
func stored(t *testing.T, o Outbox) Outbox {
	t.Helper()
	data, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	var back Outbox
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	return back
}
