package cli

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"ortop/internal/monitor"
	"ortop/internal/text"
)

// AgeFlag is the flag of a command that may answer from what is stored.
type AgeFlag struct {
	c   *cobra.Command
	max time.Duration
}

// FromHistory is the help of --max-age.
const FromHistory = "answer from history, without a request, if it is at most this old"

// Add gives c the flag.
func (f *AgeFlag) Add(a *App, c *cobra.Command, help string) {
	f.c = c
	c.Flags().Var(&SpanFlag{&f.max, text.ParseAgo, a.Now}, "max-age", help)
}

// Judge fails where what was read is older than the flag allows.
func (f *AgeFlag) Judge(read, now time.Time) error {
	age := now.Sub(read)
	switch {
	case !f.c.Flags().Changed("max-age") || !read.IsZero() && age <= f.max:
		return nil
	case read.IsZero():
		return &ExitError{Code: ExitUnknown, Err: errors.New("nothing was read yet")}
	}
	return &ExitError{Code: ExitUnknown, Err: fmt.Errorf("the newest reading is %s old", text.Span(age))}
}

// Fresh is how old the values of an answer may be: as the flag says, if it is given.
func (f *AgeFlag) Fresh(fresh monitor.Freshness) monitor.Freshness {
	if f.c.Flags().Changed("max-age") {
		fresh.MaxAge, fresh.Live = f.max, 0
	}
	return fresh
}
