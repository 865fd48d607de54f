package cmd

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

// checkup is a list of findings.
type checkup struct {
	findings []finding
	bad      []string // the subjects of what is wrong
}

func (c *checkup) add(state, subject, what, hint string) {
	f := finding{State: state, Subject: subject, Text: oneLine(what)}
	if hint != "" {
		hint = oneLine(hint)
		f.Hint = &hint
	}
	c.findings = append(c.findings, f)
}

//go:noinline
func (c *checkup) ok(subject, format string, args ...any) {
	c.add("ok", subject, fmt.Sprintf(format, args...), "")
}

//go:noinline
func (c *checkup) note(subject, what, hint string) { c.add("note", subject, what, hint) }

//go:noinline
func (c *checkup) wrong(subject, what, hint string) {
	c.bad = append(c.bad, subject)
	c.add("wrong", subject, what, hint)
}

// checkupObject is what a checkup prints with --json.
type checkupObject struct {
	Schema   int       `json:"schema"`
	OK       bool      `json:"ok"`
	Findings []finding `json:"findings"`
}

// answer prints the findings behind what they come to, and fails where anything is
// wrong.
func (c *checkup) answer(a *app, asJSON bool, well, wrong string) error {
	var err error
	if asJSON {
		err = a.answerJSON(checkupObject{1, len(c.bad) == 0, append([]finding{}, c.findings...)})
	} else {
		err = a.answer(c.text(well, wrong))
	}
	if err == nil && len(c.bad) > 0 {
		err = &exitError{code: exitFailed}
	}
	return err
}

func (c *checkup) text(well, wrong string) string {
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
