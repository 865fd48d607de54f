package alert

import (
	"strings"
	"time"

	"ortop/internal/text"
)

// Event is one thing to notify: that an alert fires, or its all-clear.
type Event struct {
	Rule    Kind      `json:"rule"`
	Subject string    `json:"subject,omitempty"` // the key, workspace or window meant, where a kind has many
	Level   Level     `json:"level"`
	Account string    `json:"account"`
	Since   time.Time `json:"since"` // when the condition was first seen
	At      time.Time `json:"at"`
	// ValueText is the value alone, such as "$4.90"; Text is the whole in one
	// line: account, cause, value and time. Both are clean: neither holds a
	// control character or a key.
	ValueText string `json:"value"`
	Text      string `json:"text"`
	// Title is a line that says it whole, Why what drives it, and Do what to do about
	// it, at Page; empty where there is nothing to say.
	Title string `json:"title,omitempty"`
	Why   string `json:"why,omitempty"`
	Do    string `json:"do,omitempty"`
	Page  string `json:"page,omitempty"`
	// Number is the value as a figure in Unit, and Threshold the rule's in the
	// same; nil where there is none.
	Number    *float64 `json:"number,omitempty"`
	Unit      Unit     `json:"unit,omitempty"`
	Threshold *float64 `json:"threshold,omitempty"`
	// Cleared reports that the condition is over.
	Cleared bool `json:"cleared"`
	// Channels are the names of those that it is for; empty means all.
	Channels []string `json:"-"`
	// Except are those of them that hear of it in another event.
	Except []string `json:"-"`
	// ID is the same for an alert and its all-clear, and for no other. It is
	// made of the rule, the subject and the time since when.
	ID string `json:"-"`
	// Covers are events of lower thresholds of the same thing, which need no
	// notification beside this one.
	Covers []Event `json:"-"`
	// Folds reports that the event also counts other subjects of its rule.
	Folds bool `json:"-"`
	// Recorded reports that the event was among those that were held back.
	Recorded bool `json:"-"`
	// owed is of an alert in an Outbox: the receiver got the one before it, and
	// not its all-clear.
	owed bool
	// missed is of what began and ended in quiet hours: no alert was before it.
	missed bool
}

// Unit is what a number is in.
type Unit string

// The units.
const (
	USD     Unit = "usd"
	Seconds Unit = "s"
	Ratio   Unit = "ratio"
)

// cleaned returns a stored event, which may have been written by anyone, in
// the form of one that was made here.
func (e Event) cleaned() Event {
	e.Account, e.Subject = clean(e.Account, MaxName), clean(e.Subject, MaxName)
	e.ValueText, e.Text = clean(e.ValueText, MaxName), clean(e.Text, maxStored)
	e.Title, e.Why = clean(e.Title, MaxTitle), clean(e.Why, MaxText)
	if e.Do = clean(e.Do, MaxName); e.Page != creditsPage && e.Page != keysPage {
		e.Page = ""
	}
	return e
}

// maxStored is more than any text of an event.
const maxStored = 2 * MaxText

// Summary is Text without the account and the time of the values, for where both
// stand beside it.
func (e *Event) Summary() string {
	summary := strings.TrimPrefix(e.Text, e.Account+": ")
	if e.Rule == Stale && !e.Cleared {
		return summary // it ends with the time
	}
	return timed().ReplaceAllLiteralString(summary, "")
}

// with returns the event with words before and after what it says.
func (e Event) with(before, after string) Event {
	head := e.Account + ": "
	body := strings.TrimPrefix(e.Text, head)
	end := timed().FindString(body)
	e.Text = clean(head+before+strings.TrimSuffix(body, end)+after, MaxText) + end
	if e.Title != "" && before != "" {
		e.Title = clean(head+before+strings.TrimPrefix(e.Title, head), MaxTitle)
	}
	return e
}

// timed is the end of a sentence.
var timed = text.Form(` \([A-Z][a-z]{2} \d{1,2} [A-Z][a-z]{2}, \d\d:\d\d [^ )]+\)$`)

// event returns the event of f at the time of the reading.
func (r Rule) event(reading *Reading, f finding, since time.Time, cleared bool) Event {
	value, words := f.description(reading.Now)
	f.value = value
	line := words
	if cleared && f.clears != "" {
		line += ", " + f.clears
	}
	number, unit, threshold := r.figures(reading, f)
	e := Event{
		Number: number, Unit: unit, Threshold: threshold, Rule: r.Kind, Subject: clean(f.subject, MaxName), Level: r.Level, Account: clean(reading.Account, MaxName),
		Since: since.UTC(), At: reading.Now.UTC(), ValueText: value, Text: sentence(reading, line),
		Cleared: cleared, Channels: r.Channels,
	}
	if !cleared && r.Kind.bySpend() {
		e.Why = clean(reading.Why, MaxText)
	}
	return e.titled(reading, &f, words)
}

// bySpend reports whether what is spent drives it.
func (k Kind) bySpend() bool { return k == Balance || k == Used || k == Runway || k == Spend }

// TestEvent returns an event that says of itself that it is none. It is urgent,
// so that every channel takes it.
func TestEvent(account string, now time.Time) Event {
	r := Reading{Account: account, Now: now, At: now}
	e := Rule{Kind: "test", Level: Urgent}.event(&r, finding{value: "none", text: "this is a test of this channel"}, now, false)
	e.ID = alertID(key("test", ""), now)
	return e
}

// sentence puts the account before a text and the time of the values
// after it.
func sentence(r *Reading, text string) string {
	at := r.At
	if at.IsZero() {
		at = r.Now
	}
	return clean(clean(r.Account, MaxName)+": "+text, MaxText) + at.In(r.Now.Location()).Format(" (Mon 2 Jan, 15:04 MST)")
}

// The most bytes of a name and of a text.
const (
	MaxName = 64
	MaxText = 400
	// MaxTitle is what a phone shows of a title, and more.
	MaxTitle = 140
)

// clean returns s as one line that is safe to show, of at most limit bytes.
//
//go:noinline
func clean(s string, limit int) string { return text.Safe(s, limit) }
