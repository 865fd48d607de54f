package ledger

import (
	"errors"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"ortop/internal/credit"
)

// The files are as spreadsheets, databases and gateways write them.
func TestImportFiles(t *testing.T) {
	for _, c := range []struct {
		file     string
		want     map[string]float64
		repeated int
	}{
		{"repeated-requests.csv", map[string]float64{"2026-11-20": 0.75, "2026-11-21": 0.1}, 1},
		{"cell-with-newline.csv", map[string]float64{"2026-11-20": 1.2, "2026-11-21": 0.7}, 0},
		{"zone-offset.csv", map[string]float64{"2026-11-20": 0.3, "2026-11-21": 0.5}, 0},
		{"separator-line.csv", map[string]float64{"2026-11-20": 0.5}, 0},
		{"utf16.csv", map[string]float64{"2026-11-20": 0.5}, 0},
	} {
		f, err := importOf(t, c.file)
		if err != nil {
			t.Errorf("%s: %v", c.file, err)
			continue
		}
		got := map[string]float64{}
		for d, usd := range f.Days {
			got[d.Format(time.DateOnly)] = math.Round(usd*1e9) / 1e9
		}
		if !maps.Equal(got, c.want) || f.Problems.Count != 0 || f.Repeated != c.repeated {
			t.Errorf("%s: days %v, %d repeated, problems %+v, want %v, %d, none", c.file, got, f.Repeated, f.Problems, c.want, c.repeated)
		}
	}
}

