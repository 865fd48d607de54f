package ui

import (
	"slices"
	"strings"
	"testing"

	"ortop/internal/config"
	"ortop/ui/scenes"
)

func TestKeysArePutElsewhere(t *testing.T) {
	keys := map[string][]string{"next-view": {"n", "ctrl+n"}, "help": {"f1"}, "pause": {}, "quit": {"x"}, "acknowledge": {"w"}, "forecast": {"F"}, "sort": {"t"}, "theme": {"T"}, "cursor-left": {"alt+left"}}
	if err := CheckKeys(keys); err != nil {
		t.Fatal(err)
	}
	m := modelOf(Options{Keys: keys}, scenes.Healthy(), 140, 40, viewOverview)
	frame := stripped(m)
	for _, want := range []string{" 1 overview  F forecast  3 breakdown ", "f1 help", "n view", "x quit"} {
		if !strings.Contains(frame, want) {
			t.Errorf("no %q on the screen:\n%s", want, frame)
		}
	}
	for _, k := range []string{"tab", "2", "?"} {
		if got, _ := pressAll(m, k); got.view != viewOverview || got.help {
			t.Errorf("%s does what it did before", k)
		}
	}
	if _, cmd := pressAll(m, "q"); cmd != nil {
		t.Error("q does what it did before")
	}
	if got, _ := pressAll(m, "n"); got.view != viewForecast {
		t.Error("n does not turn to the next view")
	}
	if got, _ := pressAll(m, "F"); got.view != viewForecast {
		t.Error("F does not turn to the forecast")
	}
	if _, cmd := pressAll(m, "x"); cmd == nil || !isQuit(cmd()) {
		t.Error("x does not quit")
	}
	help, _ := pressAll(m, "f1")
	if got := stripped(help); !strings.Contains(got, "T  next theme") || strings.Contains(got, "pause or resume") || !strings.Contains(got, "1 F 3 4  view") {
		t.Errorf("the help shows other keys:\n%s", got)
	}
	small, _ := pressAll(modelOf(Options{}, scenes.Healthy(), 40, 12, viewOverview), "?")
	if got := stripped(small); strings.Contains(got, "suspend") || !strings.Contains(got, "1 to 10 of ") {
		t.Errorf("a small help does not say what there is more:\n%s", got)
	}
	for range 40 {
		small, _ = pressAll(small, "down")
	}
	if got := stripped(small); !strings.Contains(got, "ctrl+c  quit immediately") {
		t.Errorf("the help does not scroll to its end:\n%s", got)
	}
	// What has no key is found by its name.
	feed := m.feed.(*fakeFeed)
	if got, _ := pressAll(m, append(append([]string{":"}, lettersOf("pause")...), "enter")...); got.palette.open || !feed.paused.Load() {
		t.Error("what has no key cannot be run from the commands")
	}
}

func TestKeysThatCannotBe(t *testing.T) {
	for _, c := range []struct {
		keys map[string][]string
		want string
	}{
		{map[string][]string{"refersh": {"f5"}}, `there is no action "refersh" (did you mean "refresh"?): there are next-view,`},
		{map[string][]string{"refresh": {"p"}}, "refresh and pause both have the key p"},
		{map[string][]string{"refresh": {"1"}}, "refresh and overview both have the key 1"},
		{map[string][]string{"refresh": {"ctrl+c"}}, "refresh: ctrl+c always ends ortop"},
		{map[string][]string{"refresh": {"entr"}}, `refresh: "entr" is not a key (did you mean enter?)`},
		{map[string][]string{"refresh": {""}}, `refresh: "" is not a key`},
		{map[string][]string{"refresh": {"shift+r"}}, "write the letter as shift makes it, such as R"},
		{map[string][]string{"refresh": {"ctrl+"}}, "is not a key"},
		{map[string][]string{"sort": {"r"}}, "refresh and sort both have the key r"},
	} {
		err := CheckKeys(c.keys)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("CheckKeys(%v) = %v, want …%s…", c.keys, err, c.want)
		}
		if m := modelOf(Options{Keys: c.keys}, scenes.Healthy(), 100, 30, viewOverview); !strings.Contains(stripped(m), "? help") {
			t.Errorf("%v: the keys are not the program's own", c.keys)
		}
	}
	for _, keys := range []map[string][]string{nil, {"sort": {"x"}, "acknowledge": {"s"}}, {"refresh": {"ü", "ctrl+alt+r", "shift+f5"}}, {"refresh": {"p"}, "pause": {"r"}}} {
		if err := CheckKeys(keys); err != nil {
			t.Errorf("CheckKeys(%v) = %v", keys, err)
		}
	}
}

// The manual names every action, and no other.
func TestTheManualNamesEveryAction(t *testing.T) {
	_, rest, _ := strings.Cut(config.Manual, "The actions:\n\n")
	listed, _, _ := strings.Cut(rest, "\n\n")
	got := strings.FieldsFunc(listed, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' })
	got = slices.DeleteFunc(got, func(s string) bool { return s[0] < 'a' }) // the names of groups
	want := Actions()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the manual names %v, want %v", got, want)
	}
}
