package alert

import (
	"cmp"
	"strings"
	"time"

	"ortop/internal/text"
)

// The pages where something can be done about an alert.
const (
	creditsPage = "https://openrouter.ai/settings/credits"
	keysPage    = "https://openrouter.ai/settings/keys"
)

// remedy is what to do about an alert of a kind, and the page for it. limited reports
// that a key's limit is what runs out.
func (k Kind) remedy(limited bool) (do, page string) {
	if k == Runway && limited {
		k = Limit
	}
	switch k {
	case Balance, Used, Runway:
		return "Buy credits", creditsPage
	case TopUpMissing:
		return "See why it did not come", creditsPage
	case Limit:
		return "Raise the limit", keysPage
	case KeyExpiry:
		return "Make a new key", keysPage
	case Spike, Leak, Spend:
		return "See who spends it: ortop breakdown", ""
	case Stale:
		return "Find out why: ortop doctor", ""
	}
	return "", ""
}

// titled gives an event the line that says it whole, and what to do about it.
func (e Event) titled(r *Reading, f *finding, words string) Event {
	short := cmp.Or(f.title, words)
	if e.Cleared && f.clears != "" {
		short = f.clears
		if f.value != text.Unknown && f.value != "" {
			short += ": " + cmp.Or(f.title, words)
		}
	}
	e.Title = clean(e.Account+": "+short, maxTitle)
	if !e.Cleared {
		e.Do, e.Page = e.Rule.remedy(r.Forecast.Subject.Limit())
	}
	return e
}

// subject is the line that says it whole, of an event that was stored without it too.
func (e *Event) subject() string {
	return cmp.Or(e.Title, clean(e.Text, maxTitle))
}

// word is how urgent it is, in one word.
func (e *Event) word() string {
	if e.Cleared {
		return "over"
	}
	return string(e.Level)
}

// mark is the word before a subject where nothing else shows how urgent it is.
func (e *Event) mark() string {
	if e.Level == Info && !e.Cleared {
		return ""
	}
	return e.word() + ": "
}

// lines are what is said below the subject: how much and when, why, since when, and
// what to do, without the page.
func (e *Event) lines() []string {
	lines := []string{capital(strings.TrimPrefix(e.Text, e.Account+": ")) + "."}
	if e.Why != "" {
		lines = append(lines, e.Why)
	}
	if !e.Since.IsZero() && !e.Cleared && e.Rule != TopUp && e.At.Sub(e.Since) >= newsFor {
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
func (e Event) body() string {
	lines := e.lines()
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
