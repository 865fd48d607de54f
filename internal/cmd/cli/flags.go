package cli

import (
	"fmt"
	"time"

	"ortop/internal/text"
)

// SpanFlag is a flag that takes a span, or what parse makes one of.
type SpanFlag struct {
	To    *time.Duration
	Parse func(string, time.Time) (time.Duration, error)
	Now   func() time.Time
}

func (f *SpanFlag) String() string {
	if f.To == nil || *f.To == 0 {
		return ""
	}
	return text.Span(*f.To)
}

func (f *SpanFlag) Set(s string) (err error) {
	*f.To, err = f.Parse(s, f.Now())
	return err
}

func (f *SpanFlag) Type() string { return "duration" }

// OnlySpan parses what is a span and nothing else.
func OnlySpan(s string, _ time.Time) (time.Duration, error) { return text.ParseSpan(s) }

// AmountFlag reads a flag that is a sum of at least 0.
func AmountFlag(name, value string) (float64, error) {
	usd, err := text.ParseBalance(value)
	if err == nil && usd < 0 {
		err = fmt.Errorf("%q is below 0", value)
	}
	if err != nil {
		return 0, UsageError("for example --"+name+" 2.50", "--%s: %w", name, err)
	}
	return usd, nil
}

// JSONUsage is the help of --json.
const JSONUsage = "print a JSON object"
