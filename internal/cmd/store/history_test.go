package store

import (
	"bytes"
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/cmd/cmdtest"
	"ortop/internal/monitor"
	"ortop/internal/render"
)

// csvHead is the head of history --csv.
const csvHead = "at,total_credits_usd,total_usage_usd,balance_usd,spend_usd\n"

func csvOf(t *testing.T, ar monitor.Archive, ask historyQuery) string {
	t.Helper()
	var b bytes.Buffer
	out := render.NewRowWriter(&b, render.CSVRows)
	if err := eachRow(context.Background(), ar, ask, out.Write); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestRows(t *testing.T) {
	unknown := history.Reading{At: cmdtest.Day("2026-11-20 12:00"), UsageUSD: 5}
	days := []history.Reading{
		cmdtest.Known("2026-11-19 22:00", 1, 10), cmdtest.Known("2026-11-19 23:00", 2, 10),
		cmdtest.Known("2026-11-20 01:00", 4, 10), cmdtest.Known("2026-11-20 02:00", 4.5, 30),
	}
	broken := []history.Reading{cmdtest.Known("2026-11-20 10:00", 8, 10), cmdtest.Known("2026-11-20 10:30", 3, 10), cmdtest.Known("2026-11-20 10:40", 3.5, 2)}
	now := cmdtest.Day("2026-11-21 06:00")
	for _, c := range []struct {
		name     string
		readings []history.Reading
		ask      historyQuery
		want     string
	}{
		{"as they are stored", days, historyQuery{}, `
2026-11-19T22:00:00Z,10,1,9,
2026-11-19T23:00:00Z,10,2,8,1
2026-11-20T01:00:00Z,10,4,6,2
2026-11-20T02:00:00Z,30,4.5,25.5,0.5
`},
		{"since a moment, the spend before it is known", days, historyQuery{from: cmdtest.Day("2026-11-20 00:00")}, `
2026-11-20T01:00:00Z,10,4,6,2
2026-11-20T02:00:00Z,30,4.5,25.5,0.5
`},
		{"since a reading, what was spent before it is not of the span", days, historyQuery{from: cmdtest.Day("2026-11-20 01:00")}, `
2026-11-20T01:00:00Z,10,4,6,
2026-11-20T02:00:00Z,30,4.5,25.5,0.5
`},
		{"credits are not known", []history.Reading{unknown}, historyQuery{}, `
2026-11-20T12:00:00Z,,5,,
`},
		{"two segments have no spend between them", broken, historyQuery{}, `
2026-11-20T10:00:00Z,10,8,2,
2026-11-20T10:30:00Z,10,3,7,
2026-11-20T10:40:00Z,2,3.5,-1.5,0.5
`},
		{"days, with the first and the last reading", days, historyQuery{every: 24 * time.Hour}, `
2026-11-19T22:00:00Z,10,1,9,1
2026-11-20T00:00:00Z,10,2,8,2.5
2026-11-20T02:00:00Z,30,4.5,25.5,
2026-11-21T00:00:00Z,,,,
`},
		{"days before the first reading", days, historyQuery{from: cmdtest.Day("2026-11-18 12:00"), every: 24 * time.Hour}, `
2026-11-18T12:00:00Z,,,,
2026-11-19T00:00:00Z,,,,
2026-11-19T22:00:00Z,10,1,9,1
2026-11-20T00:00:00Z,10,2,8,2.5
2026-11-20T02:00:00Z,30,4.5,25.5,
2026-11-21T00:00:00Z,,,,
`},
		{"from within the history", days, historyQuery{from: cmdtest.Day("2026-11-20 00:30"), every: time.Hour, to: cmdtest.Day("2026-11-20 02:00")}, `
2026-11-20T00:30:00Z,10,2,8,2
2026-11-20T01:00:00Z,10,4,6,0.5
`},
		{"none", nil, historyQuery{}, "\n"},
		{"none in the span", days, historyQuery{from: cmdtest.Day("2026-11-21 00:00")}, "\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.ask.to.IsZero() {
				c.ask.to = now
			}
			got := csvOf(t, cmdtest.ArchiveOf(t, 0, c.readings...), c.ask)
			if want := strings.TrimSuffix(csvHead, "\n") + c.want; got != want {
				t.Errorf("rows =\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// A gap that reaches out of a span has rows of its own, and the totals of where it has
// ended are known.
func TestRowsBesideAGap(t *testing.T) {
	var readings []history.Reading
	for at := cmdtest.Day("2026-11-20 10:00"); at.Before(cmdtest.Day("2026-11-20 13:01")); at = at.Add(time.Minute) {
		if at.Before(cmdtest.Day("2026-11-20 10:30")) || at.After(cmdtest.Day("2026-11-20 11:50")) {
			readings = append(readings, history.Reading{At: at, UsageUSD: at.Sub(cmdtest.Day("2026-11-20 10:00")).Hours()})
		}
	}
	got := csvOf(t, cmdtest.ArchiveOf(t, time.Minute, readings...), historyQuery{every: time.Hour, to: cmdtest.Day("2026-11-20 13:00")})
	if want := csvHead + `2026-11-20T10:00:00Z,,0,,0.4833333333
2026-11-20T10:29:00Z,,0.48333333333333334,,
2026-11-20T11:00:00Z,,,,
2026-11-20T11:51:00Z,,1.85,,0.15
2026-11-20T12:00:00Z,,2,,1
`; got != want {
		t.Errorf("rows =\n%s\nwant\n%s", got, want)
	}
}

// TestSpansSumToTotal cuts half a year, with summer time at both ends, a gap
// and a thousand spans and more, and compares the sum with the rise of usage.
func TestSpansSumToTotal(t *testing.T) {
	start := cmdtest.Day("2026-09-20 07:13")
	var readings []history.Reading
	for i := range 2000 {
		at := start.Add(time.Duration(i) * 2 * time.Hour)
		if i > 700 && i < 760 {
			continue
		}
		readings = append(readings, history.Reading{At: at, UsageUSD: math.Sqrt(float64(i)), CreditsUSD: 50, CreditsKnown: true})
	}
	ar := cmdtest.ArchiveOf(t, 2*time.Hour, readings...)
	end := readings[len(readings)-1].At
	for _, zone := range []string{"America/New_York", "Europe/Berlin", "Australia/Lord_Howe"} {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		for _, every := range []time.Duration{time.Hour, 24 * time.Hour, 12345 * time.Second} {
			hole := math.Sqrt(760) - math.Sqrt(700) // which nobody saw
			sum, rows := 0.0, 0
			before := time.Time{}
			err := eachRow(context.Background(), ar, historyQuery{to: end.Add(time.Hour).In(loc), every: every}, func(r render.HistoryRow) error {
				if !r.At.After(before) {
					t.Errorf("every %s in %s: a row at %v after one at %v", every, zone, r.At, before)
				}
				before = r.At
				rows++
				if r.SpendUSD != nil {
					sum += *r.SpendUSD
				}
				return nil
			})
			if want := math.Sqrt(1999) - hole; err != nil || sum < want-2*0.02*every.Hours()/2 || sum > want+1e-9 || rows < 2 {
				t.Errorf("every %s in %s: the sum of %d rows is %v, %v, want %v, less what shares a span with the hole", every, zone, rows, sum, err, want)
			}
		}
	}
}

func BenchmarkHistoryCSV(b *testing.B) {
	var readings []history.Reading
	for i := range 20_000 {
		readings = append(readings, history.Reading{At: cmdtest.Day("2026-01-01 00:00").Add(time.Duration(i) * time.Minute), UsageUSD: float64(i), CreditsUSD: 1e5, CreditsKnown: true})
	}
	ar := cmdtest.ArchiveOf(b, time.Minute, readings...)
	b.ReportAllocs()
	for b.Loop() {
		out := render.NewRowWriter(&bytes.Buffer{}, render.CSVRows)
		if err := eachRow(context.Background(), ar, historyQuery{to: time.Now()}, out.Write); err != nil {
			b.Fatal(err)
		}
	}
}