func TestADecimalCommaIsNoThousands(t *testing.T) {
	if f, err := importOf(t, "decimal-comma.csv"); !errors.Is(err, ErrComma) || !strings.Contains(err.Error(), "line 2: usage has a comma") {
		t.Errorf("ReadImport = %+v, %v, want nothing of it and an error that names the comma", f, err)
	}
	for in, want := range map[string]float64{"1,234.50": 1234.5, "$1,234,567": 1234567, "-1,234.5": -1234.5, "+.5": .5, "2e-06": 2e-6, "'3": 3, "-0": 0} {
		if got, err := ParseAmount(in); err != nil || got != want {
			t.Errorf("ParseAmount(%q) = %v, %v, want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"0,123", "1,234", "0,5", "1.234,56", "-1,5", "$12,00"} {
		if got, err := ParseAmount(in); !errors.Is(err, ErrComma) {
			t.Errorf("ParseAmount(%q) = %v, %v, want ErrComma", in, got, err)
		}
	}
	for _, in := range []string{"", "x", "NaN", "0x1p3", "1_0", "1,23,4.5", ",5x", "$$1", "1e"} {
		if got, err := ParseAmount(in); !errors.Is(err, errAmount) {
			t.Errorf("ParseAmount(%q) = %v, %v, want errAmount", in, got, err)
		}
	}
}

func importOf(t *testing.T, file string) (*Import, error) {
	t.Helper()
	in, err := os.Open("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	return ReadImport(in, day("2026-11-26 12:00"))
}

// What import can read of requests, reconcile can too.
func TestLogFiles(t *testing.T) {
	for _, c := range []struct {
		file     string
		requests int
		usd      float64
		first    string
	}{
		{"gateway-log.jsonl", 2, 0.0123 + 0.0045, "2026-11-20T10:42:00.123Z"},
		{"repeated-requests.csv", 3, 0.5 + 0.25 + 0.1, "2026-11-20T10:00:00Z"},
		{"cell-with-newline.csv", 3, 0.5 + 0.7 + 0.7, "2026-11-20T10:00:00.123Z"},
		{"zone-offset.csv", 4, 0.5 + 0.1 + 0.1 + 0.1, "2026-11-20T10:00:00Z"},
	} {
		in, err := os.Open("testdata/" + c.file)
		if err != nil {
			t.Fatal(err)
		}
		l, err := ReadLog(in, day("2026-11-26 12:00"))
		in.Close()
		from, _, _ := l.Span()
		if err != nil || len(l.Entries) != c.requests || math.Abs(l.SumUSD()-c.usd) > 1e-9 || l.Problems.Count > 0 || from.Format(time.RFC3339Nano) != c.first {
			t.Errorf("%s: %d requests of %v from %v, %+v, %v, want %d of %v from %s", c.file, len(l.Entries), l.SumUSD(), from, l.Problems, err, c.requests, c.usd, c.first)
		}
	}
}

func TestParseTime(t *testing.T) {
	for in, want := range map[string]string{
		"2026-11-20":                    "2026-11-20T00:00:00Z",
		"2026-11-20T23:30:00-05:00":     "2026-11-21T04:30:00Z",
		"2026-11-20t23:30:00z":          "2026-11-20T23:30:00Z",
		"2026-11-20 23:30:00-05:00":     "2026-11-21T04:30:00Z",
		"2026-11-20 23:30:00.25-0500":   "2026-11-21T04:30:00.25Z",
		"2026-11-20 10:00:00.5+00":      "2026-11-20T10:00:00.5Z",
		"2026-11-20 10:00:00 +0100":     "2026-11-20T09:00:00Z",
		"2026-11-20 10:00:00 +0100 CET": "2026-11-20T09:00:00Z",
		"2026-11-20 10:00:00 +0000 UTC": "2026-11-20T10:00:00Z",
		"2026-11-20 10:00:00 UTC":       "2026-11-20T10:00:00Z",
		"2026-11-20T10:00":              "2026-11-20T10:00:00Z",
		"2026-11-20 10:00+02:00":        "2026-11-20T08:00:00Z",
		"1795165200":                    "2026-11-20T09:00:00Z",
		"1795165200.5":                  "2026-11-20T09:00:00.5Z",
		"1795165200000":                 "2026-11-20T09:00:00Z",
		"1795165200000000":              "2026-11-20T09:00:00Z",
		"1795165200000000000":           "2026-11-20T09:00:00Z",
		"'2026-11-20T10:00:00.123456Z ": "2026-11-20T10:00:00.123456Z",
	} {
		if got, err := ParseTime(in); err != nil || got.Format(time.RFC3339Nano) != want || got.Location() != time.UTC {
			t.Errorf("ParseTime(%q) = %v, %v, want %s", in, got, err, want)
		}
	}
	for in, want := range map[string]error{
		"": errTime, "yesterday": errTime, "2026-11-31": errTime, "2026-02-29 10:00:00": errTime, "17": errTime, "1e12": errTime, "NaN": errTime,
		"2026-11-20 10:00:00 EST": errTime, "20/11/2026": errTime, "2019-12-31T23:59:59Z": errEarly, "1970-01-01": errEarly,
	} {
		if got, err := ParseTime(in); !errors.Is(err, want) {
			t.Errorf("ParseTime(%q) = %v, %v, want %v", in, got, err, want)
		}
	}
}

func TestBoundsOfRequests(t *testing.T) {
	for _, c := range []struct {
		name, row, problem string
	}{
		{"the longest id", strings.Repeat("x", maxText) + ",1", ""},
		{"a longer one", strings.Repeat("x", maxText+1) + ",1", "its id is not one"},
		{"the first and the last sign of an id", "!~,1", ""},
		{"a space in an id", "a b,1", "its id is not one"},
		{"the highest cost", "a,1000000", ""},
		{"a higher one", "a,1000000.01", "its cost is beyond a million dollars"},
		{"a cost of nothing", "a,0", ""},
	} {
		l := read(t, "id,cost\n"+c.row+"\n")
		problem := ""
		if l.Problems.Count > 0 {
			problem = l.Problems.First[0].Text
		}
		if problem != c.problem || (problem == "") != (len(l.Entries) == 1) {
			t.Errorf("%s: %d requests, %q, want %q", c.name, len(l.Entries), problem, c.problem)
		}
	}
	key := strings.Repeat("k", maxText)
	if l := read(t, "id,key\na,"+key+"k\n"); l.Entries[0].Key != key {
		t.Errorf("a key of %d bytes, want %d", len(l.Entries[0].Key), maxText)
	}
}

// Rows are counted as they are used.
func TestImportCounts(t *testing.T) {
	f := parsed(t, "generation_id,created_at,cost\na,2026-11-20 10:00:00,1\nb,2026-11-20 11:00:00,2\nb,2026-11-20 11:00:00,2\nc,2026-11-20 11:00:00,\nd,,3\n")
	if f.Used != 2 || f.Repeated != 1 || f.Empty != 1 || f.Problems.Count != 1 || f.Problems.First[0] != (Problem{6, "it has no time"}) {
		t.Errorf("activity: %+v, want 2 used, 1 repeated, 1 empty, line 6 without a time", f)
	}
	f = parsed(t, "at,total_usage_usd\n2026-11-20T10:00:00Z,1\n2026-11-20T11:00:00Z,2\n2026-11-20T12:00:00Z,\n,3\n")
	if f.Used != 2 || f.Empty != 0 || f.Problems.Count != 1 || f.Problems.First[0] != (Problem{5, "it has no time"}) {
		t.Errorf("readings: %+v, want 2 used, line 5 without a time", f)
	}
}

// Totals count, and a spend that differs from them by more than rounding leaves
// is told by its line.
func TestTotalsCount(t *testing.T) {
	const head = "at,total_usage_usd,spend_usd\n"
	for _, c := range []struct {
		name, in string
		segments []int64
		differ   []int
	}{
		{"what rounding leaves", "2026-11-20T10:00:00Z,1,\n2026-11-20T11:00:00Z,2.0000001,1\n2026-11-20T12:00:00Z,3,0.99999\n", []int64{0, 0, 0}, []int{4}},
		{"saved with two decimals", "2026-11-20T10:00:00Z,1.00,\n2026-11-20T11:00:00Z,1.01,0.00\n2026-11-20T12:00:00Z,1.01,0.01\n2026-11-20T13:00:00Z,1.5,0.4\n", []int64{0, 0, 0, 0}, []int{5}},
		{"saved as whole dollars", "2026-11-20T10:00:00Z,1,\n2026-11-20T11:00:00Z,2,0\n2026-11-20T12:00:00Z,9,3\n", []int64{0, 0, 0}, []int{4}},
		{"thinned", "2026-11-20T10:00:00Z,1,\n2026-11-20T11:00:00Z,4,0.25\n2026-11-20T12:00:00Z,8,0.5\n", []int64{0, 0, 0}, []int{3, 4}},
		{"an empty spend begins a segment, also after a bad line", "2026-11-20T10:00:00Z,1,\n2026-11-20T11:00:00Z,4,3\nrubbish\n2026-11-20T12:00:00Z,8,\n", []int64{0, 0, 1}, nil},
		{"the newest first", "2026-11-20T12:00:00Z,3,1\n2026-11-20T11:00:00Z,2,1\n2026-11-20T10:00:00Z,1,\n", []int64{0, 0, 0}, nil},
	} {
		f := parsed(t, head+c.in)
		var segments []int64
		for _, r := range f.Readings {
			segments = append(segments, r.Segment)
		}
		var differ []int
		for _, p := range f.Differ.First {
			differ = append(differ, p.Number)
		}
		if !slices.Equal(segments, c.segments) || !slices.Equal(differ, c.differ) {
			t.Errorf("%s: segments %v, lines %v, want %v, %v", c.name, segments, differ, c.segments, c.differ)
		}
	}
}

// What was not seen, and what was filled in, is told by rows without totals.
func TestUnseenRows(t *testing.T) {
	at := func(h int) time.Time { return day("2026-11-20 00:00").Add(time.Duration(h) * time.Hour) }
	f := parsed(t, "at,total_credits_usd,total_usage_usd,balance_usd,spend_usd\n"+
		"2026-11-20T00:00:00Z,,,,\n2026-11-20T01:00:00Z,,,,1\n2026-11-20T02:00:00Z,,,,\n2026-11-20T03:00:00Z,9,5,4,2\n"+
		"2026-11-20T03:00:01Z,,,,\n2026-11-20T06:00:00Z,9,7,2,2\n2026-11-20T07:00:00Z,9,7,2,0\n")
	filled := []Spend{{credit.Span{From: at(0), To: at(1)}, 1}, {credit.Span{From: at(2), To: at(3)}, 2}}
	if unseen := []credit.Span{{From: at(3), To: at(6)}}; !slices.Equal(f.Unseen, unseen) || !slices.Equal(f.Filled, filled) || len(f.Readings) != 3 || f.Readings[2].Segment != 0 || f.Differ.Count > 0 {
		t.Errorf("unseen %v, filled %v, readings %v, differ %v, want %v, %v, 3 of one segment", f.Unseen, f.Filled, f.Readings, f.Differ, unseen, filled)
	}
}

// With --every a row has the spend of the span that it begins.
func TestRowsOfSpans(t *testing.T) {
	at := func(h int) time.Time { return day("2026-11-20 00:00").Add(time.Duration(h) * time.Hour) }
	f := parsed(t, "at,total_credits_usd,total_usage_usd,balance_usd,spend_usd\n"+
		"2026-11-19T23:00:00Z,,,,\n2026-11-20T00:00:00Z,9,5,4,0.25\n2026-11-20T01:00:00Z,9,5.25,4,\n2026-11-20T02:00:00Z,,,,\n"+
		"2026-11-20T03:00:00Z,9,7,2,0\n2026-11-20T04:00:00Z,9,7,2,0.5\n2026-11-20T05:00:00Z,9,7.5,1.5,\n2026-11-20T06:00:00Z,,,,\n")
	if unseen := []credit.Span{{From: at(1), To: at(3)}}; !slices.Equal(f.Unseen, unseen) || len(f.Filled) > 0 || len(f.Readings) != 5 || f.Readings[4].Segment != 0 || f.Differ.Count > 0 {
		t.Errorf("unseen %v, filled %v, readings %v, differ %v, want %v, none, 5 of one segment", f.Unseen, f.Filled, f.Readings, f.Differ, unseen)
	}

	// What was filled in before the first reading has no totals.
	f = parsed(t, "at,total_credits_usd,total_usage_usd,balance_usd,spend_usd\n"+
		"2026-11-19T22:00:00Z,,,,3\n2026-11-19T23:00:00Z,,,,\n2026-11-20T00:00:00Z,,,,2\n2026-11-20T01:00:00Z,,,,1\n"+
		"2026-11-20T02:00:00Z,9,7,2,0.25\n2026-11-20T03:00:00Z,9,7.25,1.75,1\n2026-11-20T04:00:00Z,9,8.25,.75,\n")
	filled := []Spend{{credit.Span{From: at(-2), To: at(-1)}, 3}, {credit.Span{From: at(0), To: at(1)}, 2}, {credit.Span{From: at(1), To: at(2)}, 1}}
	if !slices.Equal(f.Filled, filled) || len(f.Unseen) > 0 || len(f.Readings) != 3 || f.Readings[2].Segment != 0 || f.Differ.Count > 0 {
		t.Errorf("filled %v, unseen %v, readings %v, differ %v, want %v, none, 3 of one segment", f.Filled, f.Unseen, f.Readings, f.Differ, filled)
	}
}
