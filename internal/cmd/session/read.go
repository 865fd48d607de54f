package session

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"runtime"
	"runtime/debug"
	"sync"

	"ortop/internal/account"
	"ortop/internal/cmd/cli"
	"ortop/internal/credit"
	"ortop/internal/keys"
	"ortop/internal/monitor"
	"ortop/internal/render"
)

// Briefly is for what prints a snapshot alone, or with the plan that was made with it.
func Briefly(f monitor.Freshness) monitor.Freshness {
	f.Brief = true
	return f
}

// Once takes one snapshot, lets answer print it, and returns what was wrong with
// it.
func Once(ctx context.Context, a *cli.App, fresh monitor.Freshness, answer func(account.Snapshot, *monitor.Monitor) error) error {
	return Read(ctx, a, fresh, answer, Verdict)
}

// collectLate puts the first collection off to where 16 MB are in use, unless the
// environment says when to collect: most answers are given before, and those that go on
// are collected as ever from then on.
var collectLate = sync.OnceFunc(putOff)

func putOff() {
	if os.Getenv("GOGC") != "" {
		return
	}
	was := debug.SetGCPercent(400)
	// It has a pointer, for tiny objects without one are not finalized each.
	runtime.SetFinalizer(new(*byte), func(**byte) { debug.SetGCPercent(was) })
}

// Read takes one snapshot and lets answer print it. If there is a key, judge
// returns what was wrong.
func Read(ctx context.Context, a *cli.App, fresh monitor.Freshness, answer func(account.Snapshot, *monitor.Monitor) error, judge func(account.Snapshot) error) (err error) {
	s, stop, err := DemoOrSettings(ctx, a)
	if err != nil {
		return err
	}
	defer stop()
	s.filling = func() func() {
		p := a.Progress()
		p.Doing("reading what was spent before now")
		return p.End
	}
	collectLate()
	ses := Watch(a, s, a.ErrLog(), nil)
	defer cli.Closing(&err, ses.Close)
	snap, err := ses.Mon.Once(ctx, fresh)
	if a.OnRead != nil {
		a.OnRead(cli.Reading{At: snap.At, Source: snap.Source})
	}
	if snap.StorageNote != "" && snap.StorageNote != snap.Damage {
		a.Hint("%s", snap.StorageNote)
	}
	var connect *monitor.ConnectError
	switch {
	case errors.Is(err, keys.ErrNone):
		return &cli.ExitError{Code: cli.ExitUsage, Err: err, Hint: NoKeyHint}
	case !errors.As(err, &connect) && ctx.Err() != nil:
		return stopped(ctx, &snap, ses.Mon, answer)
	case err != nil:
		snap.Fault = s.faultOf(err)
	}
	if err := answer(snap, ses.Mon); err != nil {
		return err
	}
	if connect != nil && errors.Is(err, fs.ErrNotExist) { // no key there
		return &cli.ExitError{Code: cli.ExitUsage, Err: err}
	}
	if connect != nil {
		return &cli.ExitError{Code: cli.ExitUnknown, Err: err}
	}
	err = judge(snap)
	var damaged *cli.DamageError
	if damage := cmp.Or(ses.Mon.Damage(), snap.Damage); damage != "" && !errors.As(err, &damaged) {
		a.Hint("%s", damage)
	}
	return err
}

// stopped lets answer print what is stored, if it is a time limit of who called that is
// over (timeout sends a SIGTERM). A person who interrupts has no use for it.
func stopped(ctx context.Context, snap *account.Snapshot, mon *monitor.Monitor, answer func(account.Snapshot, *monitor.Monitor) error) error {
	cause := context.Cause(ctx)
	var stop *cli.ExitError
	if errors.As(cause, &stop) && stop.Code == cli.ExitTerminate {
		if err := answer(*snap, mon); err != nil {
			return err
		}
	}
	return cause
}

// Verdict is nil where the account was read: its balance, or an ordinary key's
// own numbers where the balance cannot be known.
func Verdict(s account.Snapshot) error {
	if s.Fault == nil {
		return nil
	}
	f := *s.Fault
	if s.Phase == account.Held { // until when counts more than why
		f.Kind = credit.FaultRateLimited
	}
	return &cli.ExitError{Code: cli.ExitUnknown, Err: errors.New(f.Message), Hint: render.FaultHint(f, s.Due)}
}
