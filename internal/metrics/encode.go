package metrics

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"time"

	"ortop/internal/text"
)

// maxLength is how many characters of a name are told.
const maxLength = 100

// Kind is how a metric's values behave.
type Kind string

// The kinds. A summary here is quantiles alone, without sum and count.
const (
	Gauge   Kind = "gauge"
	Counter Kind = "counter"
	Summary Kind = "summary"
)

// Label is a name and its value.
type Label struct{ Name, Value string }

// Point is the value of one series.
type Point struct {
	Labels []Label
	Value  float64
}

// Family is all series of one name. Series that end up with the same labels
// are one, with the sum of their values.
type Family struct {
	Name   string
	Kind   Kind
	Help   string
	Points []Point

	index map[string]int // by labels
}

// add adds a series. A value that is no number is no value.
func (f *Family) add(v float64, labels ...Label) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return
	}
	for i := range labels {
		labels[i].Value = cut(text.Clean(labels[i].Value, math.MaxInt), maxLength)
	}
	series := series(labels)
	if i, ok := f.index[series]; ok {
		f.Points[i].Value += v
		return
	}
	if f.index == nil {
		f.index = map[string]int{}
	}
	f.index[series] = len(f.Points)
	f.Points = append(f.Points, Point{labels, v})
}

// series is labels as the text format has them.
func series(labels []Label) string {
	parts := make([]string, len(labels))
	for i, l := range labels {
		parts[i] = l.Name + `="` + escaper.Replace(l.Value) + `"`
	}
	return strings.Join(parts, ",")
}

// Text returns the metrics of accounts, each of which has another name, at now, in
// the text format 0.0.4 of Prometheus.
func Text(accounts []Account, now time.Time) []byte {
	var p bytes.Buffer
	for _, f := range Families(accounts, now) {
		fmt.Fprintf(&p, "# HELP %s %s\n# TYPE %s %s\n", f.Name, f.Help, f.Name, f.Kind)
		for _, point := range f.Points {
			fmt.Fprintf(&p, "%s{%s} %s\n", f.Name, series(point.Labels), text.Figure(point.Value))
		}
	}
	return p.Bytes()
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
