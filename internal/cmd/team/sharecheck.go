package team

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/share"
	"ortop/internal/text"
)

func shareVerify(_ context.Context, a *cli.App, _ *session.Settings, e *share.Engine) error {
	p := a.Progress()
	v, err := e.Verify(func(step, of int) { p.Doing("checking the shared history: step %d of %d", step, of) })
	p.End()
	if err != nil {
		return err
	}
	if len(v.Wrong) > 0 {
		return errors.New("the shared history has " + text.List(v.Wrong))
	}
	pages := "PostgreSQL compared the checksums of its pages"
	if !v.Checksums {
		pages = "PostgreSQL has no checksums of its pages (initdb --data-checksums, or pg_checksums)"
	}
	return a.Answer(fmt.Sprintf("%s, %s series and %s were read, and belong together; %s", text.Many(v.Accounts, "account"), text.Count(v.Series), text.Many(v.Samples, "sample"), pages))
}

// Check reports on the engine.
func Check(ctx context.Context, a *cli.App, c *cli.Checkup, s *session.Settings) {
	if !session.Shares(a, s) {
		return
	}
	e, err := session.Engine(ctx, a, s)
	if err != nil {
		c.Wrong("share", cli.OneLine(err.Error()), session.DSNHint)
		return
	}
	defer func() { _ = e.Close() }() // nothing is written
	version, took, err := e.Version()
	if err != nil {
		c.Wrong("share", e.Where()+": "+err.Error(), "ortop share status says more")
		return
	}
	c.OK("share", "%s answers in %d ms, version %d", e.Where(), took.Milliseconds(), version)
	if e.Unverified() {
		c.Note("share", "nobody checks whose server it is", "use sslmode=verify-full")
	}
	if d := e.Offset(); d.Abs() > 5*time.Minute {
		c.Wrong("clock", offsetWords(d), "set this machine's clock")
	}
	n, since := waiting(ctx, a, s)
	if late := session.Late(a, n, since); late != "" {
		c.Wrong("share", late, "ortop collect sends them")
	}
}
