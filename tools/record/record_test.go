package main

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestCellsOf(t *testing.T) {
	rows := cellsOf("\x1b[38;2;1;2;255mab\x1b[m \x1b[1mé\x1b[m\x1b[7m▄\x1b[m\nxyz", 6, 3)
	want := [][]cell{
		{{'a', "#0102ff", "", false}, {'b', "#0102ff", "", false}, {' ', "", "", false}, {'é', "", "", true}, {'▄', ground, text, false}, {}},
		{{'x', "", "", false}, {'y', "", "", false}, {'z', "", "", false}, {}, {}, {}},
		make([]cell, 6),
	}
	for y := range want {
		for x := range want[y] {
			if rows[y][x] != want[y][x] {
				t.Errorf("row %d, column %d = %+v, want %+v", y, x, rows[y][x], want[y][x])
			}
		}
	}
}

// The tour is one well-formed picture with a frame for each key, and the same each
// time.
func TestRecord(t *testing.T) {
	picture, err := record()
	if err != nil {
		t.Fatal(err)
	}
	d, frames := xml.NewDecoder(strings.NewReader(string(picture))), 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "g" {
			frames++
		}
	}
	if frames != 1+len(tour) {
		t.Errorf("%d frames, want %d", frames, 1+len(tour))
	}
	for _, words := range []string{"personal", "80 % sure", "most likely", "this month", "by key", "top-up", "command", "claude-sonnet-5"} {
		if !strings.Contains(string(picture), words) {
			t.Errorf("the tour does not show %q", words)
		}
	}
	again, err := record()
	if err != nil {
		t.Fatal(err)
	}
	if string(again) != string(picture) {
		t.Error("a second recording differs from the first")
	}
}
