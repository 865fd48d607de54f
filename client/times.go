package client

import (
	"math"
	"strconv"
	"time"
)

// bucketLayouts are the forms in which the beginning of a bucket has been
// seen; those without a zone are UTC.
var bucketLayouts = []string{time.RFC3339, time.DateTime, time.DateOnly}

// parseBucket reads the beginning of a bucket.
func parseBucket(s string) (t time.Time, ok bool) {
	for _, layout := range bucketLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// bucket reads the beginning of a bucket, which has to be there under one of
// the names.
func (f *fields) bucket(names ...string) time.Time {
	for _, name := range names {
		if _, ok := f.get(name); !ok {
			continue
		}
		t, ok := parseBucket(f.looseText(name))
		if !ok {
			f.fail("%s%s is not a time", f.path, name)
		}
		return t
	}
	f.fail("%s%s is missing", f.path, names[0])
	return time.Time{}
}

// day reads a date that has to be there, with or without a time of day and a
// zone, which mean nothing: the day is a UTC day as it is written.
func (f *fields) day(name string) time.Time {
	if f.bucket(name).IsZero() {
		return time.Time{}
	}
	t, _ := time.Parse(time.DateOnly, f.looseText(name)[:len(time.DateOnly)]) // every layout begins so
	return t
}

// time reads a time; nil for anything else.
func (f *fields) time(name string) *time.Time {
	raw, ok := f.get(name)
	if !ok {
		return nil
	}
	t, ok := parseTime(raw)
	if !ok {
		f.skip("%s%s is not a time", f.path, name)
		return nil
	}
	return &t
}

// unixMilli reads a Unix time in milliseconds; nil for anything else.
func (f *fields) unixMilli(name string) *time.Time {
	raw, _ := f.get(name)
	ms, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || ms < 1e11 || ms >= 1e14 { // 1973 to 5138: not in seconds
		return nil
	}
	t := time.UnixMilli(int64(ms)).UTC()
	return &t
}

// timeLayouts are the forms in which a time has been seen; those without a zone
// are UTC.
var timeLayouts = []string{
	time.RFC3339, "2006-01-02T15:04:05", time.DateTime,
	"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05Z0700", "2006-01-02 15:04:05Z07", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05Z07",
	"2006-01-02 15:04:05 MST", time.DateOnly,
}

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
