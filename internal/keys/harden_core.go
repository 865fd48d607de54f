//go:build linux || darwin

package keys

import (
	"fmt"

	"golang.org/x/sys/unix"
)

func noCore() error {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &limit); err != nil {
		return fmt.Errorf("reading the core dump limit: %w", err)
	}
	// The upper limit stays, for the commands that the user runs through us.
	limit.Cur = 0
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &limit); err != nil {
		return fmt.Errorf("forbidding core dumps: %w", err)
	}
	return nil
}
