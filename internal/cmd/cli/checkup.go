package cli

import (
	"fmt"
	"strings"
)

// finding is one thing that a checkup looked at.
type finding struct {
	State   string  `json:"state"` // ok, note or wrong
	Subject string  `json:"subject"`
	Text    string  `json:"text"`
	Hint    *string `json:"hint"` // null: there is nothing to do
}

// Checkup is a list of findings.
type Checkup struct {
	findings []finding
	bad      []string // the subjects of what is wrong
}

func (c *Checkup) add(state, subject, what, hint string) {
	f := finding{State: state, Subject: subject, Text: OneLine(what)}
	if hint != "" {
		hint = OneLine(hint)
		f.Hint = &hint
	}
	c.findings = append(c.findings, f)
}

// OK notes that a subject is as it should be.
//
//go:noinline
func (c *Checkup) OK(subject, format string, args ...any) {
	c.add("ok", subject, fmt.Sprintf(format, args...), "")
}

// Note notes what is worth knowing, and is no fault.
//
//go:noinline
func (c *Checkup) Note(subject, what, hint string) { c.add("note", subject, what, hint) }

// Wrong notes a fault, and what to do about it.
//
//go:noinline
func (c *Checkup) Wrong(subject, what, hint string) {
	c.bad = append(c.bad, subject)
	c.add("wrong", subject, what, hint)
}

// checkupObject is what a checkup prints with --json.
type checkupObject struct {
	Schema   int       `json:"schema"`
	OK       bool      `json:"ok"`
	Findings []finding `json:"findings"`
}

// Answer prints the findings behind what they come to, and fails where anything is
// wrong.
func (c *Checkup) Answer(a *App, asJSON bool, well, wrong string) error {
	var err error
	if asJSON {
		err = a.AnswerJSON(checkupObject{1, len(c.bad) == 0, append([]finding{}, c.findings...)})
	} else {
		err = a.Answer(c.text(well, wrong))
	}
	if err == nil && len(c.bad) > 0 {
		err = &ExitError{Code: ExitFailed}
	}
	return err
}

func (c *Checkup) text(well, wrong string) string {
	lines := []string{well}
	if len(c.bad) > 0 {
		lines[0] = wrong + ": " + strings.Join(c.bad, ", ")
	}
	for _, f := range c.findings {
		lines = append(lines, fmt.Sprintf("%-5s %-9s %s", f.State, f.Subject, f.Text))
		if f.Hint != nil {
			lines = append(lines, fmt.Sprintf("%15s → %s", "", *f.Hint))
		}
	}
	return strings.Join(lines, "\n")
}
