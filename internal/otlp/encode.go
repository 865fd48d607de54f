package otlp

import (
	"encoding/binary"
	"math"
	"strings"
	"time"

	"ortop/internal/metrics"
)

// The numbers of fields are those of
// https://github.com/open-telemetry/opentelemetry-proto, version 1.

// message is one of protobuf's in the making.
type message []byte

const (
	varint  = 0
	fixed   = 1 // of 64 bits
	counted = 2
)

//go:noinline
func (m *message) tag(field, wire int) { *m = binary.AppendUvarint(*m, uint64(field<<3|wire)) }

//go:noinline
func (m *message) text(field int, s string) {
	if s != "" {
		m.tag(field, counted)
		*m = append(binary.AppendUvarint(*m, uint64(len(s))), s...)
	}
}

// message appends a message, also where it is empty.
//
//go:noinline
func (m *message) message(field int, inner message) {
	m.tag(field, counted)
	*m = append(binary.AppendUvarint(*m, uint64(len(inner))), inner...)
}

//go:noinline
func (m *message) number(field int, v uint64) {
	m.tag(field, varint)
	*m = binary.AppendUvarint(*m, v)
}

//go:noinline
func (m *message) fixed(field int, v uint64) {
	m.tag(field, fixed)
	*m = binary.LittleEndian.AppendUint64(*m, v)
}

// attributes appends labels as KeyValue.
func (m *message) attributes(field int, labels []metrics.Label) {
	for _, l := range labels {
		var value, pair message
		value.text(1, l.Value)
		pair.text(1, l.Name)
		pair.message(2, value)
		m.message(field, pair)
	}
}

// cumulative is the temporality of values that count from a beginning.
const cumulative = 2

// request is an ExportMetricsServiceRequest of what the families say at a time.
func request(families []metrics.Family, resource []metrics.Label, version string, at time.Time) []byte {
	var what, scope, scoped, all, out message
	what.attributes(1, resource)
	scope.text(1, "ortop")
	scope.text(2, version)
	scoped.message(1, scope)
	for _, f := range families {
		scoped.message(2, metric(f, at))
	}
	all.message(1, what)
	all.message(2, scoped)
	out.message(1, all)
	return out
}

// metric is a family: a counter is a sum that only rises, all else is gauges.
func metric(f metrics.Family, at time.Time) message {
	var m, data message
	for _, p := range f.Points {
		var point message
		point.fixed(3, uint64(at.UnixNano()))
		point.fixed(4, math.Float64bits(p.Value))
		point.attributes(7, p.Labels)
		data.message(1, point)
	}
	m.text(1, f.Name)
	m.text(2, f.Help)
	m.text(3, unit(f.Name))
	if f.Kind != metrics.Counter {
		m.message(5, data)
		return m
	}
	data.number(2, cumulative)
	data.number(3, 1)
	m.message(7, data)
	return m
}

// unit is that of a name, in UCUM; empty where the name has none.
func unit(name string) string {
	name = strings.TrimSuffix(name, "_total")
	switch {
	case strings.HasSuffix(name, "_usd"):
		return "{USD}"
	case strings.HasSuffix(name, "_usd_per_hour"):
		return "{USD}/h"
	case strings.HasSuffix(name, "_seconds"):
		return "s"
	}
	return ""
}

// rejected reads from an ExportMetricsServiceResponse how many points were not taken,
// and why.
func rejected(answer []byte) (n uint64, why string) {
	fields(answer, func(field int, _ uint64, inner []byte) {
		if field == 1 {
			fields(inner, func(field int, v uint64, text []byte) {
				switch field {
				case 1:
					n = v
				case 2:
					why = string(text)
				}
			})
		}
	})
	return n, why
}

// fields reads a message, up to what is none.
func fields(m []byte, each func(field int, v uint64, inner []byte)) {
	for len(m) > 0 {
		tag, n := binary.Uvarint(m)
		if n <= 0 {
			return
		}
		m = m[n:]
		switch tag & 7 {
		case varint, counted:
			v, n := binary.Uvarint(m)
			if n <= 0 {
				return
			}
			m = m[n:]
			if tag&7 == varint {
				each(int(tag>>3), v, nil)
				continue
			}
			if v > uint64(len(m)) {
				return
			}
			each(int(tag>>3), 0, m[:v])
			m = m[v:]
		case fixed:
			if len(m) < 8 {
				return
			}
			m = m[8:]
		default:
			return
		}
	}
}
