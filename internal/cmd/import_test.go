package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/credit"
	"ortop/internal/render"
)

var importNow = day("2026-11-21 12:00")

func parsed(t *testing.T, s string) *importFile {
	t.Helper()
	f, err := parseImport(strings.NewReader(s), importNow)
	if err != nil {
		t.Fatalf("parseImport(%.80q) = %v", s, err)
	}
	return f
}

func TestParseReadings(t *testing.T) {
	const head = "at,total_credits_usd,total_usage_usd,balance_usd,spend_usd\n"
	at := func(m int) time.Time { return day("2026-11-20 10:00").Add(time.Duration(m) * time.Minute) }
	for _, c := range []struct {
		name, in string
		want     []credit.Sample
		silent   int
		bad      []int
	}{
		{"as they are written", head + "2026-11-20T10:00:00Z,10,1,9,\n2026-11-20T10:01:00Z,10,1.5,8.5,0.5\n",
			[]credit.Sample{{At: at(0), UsageUSD: 1, CreditsUSD: 10, CreditsKnown: true}, {At: at(1), UsageUSD: 1.5, CreditsUSD: 10, CreditsKnown: true}}, 0, nil},
		{"byte order mark, CRLF, no end", "\ufeffat,total_usage_usd\r\n2026-11-20T11:00:00+01:00,1\r\n2026-11-20T10:01:00Z,2",
			[]credit.Sample{{At: at(0), UsageUSD: 1}, {At: at(1), UsageUSD: 2}}, 0, nil},
		{"semicolons, quotes, guards, other order", "\"total_usage_usd\";'at;note\n'1.5;\"'2026-11-20T10:00:00Z\";\"a;b\"\n",
			[]credit.Sample{{At: at(0), UsageUSD: 1.5}}, 0, nil},
		{"an unknown spend begins a segment", head + "2026-11-20T10:00:00Z,10,1,9,\n2026-11-20T10:01:00Z,10,5,5,\n2026-11-20T10:02:00Z,10,6,4,1\n",
			[]credit.Sample{{At: at(0), UsageUSD: 1, CreditsUSD: 10, CreditsKnown: true}, {At: at(1), UsageUSD: 5, CreditsUSD: 10, CreditsKnown: true, Segment: 1}, {At: at(2), UsageUSD: 6, CreditsUSD: 10, CreditsKnown: true, Segment: 1}}, 0, nil},
		{"a spend below the rise begins one", head + "2026-11-20T10:00:00Z,,1,,\n2026-11-20T10:01:00Z,,5,,0.25\n",
			[]credit.Sample{{At: at(0), UsageUSD: 1}, {At: at(1), UsageUSD: 5, Segment: 1}}, 0, nil},
		{"no spend at all begins none", head + "2026-11-20T10:00:00Z,,1,,\n2026-11-20T10:01:00Z,,5,,\n",
			[]credit.Sample{{At: at(0), UsageUSD: 1}, {At: at(1), UsageUSD: 5}}, 0, nil},
		{"a bad line loses no spend", head + "2026-11-20T10:00:00Z,,1,,\nrubbish\n2026-11-20T10:02:00Z,,5,,0.25\n",
			[]credit.Sample{{At: at(0), UsageUSD: 1}, {At: at(2), UsageUSD: 5}}, 0, []int{3}},
		{"what is unknown is no reading", head + "2026-11-20T10:00:00Z,,,,\n", nil, 1, nil},
		{"what cannot be is refused", head + strings.Join([]string{
			"2026-11-22T10:00:00Z,,1,,", "2026-11-20T10:00:00Z,,-1,,", "2026-11-20T10:00:00Z,,NaN,,", "2026-11-20T10:00:00Z,,+Inf,,",
			"2026-11-20T10:00:00Z,,1e300,,", "2026-11-20T10:00:00Z,x,1,,", "1970-01-01T00:00:00Z,,1,,", "yesterday,,1,,", "2026-11-20T10:00:00Z,,0x1p3,,",
			"2026-11-20T10:00:00Z,,1,", "2026-11-20T10:00:00Z,,\"1,,", "2026-11-20T10:00:00Z,,1,5,,", "2026-11-20T10:00:00Z,,1_0,,", "",
			"2026-11-20T10:00:00Z," + strings.Repeat("9", 200_000) + ",1,,", "2026-11-20T10:01:00Z,,1,,"}, "\n"),
			[]credit.Sample{{At: at(1), UsageUSD: 1}}, 0, []int{2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := parsed(t, c.in)
			var bad []int
			for _, b := range f.bad {
				bad = append(bad, b.number)
			}
			if !reflect.DeepEqual(f.readings, c.want) || f.silent != c.silent || !reflect.DeepEqual(bad, c.bad) || f.days != nil {
				t.Errorf("parseImport() = %+v, %d silent, bad %v\nwant %+v, %d, %v", f.readings, f.silent, f.bad, c.want, c.silent, c.bad)
			}
		})
	}
}

