// Package routine starts the program's goroutines. A panic of any of them ends
// the program in an orderly way, whatever else runs: the terminal is given back
// and what was read is stored.
package routine

import (
	"fmt"
	"runtime/debug"
	"sync/atomic"

	"ortop/internal/text"
)

// PanicError is a panic, with the stack of the place where it began. Neither
// gives a key away.
type PanicError struct {
	Value string
	Stack string
}

func (e *PanicError) Error() string { return "panic: " + e.Value }

// Recovered is the error for what recover returned; nil if there was no panic.
// The deferred function calls it, so that the stack still shows the place.
func Recovered(v any) *PanicError {
	if p, ok := v.(*PanicError); ok || v == nil {
		return p
	}
	return &PanicError{Value: text.Redact(fmt.Sprint(v)), Stack: text.Redact(string(debug.Stack()))}
}

// handler ends the program.
var handler atomic.Pointer[func(*PanicError)]

// OnPanic makes f, which must not wait, take the panics of all goroutines. Where
// nobody takes them, a panic ends the process as it does in any Go program.
func OnPanic(f func(*PanicError)) { handler.Store(&f) }

// Go runs f in a goroutine.
func Go(f func()) { go Guard(f)() }

// Guard returns f, for whatever starts a goroutine of its own.
//
//go:noinline
func Guard(f func()) func() {
	return func() {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			end := handler.Load()
			if end == nil {
				panic(v)
			}
			(*end)(Recovered(v))
		}()
		f()
	}
}
