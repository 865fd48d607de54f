package draw

import "strings"

// cell is a sign of a canvas, its ink and that of what is behind it.
type cell struct {
	sign        rune
	front, back Ink
	reversed    bool // the sign is cut out of its ink
}

// canvas is a plane of cells, each one column wide.
type canvas struct {
	w, h  int
	cells []cell
}

//go:noinline
func newCanvas(w, h int) canvas {
	c := canvas{w: max(0, w), h: max(0, h)}
	c.cells = make([]cell, c.w*c.h)
	for i := range c.cells {
		c.cells[i].sign = ' '
	}
	return c
}

func (c canvas) at(x, y int) *cell { return &c.cells[y*c.w+x] }

// put writes words in a row, where there is nothing but grid beneath them and
// beside them; else it does nothing and is false.
func (c canvas) put(x, y int, words string, k Ink) bool {
	signs := []rune(words)
	if x < 0 || y < 0 || y >= c.h || x+len(signs) > c.w {
		return false
	}
	for i := max(0, x-1); i < min(c.w, x+len(signs)+1); i++ {
		if s := c.at(i, y); s.sign != ' ' && s.front != inkGrid {
			return false
		}
	}
	for i, r := range signs {
		*c.at(x+i, y) = cell{sign: r, front: k}
	}
	return true
}

// lines are the rows as text.
func (c canvas) lines(p Pen) []string {
	out := make([]string, c.h)
	for y := range c.h {
		var b strings.Builder
		b.Grow(4 * c.w)
		row := c.cells[y*c.w : (y+1)*c.w]
		for i := 0; i < len(row); {
			first := row[i]
			plain := b.Len()
			b.WriteString(p.ink.front[first.front])
			if first.back != Text {
				b.WriteString(p.ink.back[first.back])
			}
			if first.reversed {
				b.WriteString(reverse)
			}
			styled := b.Len() > plain
			for ; i < len(row) && row[i].front == first.front && row[i].back == first.back && row[i].reversed == first.reversed; i++ {
				b.WriteRune(row[i].sign)
			}
			if styled {
				b.WriteString(reset)
			}
		}
		out[y] = b.String()
	}
	return out
}

const reverse = "\x1b[7m"

// eighths are a cell filled from its foot, and thin from its left.
var (
	eighths = []rune(" ▁▂▃▄▅▆▇█")
	thin    = []rune(" ▏▎▍▌▋▊▉█")
)
