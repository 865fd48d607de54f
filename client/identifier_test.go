package client

import (
	"errors"
	"strings"
	"testing"
)

func TestCheckID(t *testing.T) {
	for id, ok := range map[string]bool{
		"f01d52606dc8": true, "my-team_1": true, "Z": true, strings.Repeat("a", 128): true,
		strings.Repeat("a", 129): false, "": false, "a/b": false, "..": false, "a b": false, "é": false, "a?b": false, "a%2fb": false,
	} {
		if err := checkID("keys", id); (err == nil) != ok || err != nil && !errors.Is(err, ErrRequest) {
			t.Errorf("checkID(%q) = %v, want ok %v", id, err, ok)
		}
	}
}
