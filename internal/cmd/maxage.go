package cmd

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"ortop/internal/monitor"
	"ortop/internal/text"
)

// ageFlag is the flag of a command that may answer from what is stored.
type ageFlag struct {
	c   *cobra.Command
	max time.Duration
}

const fromHistory = "answer from history, without a request, if it is at most this old"

func (f *ageFlag) add(a *app, c *cobra.Command, help string) {
	f.c = c
	c.Flags().Var(&spanFlag{&f.max, text.ParseAgo, a.now}, "max-age", help)
}

// judge fails where what was read is older than the flag allows.
func (f *ageFlag) judge(read, now time.Time) error {
	age := now.Sub(read)
	switch {
	case !f.c.Flags().Changed("max-age") || !read.IsZero() && age <= f.max:
		return nil
	case read.IsZero():
		return &exitError{code: exitUnknown, err: errors.New("nothing was read yet")}
	}
	return &exitError{code: exitUnknown, err: fmt.Errorf("the newest reading is %s old", text.Span(age))}
}

// fresh is how old the values of an answer may be: as the flag says, if it is given.
func (f *ageFlag) fresh(fresh monitor.Freshness) monitor.Freshness {
	if f.c.Flags().Changed("max-age") {
		fresh.MaxAge, fresh.Live = f.max, 0
	}
	return fresh
}
