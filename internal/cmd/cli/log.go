package cli

import (
	"log/slog"
	"os"
	"path/filepath"

	"ortop/internal/config"
	"ortop/internal/routine"
)

// FileLog writes to the log file, at most five of a megabyte.
func FileLog() *slog.Logger {
	path, err := config.StatePath()
	if err != nil {
		return slog.New(slog.DiscardHandler)
	}
	_ = os.MkdirAll(filepath.Dir(path), 0o700) // if it cannot be made, there is no log
	return slog.New(slog.NewTextHandler(logFile(path), nil))
}

// ErrLog writes to standard error with -v.
//
//go:noinline
func (a *App) ErrLog() *slog.Logger {
	if !a.Flags.Verbose {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(a.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// LogPanic keeps the stack, for which a screen has no room.
func LogPanic(p *routine.PanicError) {
	FileLog().Error("panic", "value", p.Value, "stack", p.Stack)
}

// panicHint says where the stack is.
func panicHint() string {
	path, err := config.StatePath()
	if err != nil {
		return ""
	}
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return "this is a fault of ortop; the stack is in " + path
}
