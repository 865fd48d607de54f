//go:build unix

// Package tty_test runs a model on real terminals.
package tty_test

import (
	"testing"

	"ortop/tools/e2e/internal/program"
)

// child is the path of the program that shows the model.
var child string

func TestMain(m *testing.M) { program.Main(m, "../internal/ttychild", "ttychild", &child) }
