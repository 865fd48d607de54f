package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCellsOf(t *testing.T) {
	rows := dark.cellsOf("\x1b[38;2;1;2;255mab\x1b[m \x1b[1mé\x1b[m\x1b[7m▄\x1b[m\nxyz", 6, 3)
	want := [][]cell{
		{{'a', "#0102ff", "", false}, {'b', "#0102ff", "", false}, {' ', "", "", false}, {'é', "", "", true}, {'▄', dark.ground, dark.text, false}, {}},
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

// The gallery has every picture once, each well-formed and with its cells, the same
// each time, and stale pictures are found.
func TestGallery(t *testing.T) {
	files, err := gallery()
	if err != nil {
		t.Fatal(err)
	}
	page := string(files["gallery.md"])
	for name, data := range files {
		if name == "gallery.md" {
			continue
		}
		if strings.Count(page, "("+name+")") != 1 {
			t.Errorf("the page has %s %d times", name, strings.Count(page, "("+name+")"))
		}
		if err := xml.Unmarshal(data, new(struct{ XMLName xml.Name })); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, words := range map[string]string{"forecast": "most likely", "breakdown": "by key", "events": "top-up", "settings": "clock", "auto-top-up": "next charge", "light": light.ground, "no-color": "left"} {
		if !strings.Contains(string(files["gallery/"+name+".svg"]), words) {
			t.Errorf("%s does not show %q", name, words)
		}
	}
	if strings.Contains(string(files["gallery/no-color.svg"]), "#4ec98f") {
		t.Error("the picture without colours has one")
	}
	folder := t.TempDir()
	if err := store(folder, files); err != nil || stale(folder, files) != nil {
		t.Fatalf("stored: %v, stale: %v", err, stale(folder, files))
	}
	for name, data := range map[string]string{"gallery/idle.svg": "x", "gallery/gone.svg": "x"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got := stale(folder, files); len(got) != 2 {
		t.Errorf("stale: %v, want one changed and one that is no more", got)
	}
	if err := store(folder, files); err != nil || stale(folder, files) != nil {
		t.Errorf("stored: %v, stale: %v", err, stale(folder, files))
	}
}