func TestParseActivity(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     map[string]float64
		silent   int
		bad      []int
	}{
		{"by day and model", "date,model,usage,requests\n2026-11-18,openai/x,1.5,3\n2026-11-18,\"a,b\",0.25,1\n2026-11-20,x,2e-06,1\n",
			map[string]float64{"2026-11-18": 1.75, "2026-11-20": 2e-6}, 0, nil},
		{"by request", "generation_id,created_at,cost_total,tokens_prompt\ngen-1,2026-11-18 23:59:59.713,0.5,9\ngen-2,2026-11-19T00:00:00Z,0.25,9\n",
			map[string]float64{"2026-11-18": 0.5, "2026-11-19": 0.25}, 0, nil},
		{"as people read", "Date;Total Spend ($)\n2026-11-18;\"$1,234.50\"\n", map[string]float64{"2026-11-18": 1234.5}, 0, nil},
		{"the day that is not over", "date,usage\n2026-11-21,1\n2026-11-20,2\n2026-11-19,\n", map[string]float64{"2026-11-20": 2}, 2, nil},
		{"wrong lines", "date,usage\n2026-11-22,1\n2026-11-20,-2\n2026-11-20,1,25\n2026-11-20,0\n", map[string]float64{"2026-11-20": 0}, 0, []int{2, 3, 4}},
		{"the API's answer", ` {"data":[{"date":"2026-11-18","model":"x","usage":1.5,"byok_usage_inference":9},{"date":"2026-11-18 00:00:00","usage":0.5},
			{"date":"2026-11-18"},{"usage":1},"x",{"date":"2026-11-18","usage":-1},{"date":"2026-11-21","usage":1}],"total_count":7}`,
			map[string]float64{"2026-11-18": 2}, 1, []int{3, 4, 5, 6}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := parsed(t, c.in)
			got := map[string]float64{}
			for d, usd := range f.days {
				got[d.Format(time.DateOnly)] = usd
			}
			var bad []int
			for _, b := range f.bad {
				bad = append(bad, b.number)
			}
			if !maps.Equal(got, c.want) || f.silent != c.silent || !reflect.DeepEqual(bad, c.bad) {
				t.Errorf("parseImport() = %v, %d silent, bad %v\nwant %v, %d, %v", got, f.silent, f.bad, c.want, c.silent, c.bad)
			}
		})
	}
	f := parsed(t, "date,usage\n2026-11-20,2\n2026-11-18,1\n")
	want := []history.Spend{
		{From: day("2026-11-18 00:00"), To: day("2026-11-19 00:00"), USD: 1},
		{From: day("2026-11-19 00:00"), To: day("2026-11-20 00:00")},
		{From: day("2026-11-20 00:00"), To: day("2026-11-21 00:00"), USD: 2},
	}
	if got := f.spends(); !reflect.DeepEqual(got, want) {
		t.Errorf("spends() = %v, want %v", got, want)
	}
}

// endless is a file that never ends.
type endless string

func (e endless) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		n += copy(p[n:], e)
	}
	return n, nil
}

func TestImportRefusesOtherKinds(t *testing.T) {
	for name, in := range map[string]string{
		"nothing": "", "one word": "hello", "another table": "name,price\nx,1\n", "a half of the columns": "at,balance_usd\n",
		"another list": `{"rows":[]}`, "broken JSON": `{"data":[{"date":"2026-11-18","usage":1}`, "a bare list": `[{"date":"2026-11-18","usage":1}]`,
		"UTF-16": "\xff\xfea\x00t\x00", "bytes": "\x00\x01\x02\x03",
	} {
		if f, err := parseImport(strings.NewReader(in), importNow); !errors.Is(err, errWrongKind) {
			t.Errorf("parseImport(%s) = %+v, %v, want errWrongKind", name, f, err)
		}
	}
	if _, err := parseImport(endless("\x00"), importNow); !errors.Is(err, errWrongKind) {
		t.Errorf("parseImport of endless zeros = %v, want errWrongKind", err)
	}
	if os.Getenv("ORTOP_SOAK") == "" {
		t.Skip("ORTOP_SOAK is not set: reads a gigabyte")
	}
	if _, err := parseImport(endless("{"), importNow); err == nil || !strings.Contains(err.Error(), "64 MB") {
		t.Errorf("parseImport of endless braces = %v, want its bound", err)
	}
	if _, err := parseImport(endless("at,total_usage_usd\n"), importNow); err == nil || !strings.Contains(err.Error(), "lines") {
		t.Errorf("parseImport of endless lines = %v, want its bound", err)
	}
}

