package draw

import (
	"math"
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
	to    [3]float64 // the background
	faded map[string]string
}

func newShade(t *Theme) shade {
	c, _ := colorful.Hex(t.back) // black where there is none
	return shade{t, [3]float64{c.R, c.G, c.B}, map[string]string{}}
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
			out += "\x1b[" + n + ";2"
			for k, to := range s.to {
				v, _ := strconv.ParseFloat(style[i+2+k], 64)
				out += ";" + strconv.Itoa(int(math.Round(v+(255*to-v)*underShare)))
			}
			out += "m"
			i += 4
		}
	}
	return out
}
