package account

import (
	"encoding/json"
	"reflect"
	"time"

	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/text"
)

// State is what is stored of an account between two readings. It is stored with
// the reading that made it, in the same transaction, so that any process can
// go on from there. The zero State is of an account that was never read.
type State struct {
	Facts   Facts   `json:"facts"`
	Outlook Outlook `json:"outlook"`
	Recent  Recent  `json:"recent,omitzero"`
	// Headline is the forecast that people were last notified of.
	Headline Headline `json:"headline"`
	Unusual  Unusual  `json:"unusual"`
	// Alerts is the memory of the rules.
	Alerts alert.State `json:"alerts"`
	// Mutes hold back notifications.
	Mutes alert.Mutes `json:"mutes,omitempty"`
	// Notified are the last notifications, oldest first, for the processes
	// beside the one that sends them: each has a terminal of its own.
	Notified []Notification `json:"notified,omitempty"`
	// Outbox is what has been decided and is not delivered yet.
	Outbox alert.Outbox `json:"outbox"`
	// Undelivered names the channels that do not take their alerts, and why.
	Undelivered string `json:"undelivered,omitempty"`
	// WaitUntil is before when the server wants no request; zero where the
	// last answer named no time.
	WaitUntil time.Time `json:"wait_until,omitzero"`
	// FailedAt is when the last poll ended; zero where it did not fail.
	FailedAt time.Time `json:"failed_at,omitzero"`
	// NotAPI reports that it was refused by something before the API.
	NotAPI bool `json:"not_api,omitzero"`
}

// Facts are what readings had about the key and the account.
type Facts struct {
	Key         *credit.Key `json:"key,omitempty"`
	Fingerprint string      `json:"fingerprint,omitempty"`
	// KeyAt is when the key's facts were read, RefusedAt when /credits last
	// refused an ordinary key that never read it.
	KeyAt       time.Time `json:"key_at,omitzero"`
	RefusedAt   time.Time `json:"refused_at,omitzero"`
	BalanceNote string    `json:"balance_note,omitempty"`
	// ReadBy and ReadCreator are the fingerprint and the maker of the key that
	// last read the account's totals.
	ReadBy      string `json:"read_by,omitempty"`
	ReadCreator string `json:"read_creator,omitempty"`
	// ReadOwner is whose account the totals are of, as last told.
	ReadOwner credit.Owner `json:"read_owner,omitzero"`
	// Source is what the last good reading came from.
	Source Source `json:"source,omitempty"`
	// RoundedUSD is by how much the newest usage may have been rounded up in a file
	// from which it was imported; zero: it was not.
	RoundedUSD float64 `json:"rounded_usd,omitzero"`
	// AgreedAt is when totals last were no less than those before, and
	// KeyAgreedAt the same of the key's own usage.
	AgreedAt    time.Time `json:"agreed_at,omitzero"`
	KeyAgreedAt time.Time `json:"key_agreed_at,omitzero"`
	// Filled is when the account's spend before the first reading was
	// requested and put into history, and KeyFilled the same of this key's own.
	Filled    time.Time `json:"filled,omitzero"`
	KeyFilled time.Time `json:"key_filled,omitzero"`
	// Stated is what a person said of the balance; nil: nothing.
	Stated *Statement `json:"stated,omitempty"`
	// Budget is what was seen of the budget that binds the key.
	Budget *BudgetSeen `json:"budget,omitempty"`
	// Skew is how far the server's clock is ahead, where it is by a minute.
	Skew time.Duration `json:"skew,omitempty"`
}

// BudgetSeen is a budget as it was last read: SpentUSD of its window, and TotalUSD
// over all of those that were seen.
type BudgetSeen struct {
	ID       string    `json:"id"`
	SpentUSD float64   `json:"spent_usd"`
	TotalUSD float64   `json:"total_usd"`
	ResetsAt time.Time `json:"resets_at,omitzero"`
	AgreedAt time.Time `json:"agreed_at"`
}

// rarely is how often an endpoint is requested again that this key may not
// read, and how often a management key's facts are.
const rarely = time.Hour

// freeEvery is how often they are where requests to free models are counted.
const freeEvery = 5 * time.Minute

// WantsKey reports whether /key is to be requested at now with the key of this
// fingerprint. An ordinary key's usage and cap move with every request; a
// management key's facts do not.
func (f *Facts) WantsKey(now time.Time, fingerprint string) bool {
	if f.Key == nil || f.Fingerprint != fingerprint || f.Key.Kind != credit.KeyManagement {
		return true
	}
	often := rarely
	if f.Key.FreeInUse() != nil {
		often = freeEvery
	}
	return now.Sub(f.KeyAt) >= often || now.Before(f.KeyAt)
}

// KeyBy is the key as it is known at now, where the newest reading is of at: what was
// counted in a window that is over is not known any more.
func (f *Facts) KeyBy(at, now time.Time) *credit.Key {
	if f.Key == nil {
		return nil
	}
	k := *f.Key
	k.FreeRequests = k.FreeRequests.Today(f.KeyAt, now)
	if f.KeyAt.IsZero() {
		return &k
	}
	k.Usage.By(f.KeyAt, now)
	k.BYOK.By(f.KeyAt, now)
	// Of a limit the last reading stands until there is a newer one, as the balance does.
	limits := append([]credit.Budget{{Cap: k.Cap}}, k.Budgets...)
	for i, g := range limits {
		if reset, ok := g.Next(f.KeyAt); ok && !at.Before(reset) {
			limits[i].RemainingUSD, limits[i].SpendUSD = nil, nil
		}
	}
	k.Cap, k.Budgets = limits[0].Cap, limits[1:]
	return &k
}