// TestImportRoundTrip writes histories as CSV, takes them into an empty one
// and compares what that writes.
func TestImportRoundTrip(t *testing.T) {
	ctx := context.Background()
	start := day("2026-11-01 00:00")
	var long []history.Reading
	for i := range 3000 {
		usage, credits := math.Sqrt(float64(i%1700)), 100.0
		if i > 2000 {
			credits = 150
		}
		r := history.Reading{At: start.Add(time.Duration(i) * time.Minute), UsageUSD: usage, CreditsUSD: credits, CreditsKnown: i%500 > 20}
		if i == 1000 {
			r.NewSegment = &history.Segment{Reason: "another account"}
		}
		long = append(long, r)
	}
	for name, readings := range map[string][]history.Reading{"none": nil, "one": {known("2026-11-20 10:00", 1.1, 2.2)}, "many": long} {
		ask := historyAsk{to: importNow}
		from, into := archiveOf(t, 0, readings...), archiveOf(t, 0)
		want := csvOf(t, from, ask)
		f := parsed(t, want)
		for i := range 2 {
			report, err := f.store(ctx, into, "personal")
			if wanted := fmt.Sprintf("added    %d readings", len(f.readings)*(1-i)); err != nil || !strings.HasPrefix(report, wanted) {
				t.Errorf("%s: import %d = %q, %v, want %s", name, i, report, err, wanted)
			}
			if got := csvOf(t, into, ask); got != want {
				t.Errorf("%s: import %d: the history writes\n%.600s\nwant\n%.600s", name, i, got, want)
			}
		}
	}
}

func TestImportActivity(t *testing.T) {
	ctx := context.Background()
	f := parsed(t, "date,usage\n2026-11-17,1\n2026-11-19,2\n")
	if _, err := f.store(ctx, archiveOf(t, 0), "personal"); err == nil {
		t.Error("import of activity into nothing = nil, want an error")
	}
	ar := archiveOf(t, 0, known("2026-11-20 00:00", 10, 20))
	for _, want := range []string{"added    3 days", "added    0 days"} {
		if report, err := f.store(ctx, ar, "personal"); err != nil || !strings.HasPrefix(report, want) {
			t.Errorf("import = %q, %v, want %s", report, err, want)
		}
	}
	var spent []float64
	err := eachRow(ctx, ar, historyAsk{to: day("2026-11-20 00:00"), every: 24 * time.Hour}, func(r render.HistoryRow) error {
		if r.SpendUSD != nil {
			spent = append(spent, *r.SpendUSD)
		}
		return nil
	})
	if err != nil || !reflect.DeepEqual(spent, []float64{1, 0, 2}) {
		t.Errorf("spend by day = %v, %v, want 1, 0, 2", spent, err)
	}
}

func FuzzImport(f *testing.F) {
	for _, s := range []string{
		"at,total_credits_usd,total_usage_usd,balance_usd,spend_usd\n2026-11-20T10:00:00Z,10,1,9,\n2026-11-20T10:01:00Z,10,1.5,8.5,0.5\n",
		"at;total_usage_usd\n'2026-11-20T10:00:00Z;\"1\"\n", "date,usage\n2026-11-20,$1.50\n", "created_at\tcost_total\n2026-11-20 10:00:00.1\t1e-6\n",
		`{"data":[{"date":"2026-11-18","usage":1}]}`, "\xef\xbb\xbfat,total_usage_usd\n\n\"\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := parseImport(strings.NewReader(s), importNow)
		if err != nil {
			return
		}
		var table bytes.Buffer
		out := render.NewRowWriter(&table, render.CSVRows)
		for _, r := range p.readings {
			if r.At.After(importNow) || r.At.Before(beginning) || !(r.UsageUSD >= 0 && r.UsageUSD <= 1e9) || !credit.Plausible(r.CreditsUSD) {
				t.Errorf("parseImport(%q) has a reading of %+v", s, r)
			}
			if err := out.Write(rowOf(r, nil)); err != nil {
				t.Fatal(err)
			}
		}
		if err := out.Close(); err != nil {
			t.Fatal(err)
		}
		for d, usd := range p.days {
			if !d.Before(credit.DayStart(importNow)) || d.Before(beginning) || !(usd >= 0) {
				t.Errorf("parseImport(%q) has %v on %v", s, usd, d)
			}
		}
		if spends := p.spends(); len(spends) > 3000 {
			t.Errorf("parseImport(%q) has %d days", s, len(spends))
		}
		again, err := parseImport(&table, importNow)
		if err != nil || len(again.readings) != len(p.readings) || again.badLines > 0 {
			t.Fatalf("what parseImport(%q) took is read again as %+v, %v", s, again, err)
		}
		for i, r := range again.readings {
			want := p.readings[i]
			if !r.At.Equal(want.At.Truncate(time.Second)) || r.UsageUSD != want.UsageUSD || r.CreditsKnown != want.CreditsKnown || r.CreditsUSD != want.CreditsUSD {
				t.Errorf("parseImport(%q): reading %d is %+v, and read again %+v", s, i, want, r)
			}
		}
	})
}
