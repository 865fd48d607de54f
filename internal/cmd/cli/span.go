package cli

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"ortop/internal/account"
	"ortop/internal/text"
)

// SpanFlags are the flags of a command that shows a span.
type SpanFlags struct{ Since, Until string }

// Add adds them; since is what holds without --since.
func (f *SpanFlags) Add(c *cobra.Command, since string) {
	c.Flags().StringVar(&f.Since, "since", since, "from when on: 36h, 7d, today, week, month, mon or 2026-11-01 (of UTC), 18:00 (local)")
	c.Flags().StringVar(&f.Until, "until", "", "up to when, in the same words: --since yesterday --until today is the day of yesterday")
}

// AskedSpan is a span that a command is to show.
type AskedSpan struct {
	From, To time.Time     // a zero from is the first reading
	Back     time.Duration // in place of from, if it is not 0: so long before the newest reading
}

// Parse reads the flags. What is still to come ends now.
func (f SpanFlags) Parse(now time.Time) (span AskedSpan, err error) {
	if span.To = now; f.Until != "" {
		until, err := text.ParseSince(f.Until, now)
		switch {
		case err == nil:
			span.To = until.From(now)
		case !errors.Is(err, text.ErrToCome):
			return span, UsageError("", "--until: %w", err)
		}
	}
	if f.Since == "" {
		return span, nil
	}
	since, err := text.ParseSince(f.Since, now)
	switch {
	case err != nil:
		return span, UsageError("", "--since: %w", err)
	case !since.From(now).Before(now):
		return span, UsageError("", "--since: %s is a span of nothing", f.Since)
	}
	if span.From, span.Back = since.At, since.Span; !since.From(now).Before(span.To) {
		return span, UsageError("", "--since: %s is not before --until %s, which is %s", f.Since, f.Until, span.To.UTC().Format("Mon 2 Jan 2006, 15:04 UTC"))
	}
	return span, nil
}

// Length is how long the span is, counted back from now.
func (s *AskedSpan) Length(now time.Time) time.Duration {
	if s.Back > 0 {
		return s.To.Sub(now.Add(-s.Back))
	}
	return s.To.Sub(s.From)
}

// Settle counts a span back from the newest reading, as every window is, unless that
// is older than a collector's would be.
func (s *AskedSpan) Settle(snap *account.Snapshot, now time.Time) {
	if s.Back == 0 {
		return
	}
	s.From, s.Back = snap.WindowEnd(now).Add(-s.Back), 0
}
