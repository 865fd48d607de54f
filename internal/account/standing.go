package account

import "time"

// Standing is since when people are told the middle of a forecast, and what they were
// told before. A zero time is unknown.
type Standing struct {
	Since  time.Time `json:"since,omitzero"`
	Before time.Time `json:"before,omitzero"`
}

// standing is that of an outlook that comes after was. The date of another subject, or
// of numbers that do not go on, is not one before.
func (o *Outlook) standing(was *Outlook) Standing {
	is, before := o.Published[1], was.Published[1]
	switch {
	case is.IsZero():
		return Standing{}
	case is.Equal(before):
		return was.Standing
	case was.Forecast.Subject != o.Forecast.Subject || was.Segment != o.Segment:
		before = time.Time{}
	}
	return Standing{Since: o.Forecast.At, Before: before}
}
