package ledger

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"ortop/internal/credit"
	"ortop/internal/text"
)

var (
	number = text.Form(`^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$`)
	// grouped has commas that can be nothing but those of thousands.
	grouped = text.Form(`^[+-]?\d{1,3}(,\d{3})+\.\d+$|^[+-]?\d{1,3}(,\d{3}){2,}$`)
	commas  = text.Form(`^[+-]?[\d.]*,\d+$`)
)

var (
	errAmount = errors.New("is not an amount in USD")
	errLarge  = errors.New("is beyond a billion dollars")
	// ErrComma is the error for an amount such as 1,234, which may be about 1 or
	// about 1,000.
	ErrComma = errors.New("has a comma that may be a decimal comma: save amounts as 0.50")
)

// ParseAmount reads an amount in USD, such as 1.5, $1.50, 1e-6 or $1,234.50.
func ParseAmount(s string) (float64, error) {
	s = strings.Replace(cell(s), "$", "", 1)
	switch {
	case grouped().MatchString(s):
		s = strings.ReplaceAll(s, ",", "")
	case commas().MatchString(s):
		return 0, ErrComma
	case !number().MatchString(s):
		return 0, errAmount
	}
	usd, err := strconv.ParseFloat(s, 64)
	if err != nil || !credit.Plausible(usd) {
		return 0, errLarge
	}
	return usd + 0, nil // no negative zero
}

// beginning is before every credit that this API ever sold: a smaller number is
// no Unix time.
var beginning = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

var (
	errTime  = errors.New("is not a time")
	errEarly = errors.New("is before 2020")
)

// layouts are those of databases, data frames and spreadsheets, with a space
// between date and time. A fraction may follow the seconds.
var layouts = []string{
	"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05", time.DateOnly, "2006-01-02 15:04:05Z0700", "2006-01-02 15:04:05Z07",
	"2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 -07:00", "2006-01-02 15:04:05 -0700 MST", "2006-01-02 15:04", "2006-01-02 15:04Z07:00",
}

// ParseTime reads a time: a date, a date and a time of day with or without a
// zone, which is else UTC, or Unix time in seconds or a thousandth, a millionth
// or a billionth of one.
func ParseTime(s string) (time.Time, error) {
	s = cell(s)
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		return unixTime(n)
	}
	if len(s) > 10 && (s[10] == 'T' || s[10] == 't') {
		s = s[:10] + " " + s[11:]
	}
	for _, zone := range []string{" UTC", " GMT"} { // Go prints +0000 UTC
		s = strings.TrimSuffix(s, zone)
	}
	if zone := len(s) - 1; zone > 10 && s[zone] == 'z' {
		s = s[:zone] + "Z"
	}
	for _, layout := range layouts {
		t, err := time.Parse(layout, s)
		switch {
		case err != nil:
		case t.Before(beginning):
			return time.Time{}, errEarly
		default:
			return t.UTC(), nil
		}
	}
	return time.Time{}, errTime
}

func unixTime(n float64) (time.Time, error) {
	const end = 1e10 // of seconds: the year 2286
	for _, perSecond := range []float64{1, 1e3, 1e6, 1e9} {
		if s := n / perSecond; s >= float64(beginning.Unix()) && s < end {
			return time.UnixMicro(int64(s * 1e6)).UTC(), nil
		}
	}
	return time.Time{}, errTime
}
