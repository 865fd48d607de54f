package cmd

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"ortop/internal/account"
	"ortop/internal/text"
)

// spanFlags are the flags of a command that shows a span.
type spanFlags struct{ since, until string }

// add adds them; since is what holds without --since.
func (f *spanFlags) add(c *cobra.Command, since string) {
	c.Flags().StringVar(&f.since, "since", since, "from when on: 36h, 7d, today, week, month, mon or 2026-11-01 (of UTC), 18:00 (local)")
	c.Flags().StringVar(&f.until, "until", "", "up to when, in the same words: --since yesterday --until today is the day of yesterday")
}

// askedSpan is a span that a command is to show.
type askedSpan struct {
	from, to time.Time     // a zero from is the first reading
	back     time.Duration // in place of from, if it is not 0: so long before the newest reading
}

// parse reads the flags. What is still to come ends now.
func (f spanFlags) parse(now time.Time) (span askedSpan, err error) {
	if span.to = now; f.until != "" {
		until, err := text.ParseSince(f.until, now)
		switch {
		case err == nil:
			span.to = until.From(now)
		case !errors.Is(err, text.ErrToCome):
			return span, usageError("", "--until: %w", err)
		}
	}
	if f.since == "" {
		return span, nil
	}
	since, err := text.ParseSince(f.since, now)
	switch {
	case err != nil:
		return span, usageError("", "--since: %w", err)
	case !since.From(now).Before(now):
		return span, usageError("", "--since: %s is a span of nothing", f.since)
	}
	if span.from, span.back = since.At, since.Span; !since.From(now).Before(span.to) {
		return span, usageError("", "--since: %s is not before --until %s, which is %s", f.since, f.until, span.to.UTC().Format("Mon 2 Jan 2006, 15:04 UTC"))
	}
	return span, nil
}

// settle counts a span back from the newest reading, as every window is, unless that
// is older than a collector's would be.
func (s *askedSpan) settle(snap *account.Snapshot, now time.Time) {
	if s.back == 0 {
		return
	}
	s.from, s.back = snap.WindowEnd(now).Add(-s.back), 0
}
