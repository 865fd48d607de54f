package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"ortop/ui"
)

// shot is a picture of the gallery: a view after some keys, in a terminal of w by
// h cells.
type shot struct {
	name, says string
	w, h       int
	profile    string // of the simulated account
	keys       []string
	look       func(*ui.Options)
	on         paper
}

func themed(name string) func(*ui.Options) { return func(o *ui.Options) { o.Theme = name } }

// chapters are the gallery in order.
var chapters = []struct {
	title string
	shots []shot
}{
	{"At every size", []shot{
		{name: "overview-140x40", says: "The overview: what is left, when it runs out, what is spent and by whom", w: 140, h: 40},
		{name: "overview-100x30", says: "In fewer cells", w: 100, h: 30},
		{name: "overview-80x24", says: "In a terminal as they begin", w: 80, h: 24},
		{name: "overview-60x20", says: "In a pane", w: 60, h: 20},
		{name: "overview-40x12", says: "In a small pane", w: 40, h: 12},
		{name: "overview-100x1", says: "In one line", w: 100, h: 1},
	}},
	{"The views", []shot{
		{name: "balance", says: "The plot as balance with its forecast (`v`)", w: 100, h: 30, keys: []string{"v"}},
		{name: "forecast", says: "The forecast (`2`): its range, the chances, why, and the plan", w: 100, h: 30, keys: []string{"2"}},
		{name: "breakdown", says: "Who spent it (`3`)", w: 114, h: 34, keys: []string{"3"}},
		{name: "breakdown-model", says: "By model (`g`), and one of them in full (`enter`)", w: 100, h: 30, keys: []string{"3", "g", "enter"}},
		{name: "events", says: "What happened (`4`)", w: 100, h: 30, keys: []string{"4"}},
		{name: "commands", says: "Every command by its name (`:`)", w: 100, h: 30, keys: []string{":"}},
		{name: "settings", says: "Settings (`,`)", w: 100, h: 30, keys: []string{","}},
	}},
	{"Other accounts", []shot{
		{name: "nearly-empty", says: "Credits that run out today", w: 80, h: 24, profile: "nearly-empty"},
		{name: "auto-top-up", says: "An account that is topped up automatically", w: 100, h: 30, profile: "auto-top-up"},
		{name: "idle", says: "An account that nobody uses", w: 80, h: 24, profile: "idle"},
	}},
	{"Looks", []shot{
		{name: "light", says: "`light`", w: 100, h: 30, look: themed("light"), on: light},
		{name: "ocean", says: "`ocean`", w: 80, h: 24, look: themed("ocean"), on: paper{"#0d1218", "#e6e6ec"}},
		{name: "paper", says: "`paper`", w: 80, h: 24, look: themed("paper"), on: paper{"#fbf7ef", "#1e2028"}},
		{name: "safe", says: "`safe`, whose ok and critical differ to every eye", w: 80, h: 24, look: themed("safe"), profile: "nearly-empty"},
		{name: "contrast", says: "`contrast`", w: 80, h: 24, look: themed("contrast"), on: paper{"#000000", "#ffffff"}},
		{name: "no-color", says: "`NO_COLOR`", w: 80, h: 24, look: func(o *ui.Options) { o.NoColor = true }},
		{name: "ascii", says: "Without UTF-8", w: 80, h: 24, look: func(o *ui.Options) { o.ASCII = true }},
		{name: "braille", says: "`glyphs = \"braille\"`", w: 80, h: 24, look: func(o *ui.Options) { o.Settings.Glyphs = "braille" }},
	}},
}

// gallery draws its pictures, and the page that has them, by their paths below the
// folder of the documents.
func gallery() (map[string][]byte, error) {
	files := map[string][]byte{}
	page := bytes.NewBufferString("# Gallery\n\nThe dashboard on simulated accounts, drawn by `go -C tools run ./record` from the program itself.\n")
	var all []shot
	for _, c := range chapters {
		fmt.Fprintf(page, "\n## %s\n", c.title)
		for _, s := range c.shots {
			fmt.Fprintf(page, "\n%s, %d x %d:\n\n![%s](gallery/%s.svg)\n", s.says, s.w, s.h, s.says, s.name)
			all = append(all, s)
		}
	}
	files["gallery.md"] = page.Bytes()
	pictures, errs := make([][]byte, len(all)), make([]error, len(all))
	var wait sync.WaitGroup
	busy := make(chan struct{}, 4)
	for i, s := range all {
		wait.Go(func() {
			busy <- struct{}{}
			pictures[i], errs[i] = s.draw()
			<-busy
		})
	}
	wait.Wait()
	for i, s := range all {
		if errs[i] != nil {
			return nil, fmt.Errorf("%s: %w", s.name, errs[i])
		}
		files[filepath.Join("gallery", s.name+".svg")] = pictures[i]
	}
	return files, nil
}

func (s shot) draw() ([]byte, error) {
	if s.on == (paper{}) {
		s.on = dark
	}
	var frame string
	err := onAccount(s.profile, func(o ui.Options) {
		o.Unsaved = "stored in the configuration"
		if s.look != nil {
			s.look(&o)
		}
		frames := ui.Frames(o, s.w, s.h, s.keys...)
		frame = frames[len(frames)-1]
	})
	return s.on.still(frame, s.w, s.h, s.says), err
}

// stale are the files in a folder that are not as they should be, or should not
// be there.
func stale(folder string, files map[string][]byte) (names []string) {
	for name, want := range files {
		if got, err := os.ReadFile(filepath.Join(folder, name)); err != nil || !bytes.Equal(got, want) {
			names = append(names, name)
		}
	}
	old, _ := filepath.Glob(filepath.Join(folder, "gallery", "*.svg")) // whose only error is of the pattern
	for _, path := range old {
		if name := filepath.Join("gallery", filepath.Base(path)); files[name] == nil {
			names = append(names, name)
		}
	}
	return names
}

// store writes files into a folder, and removes pictures that are none of them.
func store(folder string, files map[string][]byte) error {
	if err := os.MkdirAll(filepath.Join(folder, "gallery"), 0o755); err != nil {
		return err
	}
	for _, name := range stale(folder, files) {
		path := filepath.Join(folder, name)
		var err error
		if data := files[name]; data == nil {
			err = os.Remove(path)
		} else {
			err = os.WriteFile(path, data, 0o644)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
