package cli

import (
	"errors"
	"strings"
	"testing"
)

// A loss is reported after what the command itself failed with, and is the exit
// code.
func TestLossIsReportedWithTheCommandsError(t *testing.T) {
	disk := errors.New("disk full")
	for _, c := range []struct {
		name string
		err  error // of the command
		want string
	}{
		{"nothing else", nil, "ortop: error: closing the history: disk full\n"},
		{"a check that said no", &ExitError{Code: ExitShort}, "ortop: error: closing the history: disk full\n"},
		{"a fault", &ExitError{ExitUnknown, errors.New("no connection"), "wait"},
			"ortop: error: no connection\nortop: hint: wait\nortop: error: closing the history: disk full\n"},
	} {
		err := c.err
		Closing(&err, func() error { return disk })
		var b strings.Builder
		code := Report(&b, err)
		if code != ExitFailed || b.String() != c.want {
			t.Errorf("%s: exit code %d, %q, want 1, %q", c.name, code, b.String(), c.want)
		}
		if !errors.Is(err, disk) {
			t.Errorf("%s: %v does not match %v", c.name, err, disk)
		}
	}
	err := errors.New("before")
	if Closing(&err, func() error { return nil }); err.Error() != "before" {
		t.Errorf("closing without a loss = %v, want the error of before", err)
	}
}
