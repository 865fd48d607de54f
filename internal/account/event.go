package account

import (
	"encoding/json"
	"fmt"
	"math"
	"time"

	"ortop/internal/alert"
	"ortop/internal/text"
)

// EventKind is what an event is about.
type EventKind string

// The kinds of event.
const (
	EventAlert   EventKind = "alert"
	EventCleared EventKind = "cleared"
	EventTopUp   EventKind = "top-up"
	EventRefund  EventKind = "refund"  // or what else took credits away
	EventGap     EventKind = "gap"     // nothing was read: asleep, not running, paused
	EventFault   EventKind = "fault"   // nothing could be read, or a channel takes no alerts
	EventSegment EventKind = "segment" // the numbers do not continue those before
	// Unusual spend is an event whether or not a rule is about it.
	EventSpike EventKind = EventKind(alert.Spike) // an hour or a day
	EventLeak  EventKind = EventKind(alert.Leak)  // a rise for weeks
	// EventForecast is that the date on which it runs out really moved.
	EventForecast EventKind = "forecast"
)

// Event is something that a person may want to look up later.
type Event struct {
	// ID names a stored event; 0 where it follows from history itself, as with a
	// gap or a top-up.
	ID    int64
	At    time.Time // in whole seconds
	Kind  EventKind
	Level alert.Level // empty for what is of no level
	Text  string      // one clean line
	// Acknowledged is set where a person has seen it.
	Acknowledged bool
	// Alert is the alert, its end, or the unusual spend as a rule knows it;
	// nil for other kinds.
	Alert *alert.Event
	// Spend is what a spike or a leak came to.
	Spend *UnusualSpend
	// ChangeUSD is by how much a top-up or a refund changed the balance; 0 for other kinds.
	ChangeUSD float64
	// Move is what a forecast that moved was before and is now.
	Move *Move
}

// UnusualSpend is what unusual spend came to, and who drives it.
type UnusualSpend struct {
	USD      float64 `json:"usd"`
	UsualUSD float64 `json:"usual_usd"`
	// WeeksUSDPerDay are what an ordinary day of each week of a leak came to, oldest
	// first; the last ends with the event. Nil: unknown.
	WeeksUSDPerDay []float64 `json:"weeks_usd_per_day,omitempty"`
	Driver
}

// Driver is who spends more than before, the most. The zero Driver is unknown.
type Driver struct {
	Key     string  `json:"key,omitempty"`
	Model   string  `json:"model,omitempty"`
	MoreUSD float64 `json:"more_usd,omitempty"` // than before
	// OfUSD is what had been spent when the driver was looked for.
	OfUSD float64 `json:"of_usd,omitempty"`
}

// Move is a forecast that moved: when it runs out now, and the headline before.
type Move struct {
	P10 time.Time `json:"p10"`
	P50 time.Time `json:"p50"`
	P90 time.Time `json:"p90"`
	Was Headline  `json:"was"`
}

// Data returns what of an event is stored beside its kind, level and text; nil
// where that is all.
func (e *Event) Data() ([]byte, error) {
	switch {
	case e.Spend != nil && e.Alert != nil:
		return json.Marshal(struct {
			alert.Event
			UnusualSpend
		}{*e.Alert, *e.Spend})
	case e.Alert != nil:
		return json.Marshal(*e.Alert)
	case e.Move != nil:
		return json.Marshal(*e.Move)
	}
	return nil, nil
}

// SetData takes in what Data returned for an event of this kind. What cannot
// be read is left out.
func (e *Event) SetData(data []byte) {
	if len(data) == 0 {
		return
	}
	switch e.Kind {
	case EventForecast:
		e.Move = decoded[Move](data)
	case EventSpike, EventLeak:
		e.Spend = decoded[UnusualSpend](data)
		e.Alert = decoded[alert.Event](data)
	case EventAlert, EventCleared:
		e.Alert = decoded[alert.Event](data)
	}
	if a := e.Alert; a != nil {
		a.Text, a.ValueText = text.Clean(a.Text, 1000), clean(a.ValueText)
	}
	if s := e.Spend; s != nil {
		s.Key, s.Model = clean(s.Key), clean(s.Model)
	}
}

func decoded[T any](data []byte) *T {
	v := new(T)
	if json.Unmarshal(data, v) != nil {
		return nil
	}
	return v
}

// AboutRise is what follows from the rise of spend that an event is about: how long
// the balance lasts at the rates of now, and when such an event comes again. Both are
// empty where nothing is known, and pace where the rise is over.
func (s *Snapshot) AboutRise(e *Event) (pace, again string) {
	switch {
	case e.Kind != EventLeak || s.At.IsZero():
		return "", ""
	case s.RiseSince.IsZero() || e.At.Before(s.RiseSince.Truncate(time.Second)):
		return "", "This rise is over."
	}
	again = fmt.Sprintf("Comes again when this rise is over and another reaches %.4g times its first week.", s.RiseFactor)
	if b, u := s.Balance, s.Burn; b != nil && !s.Refilled() && u.WeekUSDPerDay != nil {
		left := b.LeftUSD()
		if pace = lasting(left, *u.WeekUSDPerDay); pace != "" {
			pace = "At the week's " + text.USD(*u.WeekUSDPerDay) + " a day " + text.USD(left) + " lasts " + pace
			if u.USDPerDay != nil {
				if day := lasting(left, *u.USDPerDay); day != "" {
					pace += "; at the last day's " + text.USD(*u.USDPerDay) + ", " + day
				}
			}
			pace += "."
		}
	}
	return pace, again
}

// lasting is how long an amount lasts at a rate, in whole days where they are many;
// empty: nothing is left, or nothing is spent.
func lasting(usd, perDay float64) string {
	switch days := math.Round(usd / perDay); {
	case usd <= 0 || perDay <= 0:
		return ""
	case days < 3 || days > 365:
		return text.Seconds(usd / perDay * 86400)
	default:
		return text.Many(int(days), "day")
	}
}
