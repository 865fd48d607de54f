//go:build unix

// Package e2e tests the built program from outside: its commands, processes,
// terminals and documents.
package e2e

import (
	"testing"

	"ortop/tools/e2e/internal/program"
)

// ortop is the path of the program.
var ortop string

func TestMain(m *testing.M) { program.Main(m, "../..", "ortop", &ortop) }
