package alert

import (
	"cmp"

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
	e.Title = clean(e.Account+": "+short, MaxTitle)
	if !e.Cleared {
		e.Do, e.Page = e.Rule.remedy(r.Forecast.Subject.Limit())
	}
	return e
}
