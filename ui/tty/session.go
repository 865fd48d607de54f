// Package tty runs a Bubble Tea model on a terminal and gives the terminal
// back as it was found, however the run ends: by the model, a signal, a panic,
// or a terminal that hangs or is gone. It also takes the model through
// suspension by a shell. It knows nothing of what is shown.
package tty

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"ortop/internal/routine"
)

// The reasons for which Run ends, besides the model quitting.
var (
	// ErrInterrupted is ctrl+c or SIGINT.
	ErrInterrupted = errors.New("interrupted")
	// ErrTerminalLost is a terminal that went away or cannot be used.
	ErrTerminalLost = errors.New("the terminal is gone")
)

// SignalError is the signal that ended Run.
type SignalError struct{ Signal os.Signal }

// Error names the signal.
func (e SignalError) Error() string { return e.Signal.String() }

// How long each step of ending may take. Their sum and that of giving the
// terminal back stay below 3 s.
const (
	quitGrace = 800 * time.Millisecond
	killGrace = 400 * time.Millisecond
	sendGrace = 500 * time.Millisecond
)

// framesPerSecond is how often the renderer wakes until the first frame, and
// where it cannot be driven on demand.
const framesPerSecond = 60

// Options are where a model is shown. The zero Options are the process's own
// terminal.
type Options struct {
	// Input and Output are the terminal. If nil, they are os.Stdin and
	// os.Stdout; if os.Stdin is no terminal, the controlling terminal is read.
	Input  io.Reader
	Output io.Writer
	// NoColor leaves out colors.
	NoColor bool
	// Crash delivers a panic or a fatal error of another goroutine: the
	// terminal is restored and Run returns it. It may be nil.
	Crash <-chan error
	// Rested is called each time that nothing was drawn for a moment since a person
	// pressed something, from a goroutine of its own. It may be nil.
	Rested func()
	// Looked is called with whether anybody looks, as often as the terminal tells. It
	// must not wait, and may be nil.
	Looked func(bool)
}

// session is one run of a program on one terminal.
type session struct {
	program *tea.Program
	term    *terminal
	signals chan os.Signal
	fatal   chan error    // the first reason to end that is no signal
	done    chan struct{} // closed when the program has ended
	err     error         // the program's own; set before done is closed
	ending  chan struct{} // closed when the session wants the program to end

	stopping   atomic.Bool   // SIGTSTP asked for a suspension
	suspended  atomic.Bool   // the event loop waits in a suspension
	reclaiming atomic.Bool   // reclaim waits for the foreground
	continued  chan struct{} // a SIGCONT that came while suspended
	away       chan struct{} // has a value where the terminal was let go just now
}

// Run shows model on a terminal until the model quits, and then returns nil.
// Otherwise it returns an error that wraps ErrInterrupted, ErrTerminalLost,
// a *routine.PanicError, a SignalError, what came over Options.Crash, or the cause of ctx.
// On return the terminal is as it was found. Ending takes 3 s at most, also
// when nobody reads the terminal.
func Run(ctx context.Context, model tea.Model, o Options) error {
	// Bubble Tea would log all input there, a pasted key too.
	if err := os.Unsetenv("TEA_TRACE"); err != nil {
		return fmt.Errorf("preparing the environment: %w", err)
	}
	env := os.Environ()
	if o.NoColor {
		env = append(env, "NO_COLOR=1")
	}
	s := &session{
		signals:   make(chan os.Signal, 16),
		fatal:     make(chan error, 1),
		done:      make(chan struct{}),
		ending:    make(chan struct{}),
		continued: make(chan struct{}, 1),
		away:      make(chan struct{}, 1),
	}
	var err error
	if s.term, err = openTerminal(o, s.lost); err != nil {
		return err
	}
	defer s.term.close()
	b, p := &beat{turn: turn{rested: o.Rested}}, &pace{looked: o.Looked}
	s.term.wrote = b.wrote
	s.program = tea.NewProgram(guard{model, s.fail, b, p},
		tea.WithInput(s.term.reader()), tea.WithOutput(s.term.writer()),
		tea.WithEnvironment(env), tea.WithFPS(framesPerSecond),
		tea.WithoutSignalHandler(), tea.WithFilter(s.filter))
	b.program, p.send = s.program, s.program.Send
	defer b.stop()

	s.listen()
	defer s.unlisten()
	routine.Go(s.watch)
	routine.Go(func() {
		defer close(s.done)
		_, s.err = s.program.Run()
	})
	reason := s.wait(ctx, o.Crash)
	s.end()
	s.term.restore()
	return reason
}

// fail makes err the reason to end, unless there is one.
func (s *session) fail(err error) {
	select {
	case s.fatal <- err:
	default:
	}
}

func (s *session) lost(err error) { s.fail(fmt.Errorf("%w: %w", ErrTerminalLost, err)) }

// wait returns why the session is to end.
func (s *session) wait(ctx context.Context, crash <-chan error) error {
	for {
		select {
		case <-s.done:
			select {
			case err := <-s.fatal: // the cause of what the program says
				return err
			default:
				return reasonOf(s.err)
			}
		case err := <-s.fatal:
			return err
		case err, open := <-crash:
			if err != nil {
				return err
			}
			if !open {
				crash = nil
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		case sig := <-s.signals:
			if err := s.take(sig); err != nil {
				return err
			}
		}
	}
}

// reasonOf returns this package's error for the one a program ended with.
func reasonOf(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, tea.ErrInterrupted):
		return ErrInterrupted
	case errors.Is(err, tea.ErrProgramPanic):
		return routine.Recovered(err)
	}
	return fmt.Errorf("%w: %w", ErrTerminalLost, err)
}

// end makes the program end: by asking, by dropping what the terminal does
// not read, by force. A program that does not end even so is left behind.
func (s *session) end() {
	close(s.ending)
	if s.suspended.Load() && s.ended(killGrace) {
		return
	}
	if !s.term.foreground() {
		return // it would be stopped for touching another's terminal
	}
	routine.Go(s.program.Quit)
	if s.ended(quitGrace) {
		return
	}
	s.term.mute()
	s.term.discard()
	if s.ended(killGrace) {
		return
	}
	routine.Go(s.program.Kill)
	s.ended(killGrace)
}

// ended reports whether the program has ended within d.
func (s *session) ended(d time.Duration) bool {
	select {
	case <-s.done:
		return true
	case <-time.After(d):
		return false
	}
}

// send hands msg to the event loop. If that waits for a terminal which is not
// read, what is written there is dropped.
func (s *session) send(msg tea.Msg) {
	sent := make(chan struct{})
	routine.Go(func() {
		defer close(sent)
		s.program.Send(msg)
	})
	select {
	case <-sent:
	case <-time.After(sendGrace):
		s.term.discard()
	}
}
