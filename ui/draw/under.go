package draw

import (
	"image/color"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/lucasb-eyer/go-colorful"
)

// underShare is how much of the background is mixed into what lies under a panel.
const underShare = 0.62

// shade darkens what lies under a panel. It holds what each style becomes.
type shade struct {
	*Theme
	faded map[string]string
}

// under is a line as it looks under a panel: darker, and without what is bold; of one
// colour where none are mixed.
func (s shade) under(line string) string {
	if s.back == "" {
		return s.Paint(inkUnder, ansi.Strip(line))
	}
	var b strings.Builder
	b.Grow(2 * len(line))
	b.WriteString(s.ink.front[inkUnder])
	for {
		words, rest, ok := strings.Cut(line, "\x1b[")
		b.WriteString(words)
		if !ok {
			b.WriteString(reset)
			return b.String()
		}
		var style string
		style, line, _ = strings.Cut(rest, "m")
		faded, ok := s.faded[style]
		if !ok {
			faded = s.fade(strings.Split(style, ";"))
			s.faded[style] = faded
		}
		b.WriteString(faded)
	}
}

// fade is what parameters of a style become under a panel.
func (s shade) fade(style []string) (out string) {
	for i := 0; i < len(style); i++ {
		switch n := style[i]; {
		case n == "", n == "0":
			out += reset + s.ink.front[inkUnder]
		case n == "7":
			out += reverse
		case (n == "38" || n == "48") && i+4 < len(style):
			var c [3]uint8
			for k := range c {
				v, _ := strconv.Atoi(style[i+2+k])
				c[k] = uint8(v)
			}
			i += 4
			of, _ := colorful.MakeColor(color.RGBA{c[0], c[1], c[2], 255})
			mixed := mix(of.Hex(), s.back, underShare)
			if n == "38" {
				out += ansi.NewStyle().ForegroundColor(mixed).String()
			} else {
				out += ansi.NewStyle().BackgroundColor(mixed).String()
			}
		}
	}
	return out
}
