package ui

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

func TestInput(t *testing.T) {
	for _, c := range []struct {
		name, text string // text is what was there before
		keys       []string
		want       string
	}{
		{"typed", "", []string{"a", " ", "b"}, "a b"},
		{"in the middle", "ac", []string{"left", "b"}, "abc"},
		{"right again", "ac", []string{"left", "left", "right", "b"}, "abc"},
		{"at the beginning", "bc", []string{"home", "a"}, "abc"},
		{"at the end", "ab", []string{"home", "end", "c"}, "abc"},
		{"backspace", "abx", []string{"backspace", "c"}, "abc"},
		{"delete", "xabc", []string{"home", "delete"}, "abc"},
		{"no key of the dashboard", "", []string{"q", "?", "1"}, "q?1"},
		{"keys that type nothing", "a", []string{"up", "down", "tab", "enter", "esc"}, "a"},
	} {
		in := newInput().update(tea.PasteMsg{Content: c.text})
		before := in
		for _, k := range c.keys {
			in = in.update(press(k))
		}
		if in.text() != c.want || before.text() != c.text {
			t.Errorf("%s: %q and the copy before %q, want %q and %q", c.name, in.text(), before.text(), c.want, c.text)
		}
	}
	if in := (input{}).update(press("a")); in.text() != "" {
		t.Errorf("the zero input holds %q", in.text())
	}
}

func TestInputPaste(t *testing.T) {
	for _, c := range []struct {
		name, pasted, want, secret string
	}{
		{"a line", "ci-bot\n", "ci-bot", "ci-bot"},
		{"lines and tabs", "a\nb\tc\r\n", "a b c", "abc"},
		{"controls", "a\x1b[31mb\x07\x00\x7f\u0085c", "a[31mb c", "a[31mbc"},
		{"what is not seen", "a\u202eb\u200dc\ufeff\xff", "abc", "abc"},
		{"marks", "e\u0301", "e", "e"},
		{"wide", "研究", "研究", "研究"},
		{"too much", strings.Repeat("x", 1<<20), strings.Repeat("x", maxText), strings.Repeat("x", maxSecret)},
	} {
		for kind, in := range map[string]input{"text": newInput(), "secret": newSecret()} {
			want := c.want
			if kind == "secret" {
				want = c.secret
			}
			if got := in.update(tea.PasteMsg{Content: c.pasted}).text(); got != want {
				t.Errorf("%s in a %s: %q, want %q", c.name, kind, got, want)
			}
		}
	}
}

// A secret is on no screen, wherever its cursor is.
func TestSecretIsMasked(t *testing.T) {
	in := newSecret().update(tea.PasteMsg{Content: pastedKey})
	for _, k := range []string{"end", "left", "home", "x", "ctrl+v"} {
		in = in.update(press(k))
		for w := range 40 {
			if got := ansi.Strip(in.render(plainPen, "", w)); strings.Trim(got, "• ") != "" {
				t.Errorf("in %d cells after %s the secret is %q", w, k, got)
			}
		}
	}
	if strings.Contains(fmt.Sprintf("%+v", in), pastedKey) {
		t.Error("the secret is printed with its input")
	}
}

func FuzzInput(f *testing.F) {
	f.Add("25", 12, 3)
	f.Add("1 Dec\n", 3, 9)
	f.Add("研\x1b[31m\u202e🇩🇪👩‍👩‍👧", 20, 1)
	f.Fuzz(func(t *testing.T, s string, w, left int) {
		w, left = 1+(w%100+100)%100, (left%50+50)%50
		for _, in := range []input{newInput(), newSecret()} {
			in = in.update(tea.PasteMsg{Content: s}).update(tea.PasteMsg{Content: s})
			for range left {
				in = in.update(press("left"))
			}
			if strings.ContainsFunc(in.text(), func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 }) {
				t.Errorf("pasting %q gives %q", s, in.text())
			}
			if got := ansi.StringWidth(in.render(plainPen, "Tue 1 Dec", w)); got != w {
				t.Errorf("render of %q in %d cells takes %d", in.text(), w, got)
			}
		}
	})
}
