// Package settings is the dialog in which a person changes how the screen looks:
// values with choices, and some that are typed. It stores nothing.
package settings

import (
	"fmt"
	"slices"
	"time"

	"ortop/internal/text"
	"ortop/ui/draw"
	"ortop/ui/field"
)

// Values are what can be set, as the configuration spells it; "" is the default.
type Values struct {
	Theme, Clock, Zone, View, Range, Glyphs, Interval, Currency string
}

// Choices are what the values are chosen from, where that is not the same
// everywhere.
type Choices struct {
	Themes        []string // the first follows the terminal
	Views, Ranges []string // the first is the default
	LeastInterval time.Duration
}

// The choices of the rest; the first is the default.
var (
	Clocks = []string{"24h", "12h"}
	Glyphs = append(slices.Clone(draw.Styles), "ascii")
)

// row is one of the values: chosen from some, or typed.
type row struct {
	name    string
	value   func(*Values) *string
	choices []string // nil: typed
	empty   string   // what stands for ""
	hint    string
	check   func(string) (string, error)
}

// Dialog is the settings as they are being changed.
type Dialog struct {
	Open   bool
	Was    Values // when the dialog was opened
	Now    Values
	rows   []row
	at     int
	typing bool
	input  field.Input
	err    string
}

// New opens the dialog.
func New(now Values, c Choices) Dialog {
	same := func(s string) (string, error) { return s, nil }
	return Dialog{Open: true, Was: now, Now: now, rows: []row{
		{"theme", func(v *Values) *string { return &v.Theme }, c.Themes, "by the terminal's background", "", same},
		{"clock", func(v *Values) *string { return &v.Clock }, Clocks, "", "", same},
		{"zone", func(v *Values) *string { return &v.Zone }, nil, "the system's", "a name such as Europe/Berlin", func(s string) (string, error) { return s, text.CheckZone(s) }},
		{"view", func(v *Values) *string { return &v.View }, c.Views, "", "the view to begin with", same},
		{"range", func(v *Values) *string { return &v.Range }, c.Ranges, "", "the range to begin with", same},
		{"glyphs", func(v *Values) *string { return &v.Glyphs }, Glyphs, "", "what spend is drawn with", same},
		{"interval", func(v *Values) *string { return &v.Interval }, nil, "60s", "between two polls, from the next start on", c.interval},
		{"currency", func(v *Values) *string { return &v.Currency }, nil, "US dollars alone", "and your rate, such as EUR 0.92", currency},
	}}
}

func (c Choices) interval(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	d, err := text.ParseSpan(s)
	switch {
	case err != nil:
		return "", fmt.Errorf(`is not an interval: write one such as "60s" or "5m"`)
	case d < c.LeastInterval || d > 24*time.Hour:
		return "", fmt.Errorf("must be at least %s and at most 24h", text.Span(c.LeastInterval))
	}
	return s, nil
}

func currency(s string) (string, error) {
	c, err := text.ParseCurrency(s)
	return c.String(), err
}

// Changed are the names of the settings that are not as they were, with their
// values.
func (d Dialog) Changed() (changed [][2]string) {
	for _, r := range d.rows {
		if now := *r.value(&d.Now); now != *r.value(&d.Was) {
			changed = append(changed, [2]string{r.name, now})
		}
	}
	return changed
}

// Typing reports whether keys are letters of a value.
func (d *Dialog) Typing() bool { return d.typing }

// Move chooses the row that is so many further.
func (d Dialog) Move(by int) Dialog {
	if !d.typing {
		d.at = min(len(d.rows)-1, max(0, d.at+by))
		d.err = ""
	}
	return d
}

// Step takes the choice that is so many further, round at the ends, or begins to
// type where there are none.
func (d Dialog) Step(by int) Dialog {
	r := d.rows[d.at]
	v := r.value(&d.Now)
	if r.choices == nil {
		d.typing, d.input, d.err = true, field.New(), ""
		return d
	}
	n := len(r.choices)
	i := max(0, slices.Index(r.choices, *v)) + by
	*v = r.choices[(i%n+n)%n]
	return d
}

// Type takes a key or a paste while a value is typed.
func (d Dialog) Type(update func(field.Input) field.Input) Dialog {
	d.input, d.err = update(d.input), ""
	return d
}

// Accept takes what was typed, unless that is wrong, which is said then.
func (d Dialog) Accept() Dialog {
	r := d.rows[d.at]
	v, err := r.check(d.input.Text())
	if err != nil {
		d.err = r.name + " " + err.Error()
		return d
	}
	*r.value(&d.Now) = v
	d.typing, d.err = false, ""
	return d
}

// Cancel drops what was typed.
func (d Dialog) Cancel() Dialog {
	d.typing, d.err = false, ""
	return d
}
