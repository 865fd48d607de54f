package ledger

import "testing"

func TestHeadAgain(t *testing.T) {
	h, err := newHead("date,Usage (USD),model", 0)
	if err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]bool{
		"date,Usage (USD),model":         true,
		"\ufeffdate,Usage (USD),model":   true,
		" Date , usage (usd) ,\"Model\"": true,
		"date,model,Usage (USD)":         false,
		"date,Usage (USD)":               false,
		"2026-11-20,0.5,a":               false,
	} {
		if got := h.again(line); got != want {
			t.Errorf("%q is the head again: %t, want %t", line, got, want)
		}
	}
}
