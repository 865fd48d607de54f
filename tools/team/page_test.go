package main

import (
	"strings"
	"testing"
)

// A figure holds that meets its goal; one that is missing or no number does not.
func TestJudge(t *testing.T) {
	most, least := row{goal: 15, floor: 9.8}, row{goal: 501, floor: 649, least: true}
	for _, c := range []struct {
		r      row
		here   string
		missed bool
		word   string
	}{
		{most, "9.80 ms, of 5 rows", false, "yes"}, {most, "12 ms", false, "yes, short of the floor"}, {most, "15.01 ms", true, "**no**"},
		{most, "", true, "**not measured**"}, {most, "NaN ms", true, "**no**"}, {most, "fast", true, "**no**"},
		{least, "650 polls/s", false, "yes"}, {least, "501 polls/s", false, "yes, short of the floor"}, {least, "500 polls/s", true, "**no**"},
		{row{}, "0 of 60", false, "yes"}, {row{}, "1 of 60", true, "**no**"},
	} {
		if word, missed := c.r.judge(c.here); word != c.word || missed != c.missed {
			t.Errorf("%+v: %q is %q, missed %t", c.r, c.here, word, missed)
		}
	}
}

// What was not measured is missed, and stands in the table.
func TestPage(t *testing.T) {
	page, missed := measured{"late": "0 of 600", "polls": "12 polls/s"}.page("a machine", true)
	if missed != len(rows)-1 || !strings.Contains(page, "| 0 of 600 | yes |") || !strings.Contains(page, "| 12 polls/s | **no** |") || !strings.Contains(page, "It was busy") {
		t.Errorf("%d missed:\n%s", missed, page)
	}
}
