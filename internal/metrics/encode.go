package metrics

import (
	"bytes"
	"fmt"
	"math"
	"strings"

	"ortop/internal/text"
)

// maxLength is how many characters of a name are told.
const maxLength = 100

// The kinds of metric. A summary here is quantiles alone, without sum and count.
const (
	gauge   = "gauge"
	counter = "counter"
	summary = "summary"
)

type label struct{ name, value string }

// family is all series of one name. Series that end up with the same labels
// are one, with the sum of their values.
type family struct {
	name, kind, help string
	order            []string
	values           map[string]float64
}

// add adds a series. A value that is no number is no value.
func (f *family) add(v float64, labels ...label) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return
	}
	parts := make([]string, len(labels))
	for i, l := range labels {
		parts[i] = l.name + `="` + escaper.Replace(cut(text.Clean(l.value, math.MaxInt), maxLength)) + `"`
	}
	series := strings.Join(parts, ",")
	if f.values == nil {
		f.values = map[string]float64{}
	}
	if _, ok := f.values[series]; !ok {
		f.order = append(f.order, series)
	}
	f.values[series] += v
}

// page is a text of families.
type page struct{ bytes.Buffer }

// write adds f, if it has any series.
func (p *page) write(f family) {
	if len(f.order) == 0 {
		return
	}
	fmt.Fprintf(p, "# HELP %s %s\n# TYPE %s %s\n", f.name, f.help, f.name, f.kind)
	for _, series := range f.order {
		fmt.Fprintf(p, "%s{%s} %s\n", f.name, series, text.Figure(f.values[series]))
	}
}

// escaper makes a label's value one that the format can hold.
var escaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// cut is the first n characters of s.
func cut(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