// WantsTotals reports whether /credits is to be requested: rarely with an ordinary
// key that was refused and never read it, and else always.
func (f *Facts) WantsTotals(now time.Time, fingerprint string) bool {
	return f.RefusedAt.IsZero() || f.Fingerprint != fingerprint || !f.Ordinary() || f.ReadBy == fingerprint ||
		now.Sub(f.RefusedAt) >= rarely || now.Before(f.RefusedAt)
}

// Ordinary reports whether the key is known to be an ordinary one.
func (f *Facts) Ordinary() bool { return f.Key != nil && f.Key.Kind == credit.KeyOrdinary }

// Manages reports whether the key may see all of the account.
func (f *Facts) Manages() bool { return f.Key != nil && f.Key.Kind == credit.KeyManagement }

// Outlook is the latest forecast, stored so that every process shows the same
// one and none has to make it again.
type Outlook struct {
	Forecast  forecast.Forecast `json:"forecast"`
	AutoTopUp *AutoTopUp        `json:"auto_top_up,omitempty"`
	// Planned are settings of automatic top-up that suit the balance; nil where there
	// are too few facts, or an older program made the forecast.
	Planned *forecast.AutoTopUp `json:"planned,omitempty"`
	Track   Track               `json:"track"`
	// Rhythm is when what runs out is spent, as Forecast uses it; nil: it does not.
	Rhythm *forecast.Rhythm `json:"rhythm,omitempty"`
	// Bounds are the limits of the key.
	Bounds []Bound `json:"bounds,omitempty"`
	// LeftUSD is what was left of what runs out, and UsageUSD and Segment are of the
	// reading of its spend.
	LeftUSD  float64 `json:"left_usd,omitzero"`
	UsageUSD float64 `json:"usage_usd,omitzero"`
	Segment  int64   `json:"segment,omitzero"`
	// Published are the dates on surfaces for people: P10, P50 and P90 as they were when a
	// charge, a purchase or a tenth of the range last moved them.
	Published [3]time.Time `json:"told,omitzero"`
	// Standing is how long the middle of these has stood.
	Standing Standing `json:"standing,omitzero"`
	// Made is when a forecast was last put by to be graded.
	Made time.Time `json:"made,omitzero"`
}

// isOf reports whether the outlook is about the reading of at.
func (o *Outlook) isOf(at time.Time) bool { return !o.Forecast.At.IsZero() && o.Forecast.At.Equal(at) }

// Notification is an alert that was sent, with those it was for, and its
// number: they ascend.
type Notification struct {
	alert.Event
	Channels []string `json:"channels,omitempty"`
	Except   []string `json:"except,omitempty"`
	Number   int64    `json:"number"`
}

// mostNotified is how many of the last notifications are stored.
const mostNotified = 8

// notify adds events that are sent now.
func (s *State) notify(events []alert.Event) {
	if len(events) == 0 {
		return
	}
	list, number := append([]Notification(nil), s.Notified...), int64(0)
	if n := len(list); n > 0 {
		number = list[n-1].Number
	}
	for _, e := range events {
		number++
		list = append(list, Notification{e, e.Channels, e.Except, number})
	}
	s.Notified = list[max(0, len(list)-mostNotified):]
}

// NotifiedAfter returns the notifications with a number above last, with their
// channels, and the highest number.
func (s *State) NotifiedAfter(last int64) (events []alert.Event, highest int64) {
	highest = last
	for _, n := range s.Notified {
		highest = max(highest, n.Number)
		if n.Number > last && n.Level.Rank() > 0 {
			n.Event.Channels, n.Event.Except = n.Channels, n.Except
			events = append(events, n.Event)
		}
	}
	return events, highest
}

// DecodeMutes reads mutes that were stored apart. What cannot be read is none.
func DecodeMutes(stored []byte) alert.Mutes {
	var ms alert.Mutes
	if json.Unmarshal(stored, &ms) != nil {
		return nil
	}
	return ms
}

// DecodeState reads a State that was stored. What cannot be read is empty: it
// is requested anew.
func DecodeState(stored []byte) State {
	var s State
	if json.Unmarshal(stored, &s) != nil {
		return State{}
	}
	s.clean()
	return s
}

// Encode returns the State as it is stored.
func (s State) Encode() ([]byte, error) { return json.Marshal(s) }

func (s *State) clean() {
	tidy(reflect.ValueOf(s))
	if k := s.Facts.Key; k != nil {
		k.Label = clean(k.Label)
	}
	s.Undelivered = text.Clean(s.Undelivered, 300)
}

// DecodeOldState reads what version 2 of the history stored in six places, by
// their names.
func DecodeOldState(stored map[string][]byte) State {
	var s State
	read := func(name string, into any) {
		if b := stored[name]; len(b) > 0 {
			_ = json.Unmarshal(b, into) // what cannot be read is requested anew
		}
	}
	unusual := struct{ Unusual Unusual }{}
	read("key", &s.Facts)
	read("key", &unusual)
	read("forecast", &s.Outlook)
	read("alerts", &s.Alerts)
	read("told", &s.Notified)
	read("anchor", &s.Headline)
	s.Unusual, s.Undelivered = unusual.Unusual, string(stored["undelivered"])
	s.clean()
	return s
}

// clean is a name from outside as it may be shown.
//
//go:noinline
func clean(s string) string { return text.Clean(s, 100) }
