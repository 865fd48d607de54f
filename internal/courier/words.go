package courier

import (
	"cmp"
	"strings"
	"time"

	"ortop/internal/alert"
	"ortop/internal/text"
)

// subject is the line that says it whole, of an event that was stored without it too.
func subject(e *alert.Event) string {
	return cmp.Or(e.Title, text.Safe(e.Text, alert.MaxTitle))
}

// word is how urgent it is, in one word.
func word(e *alert.Event) string {
	if e.Cleared {
		return "over"
	}
	return string(e.Level)
}

// mark is the word before a subject where nothing else shows how urgent it is.
//
//go:noinline
func mark(e *alert.Event) string {
	if e.Level == alert.Info && !e.Cleared {
		return ""
	}
	return word(e) + ": "
}

// lines are what is said below the subject: how much and when, why, since when, and
// what to do, without the page.
func lines(e *alert.Event) []string {
	lines := []string{capital(strings.TrimPrefix(e.Text, e.Account+": ")) + "."}
	if e.Why != "" {
		lines = append(lines, e.Why)
	}
	if !e.Since.IsZero() && !e.Cleared && e.Rule != alert.TopUp && e.At.Sub(e.Since) >= newsFor {
		lines = append(lines, "Since "+e.Since.Format("Mon 2 Jan, 15:04 MST")+".")
	}
	if e.Do != "" && e.Page == "" {
		lines = append(lines, e.Do+".")
	}
	return lines
}

// newsFor is how long what began then began just now.
const newsFor = time.Minute

// body is what is said below the subject, with the page.
func body(e *alert.Event) string {
	lines := lines(e)
	if e.Page != "" {
		lines = append(lines, e.Do+": "+e.Page)
	}
	return strings.Join(lines, "\n")
}

func capital(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
