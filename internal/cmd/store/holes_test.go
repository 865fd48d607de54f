package store

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/cmd/cmdtest"
	"ortop/internal/render"
)

// The rows of history say what was spent in a hole, once.
func TestRowsOfWhatNobodySaw(t *testing.T) {
	now, ar := cmdtest.Day("2026-11-21 06:00"), cmdtest.ArchiveOf(t, time.Hour, cmdtest.WithHole()...)
	const says = "not seen, $18.00 in 35 h"
	for _, c := range []struct {
		layout render.RowLayout
		want   []string
	}{
		{render.TableRows(0), []string{
			"2026-11-19 00:00:00         $11.00        $760.00        $240.00      $1,000.00\n", // up to the hole
			"2026-11-19 11:00:00              —        $749.00        $251.00      $1,000.00  " + says + "\n",
			"2026-11-20 00:00:00              —              —              —              —  as above\n",
			"2026-11-20 22:00:00          $2.00        $731.00        $269.00      $1,000.00\n",
		}},
		{render.JSONRows, []string{`"not_seen":[{"from":"2026-11-19T11:00:0`, `"to":"2026-11-20T22:00:00Z","spend_usd":18}]}`}},
	} {
		var b bytes.Buffer
		out := render.NewRowWriter(&b, c.layout)
		if err := eachRow(t.Context(), ar, historyQuery{every: 24 * time.Hour, to: now}, out.Write); err != nil {
			t.Fatal(err)
		}
		if err := out.Close(); err != nil {
			t.Fatal(err)
		}
		for _, line := range c.want {
			if !strings.Contains(b.String(), line) {
				t.Errorf("history lacks %q:\n%s", line, b.String())
			}
		}
		if n := strings.Count(b.String(), `"spend_usd":18`); n > 1 {
			t.Errorf("history --json tells the hole %d times:\n%s", n, b.String())
		}
	}
}

// A hole in which nothing was spent hides nothing, and one of which nothing is known
// hides all totals before it.
func TestWhatAHoleHides(t *testing.T) {
	still := []history.Reading{cmdtest.Known("2026-11-20 10:00", 1, 10), cmdtest.Known("2026-11-20 22:00", 1, 10), cmdtest.Known("2026-11-22 08:00", 1, 10), cmdtest.Known("2026-11-22 09:00", 2, 10)}
	for _, c := range []struct {
		name    string
		spent   []history.Spend
		every   time.Duration
		want    string
		notSeen string
	}{
		{"nothing", nil, 24 * time.Hour, `2026-11-20T10:00:00Z,10,1,9,0
2026-11-21T00:00:00Z,10,1,9,0
2026-11-22T00:00:00Z,10,1,9,1
`, `"not_seen":[]`},
		{"what came before", []history.Spend{{From: cmdtest.Day("2026-11-17 00:00"), To: cmdtest.Day("2026-11-18 00:00"), USD: .25}, {From: cmdtest.Day("2026-11-19 00:00"), To: cmdtest.Day("2026-11-20 10:00"), USD: .5}}, 48 * time.Hour, `2026-11-17T00:00:00Z,,,,0.25
2026-11-18T00:00:00Z,,,,
2026-11-19T00:00:00Z,,0.5,,0.5
2026-11-21T00:00:00Z,10,1,9,1
`, `"not_seen":[{"from":"2026-11-18T00:00:00Z","to":"2026-11-19T00:00:00Z","spend_usd":null}]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			ar := cmdtest.ArchiveOf(t, time.Minute, still...)
			if _, err := ar.DB.Backfill(t.Context(), ar.Shown, c.spent); err != nil {
				t.Fatal(err)
			}
			query := historyQuery{every: c.every, to: cmdtest.Day("2026-11-22 09:00")}
			if got := csvOf(t, ar, query); got != csvHead+c.want {
				t.Errorf("rows =\n%s\nwant\n%s", got, c.want)
			}
			var b bytes.Buffer
			out := render.NewRowWriter(&b, render.JSONRows)
			if err := errors.Join(eachRow(t.Context(), ar, query, out.Write), out.Close()); err != nil || !strings.Contains(b.String(), c.notSeen) {
				t.Errorf("JSON = %s, %v, want %s", b.String(), err, c.notSeen)
			}
		})
	}
}
