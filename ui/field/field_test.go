package field

import (
	"fmt"
	"strings"
	"testing"

	"ortop/ui/draw"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

const pastedKey = "sk-or-v1-0123456789abcdef"

var plainPen = draw.Pen{Kit: &draw.Kit{Theme: draw.NewTheme(draw.Look{Dark: true, Depth: draw.Mono})}}

func press(k string) tea.KeyPressMsg {
	codes := map[string]rune{
		"left": tea.KeyLeft, "right": tea.KeyRight, "home": tea.KeyHome, "end": tea.KeyEnd, "delete": tea.KeyDelete,
		"backspace": tea.KeyBackspace, "up": tea.KeyUp, "down": tea.KeyDown, "tab": tea.KeyTab, "enter": tea.KeyEnter, "esc": tea.KeyEscape,
	}
	switch {
	case codes[k] != 0:
		return tea.KeyPressMsg{Code: codes[k]}
	case k == "ctrl+v":
		return tea.KeyPressMsg{Code: 'v', Mod: tea.ModCtrl}
	}
	return tea.KeyPressMsg{Code: []rune(k)[0], Text: k}
}

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
		in := New().Update(tea.PasteMsg{Content: c.text})
		before := in
		for _, k := range c.keys {
			in = in.Update(press(k))
		}
		if in.Text() != c.want || before.Text() != c.text {
			t.Errorf("%s: %q and the copy before %q, want %q and %q", c.name, in.Text(), before.Text(), c.want, c.text)
		}
	}
	if in := (Input{}).Update(press("a")); in.Text() != "" {
		t.Errorf("the zero input holds %q", in.Text())
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
		{"too much", strings.Repeat("x", 1<<20), strings.Repeat("x", MaxText), strings.Repeat("x", maxSecret)},
	} {
		for kind, in := range map[string]Input{"text": New(), "secret": NewSecret()} {
			want := c.want
			if kind == "secret" {
				want = c.secret
			}
			if got := in.Update(tea.PasteMsg{Content: c.pasted}).Text(); got != want {
				t.Errorf("%s in a %s: %q, want %q", c.name, kind, got, want)
			}
		}
	}
}

// A secret is on no screen, wherever its cursor is.
func TestSecretIsMasked(t *testing.T) {
	in := NewSecret().Update(tea.PasteMsg{Content: pastedKey})
	for _, k := range []string{"end", "left", "home", "x", "ctrl+v"} {
		in = in.Update(press(k))
		for w := range 40 {
			if got := ansi.Strip(in.Render(plainPen, "", w)); strings.Trim(got, "• ") != "" {
				t.Errorf("in %d cells after %s the secret is %q", w, k, got)
			}
		}
	}
	if strings.Contains(fmt.Sprintf("%+v", in), pastedKey) {
		t.Error("the secret is printed with its input")
	}
}

func FuzzInput(f *testing.F) {
	for _, secret := range []bool{false, true} {
		f.Add("25", 12, 3, secret)
		f.Add("1 Dec\n", 3, 9, secret)
		f.Add("研\x1b[31m\u202e🇩🇪👩‍👩‍👧", 20, 1, secret)
	}
	f.Fuzz(func(t *testing.T, s string, w, left int, secret bool) {
		w, left = 1+(w%100+100)%100, (left%50+50)%50
		in := New()
		if secret {
			in = NewSecret()
		}
		in = in.Update(tea.PasteMsg{Content: s}).Update(tea.PasteMsg{Content: s})
		for range left {
			in = in.Update(press("left"))
		}
		if strings.ContainsFunc(in.Text(), func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 }) {
			t.Errorf("pasting %q gives %q", s, in.Text())
		}
		if got := ansi.StringWidth(in.Render(plainPen, "Tue 1 Dec", w)); got != w {
			t.Errorf("render of %q in %d cells takes %d", in.Text(), w, got)
		}
	})
}
