package routine

import (
	"strings"
	"testing"
)

func TestPanicIsTaken(t *testing.T) {
	taken := make(chan *PanicError, 1)
	OnPanic(func(p *PanicError) { taken <- p })
	defer handler.Store(nil)
	Go(func() { panic("key sk-or-v1-" + strings.Repeat("ab", 32)) })
	p := <-taken
	if p.Error() != "panic: key [redacted]" {
		t.Errorf("error = %q, want the panic without the key", p)
	}
	if !strings.Contains(p.Stack, "TestPanicIsTaken") {
		t.Errorf("the stack does not show the place:\n%s", p.Stack)
	}
	Guard(func() {})()
	select {
	case p := <-taken:
		t.Errorf("a function that ends well panics: %v", p)
	default:
	}
}

func TestPanicThatNobodyTakes(t *testing.T) {
	defer func() {
		if v := recover(); v != "boom" {
			t.Errorf("recovered %v, want the panic itself", v)
		}
	}()
	Guard(func() { panic("boom") })()
}
