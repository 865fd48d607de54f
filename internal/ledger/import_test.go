package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"ortop/internal/credit"
)

var noon = day("2026-11-21 12:00")

func day(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		panic(err)
	}
	return t
}

func parsed(t *testing.T, s string) *Import {
	t.Helper()
	f, err := ReadImport(strings.NewReader(s), noon)
	if err != nil {
		t.Fatalf("ReadImport(%.80q) = %v", s, err)
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
		{"a spend below the rise begins none", head + "2026-11-20T10:00:00Z,,1,,\n2026-11-20T10:01:00Z,,5,,0.25\n",
			[]credit.Sample{{At: at(0), UsageUSD: 1}, {At: at(1), UsageUSD: 5}}, 0, nil},
		{"no spend at all begins none", head + "2026-11-20T10:00:00Z,,1,,\n2026-11-20T10:01:00Z,,5,,\n",
			[]credit.Sample{{At: at(0), UsageUSD: 1}, {At: at(1), UsageUSD: 5}}, 0, nil},
		{"nor does it after time that nobody saw", head + "2026-11-20T10:00:00Z,,1,,\n2026-11-20T10:00:01Z,,,,\n2026-11-20T10:01:00Z,,5,,\n2026-11-20T10:02:00Z,,6,,\n",
			[]credit.Sample{{At: at(0), UsageUSD: 1}, {At: at(1), UsageUSD: 5}, {At: at(2), UsageUSD: 6}}, 0, nil},
		{"nor where there is no such column", "at,total_usage_usd\n2026-11-20T10:00:00Z,1\n2026-11-20T10:00:01Z,\n2026-11-20T10:01:00Z,5\n",
			[]credit.Sample{{At: at(0), UsageUSD: 1}, {At: at(1), UsageUSD: 5}}, 0, nil},
		{"a bad line loses no spend", head + "2026-11-20T10:00:00Z,,1,,\nrubbish\n2026-11-20T10:02:00Z,,5,,0.25\n",
			[]credit.Sample{{At: at(0), UsageUSD: 1}, {At: at(2), UsageUSD: 5}}, 0, []int{3}},
		{"what is unknown is no reading", head + "2026-11-20T10:00:00Z,,,,\n", []credit.Sample{}, 0, nil},
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
			for _, b := range f.Problems.First {
				bad = append(bad, b.Number)
			}
			if !reflect.DeepEqual(f.Readings, c.want) || f.Empty != c.silent || !reflect.DeepEqual(bad, c.bad) || f.Days != nil {
				t.Errorf("ReadImport() = %+v, %d silent, bad %v\nwant %+v, %d, %v", f.Readings, f.Empty, f.Problems.First, c.want, c.silent, c.bad)
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
		{"as people read", "Date;Total Cost ($)\n2026-11-18;\"$1,234.50\"\n", map[string]float64{"2026-11-18": 1234.5}, 0, nil},
		{"the day that is not over", "date,usage\n2026-11-21,1\n2026-11-20,2\n2026-11-19,\n", map[string]float64{"2026-11-20": 2}, 2, nil},
		{"wrong lines", "date,usage\n2026-11-22,1\n2026-11-20,-2\n2026-11-20,1,25\n2026-11-20,0\n", map[string]float64{"2026-11-20": 0}, 0, []int{2, 3, 4}},
		{"the API's answer", ` {"data":[{"date":"2026-11-18","model":"x","usage":1.5,"byok_usage_inference":9},{"date":"2026-11-18 00:00:00","usage":0.5},
			{"date":"2026-11-18"},{"usage":1},"x",{"date":"2026-11-18","usage":-1},{"date":"2026-11-21","usage":1}],"total_count":7}`,
			map[string]float64{"2026-11-18": 2}, 1, []int{3, 4, 5, 6}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := parsed(t, c.in)
			got := map[string]float64{}
			for d, usd := range f.Days {
				got[d.Format(time.DateOnly)] = usd
			}
			var bad []int
			for _, b := range f.Problems.First {
				bad = append(bad, b.Number)
			}
			if !maps.Equal(got, c.want) || f.Empty != c.silent || !reflect.DeepEqual(bad, c.bad) {
				t.Errorf("ReadImport() = %v, %d silent, bad %v\nwant %v, %d, %v", got, f.Empty, f.Problems.First, c.want, c.silent, c.bad)
			}
		})
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
		if f, err := ReadImport(strings.NewReader(in), noon); !errors.Is(err, ErrNoImport) {
			t.Errorf("ReadImport(%s) = %+v, %v, want ErrNoImport", name, f, err)
		}
	}
	if _, err := ReadImport(endless("\x00"), noon); !errors.Is(err, ErrNoImport) {
		t.Errorf("ReadImport of endless zeros = %v, want ErrNoImport", err)
	}
	if _, err := ReadImport(endless("{"), noon); err == nil || !strings.Contains(err.Error(), "64 MB") {
		t.Errorf("ReadImport of endless braces = %v, want its bound", err)
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
		p, err := ReadImport(strings.NewReader(s), noon)
		if err != nil {
			return
		}
		var table bytes.Buffer
		table.WriteString("at,total_usage_usd,total_credits_usd\n")
		for _, r := range p.Readings {
			if r.At.After(noon) || r.At.Before(beginning) || !(r.UsageUSD >= 0 && r.UsageUSD <= 1e9) || !credit.Plausible(r.CreditsUSD) {
				t.Errorf("ReadImport(%q) has a reading of %+v", s, r)
			}
			fmt.Fprintf(&table, "%s,%v,", r.At.Format(time.RFC3339), r.UsageUSD)
			if r.CreditsKnown {
				fmt.Fprint(&table, r.CreditsUSD)
			}
			table.WriteString("\n")
		}
		for d, usd := range p.Days {
			if !d.Before(credit.DayStart(noon)) || d.Before(beginning) || !(usd >= 0) {
				t.Errorf("ReadImport(%q) has %v on %v", s, usd, d)
			}
		}
		if spends := p.Spends(); len(spends) > 24*3000 {
			t.Errorf("ReadImport(%q) has %d spans", s, len(spends))
		}
		again, err := ReadImport(&table, noon)
		if err != nil || len(again.Readings) != len(p.Readings) || again.Problems.Count > 0 {
			t.Fatalf("what ReadImport(%q) took is read again as %+v, %v", s, again, err)
		}
		for i, r := range again.Readings {
			want := p.Readings[i]
			if !r.At.Equal(want.At.Truncate(time.Second)) || r.UsageUSD != want.UsageUSD || r.CreditsKnown != want.CreditsKnown || r.CreditsUSD != want.CreditsUSD {
				t.Errorf("ReadImport(%q): reading %d is %+v, and read again %+v", s, i, want, r)
			}
		}
	})
}
