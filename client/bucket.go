package client

import "time"

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
