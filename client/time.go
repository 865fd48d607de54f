package client

import (
	"math"
	"strconv"
	"time"
)

// timeLayouts are the forms in which a time has been seen; those without a zone
// are UTC.
var timeLayouts = []string{
	time.RFC3339, "2006-01-02T15:04:05", time.DateTime,
	"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05Z0700", "2006-01-02 15:04:05Z07", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05Z07",
	"2006-01-02 15:04:05 MST", time.DateOnly,
}

// The Unix times that are taken as seconds, and from where on as milliseconds:
// 2001 to 5138.
const (
	firstUnix      = 1e9
	firstUnixMilli = 1e11
	endUnixMilli   = 1e14
)

// parseTime reads a JSON value that is a time: a string, or a Unix time in
// seconds or milliseconds.
func parseTime(raw []byte) (t time.Time, ok bool) {
	if s, isText := unquoted(raw); isText {
		for _, layout := range timeLayouts {
			if t, err := time.Parse(layout, s); err == nil {
				return t.UTC(), true
			}
		}
		return time.Time{}, false
	}
	v, err := strconv.ParseFloat(string(raw), 64)
	switch {
	case err != nil || math.IsNaN(v) || v < firstUnix || v >= endUnixMilli:
		return time.Time{}, false
	case v < firstUnixMilli:
		v *= 1000
	}
	return time.UnixMilli(int64(v)).UTC(), true
}
