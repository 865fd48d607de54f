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
	limit.Cur, limit.Max = 0, 0
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &limit); err != nil {
		return fmt.Errorf("forbidding core dumps: %w", err)
	}
	return nil
}
