package main

import (
	"slices"
	"strings"
	"testing"
)

func TestOnlySomeTargets(t *testing.T) {
	all, err := chosen("")
	if err != nil || !slices.Equal(all, targets) {
		t.Errorf("without a name: %v, %v; all are to be made", all, err)
	}
	some, err := chosen("windows_arm64,linux_amd64")
	if err != nil || !slices.Equal(some, []target{{"windows", "arm64"}, {"linux", "amd64"}}) {
		t.Errorf("two names: %v, %v", some, err)
	}
	for _, wrong := range []string{"linux", "linux_amd64,", "linux/amd64"} {
		if some, err := chosen(wrong); err == nil || !strings.Contains(err.Error(), "linux_arm64") {
			t.Errorf("-only %s: %v, %v; the error is to name what can be made", wrong, some, err)
		}
	}
}
