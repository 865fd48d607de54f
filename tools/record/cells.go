package main

import (
	"strconv"
	"strings"
)

// cell is a sign and its colours, as hexes; empty is the terminal's own.
type cell struct {
	sign        rune
	front, back string
	bold        bool
}

// paper is a terminal's own colours.
type paper struct{ ground, text string }

var (
	dark  = paper{"#101014", "#e6e6ec"}
	light = paper{"#fafafa", "#1e2028"}
)

// faint is the colour of signs that are half as bright, on dark paper.
const faint = "#7b7b80"

// cellsOf are the cells of a frame, which has one column a rune.
func (p paper) cellsOf(frame string, w, h int) [][]cell {
	out := make([][]cell, h)
	lines := strings.Split(frame, "\n")
	for y := range out {
		out[y] = make([]cell, w)
		if y < len(lines) {
			p.rowOf(out[y], lines[y])
		}
	}
	return out
}

func (p paper) rowOf(row []cell, line string) {
	var style cell
	reversed := false
	x := 0
	for line != "" {
		if codes, rest, ok := sgr(line); ok {
			style, reversed = styled(style, reversed, codes)
			line = rest
			continue
		}
		r := []rune(line[:min(len(line), 4)])[0]
		line = line[len(string(r)):]
		if x >= len(row) {
			return
		}
		c := style
		c.sign = r
		if reversed {
			c.front, c.back = or(style.back, p.ground), or(style.front, p.text)
		}
		row[x] = c
		x++
	}
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// sgr takes a sequence of graphic modes off the head of a line.
func sgr(line string) (codes []int, rest string, ok bool) {
	body, found := strings.CutPrefix(line, "\x1b[")
	if !found {
		return nil, line, false
	}
	list, rest, found := strings.Cut(body, "m")
	if !found {
		return nil, line, false
	}
	for _, s := range strings.FieldsFunc(list, func(r rune) bool { return r == ';' || r == ':' }) {
		n, err := strconv.Atoi(s)
		if err != nil {
			return nil, line, false
		}
		codes = append(codes, n)
	}
	if len(codes) == 0 {
		codes = []int{0}
	}
	return codes, rest, true
}

// styled is a style after graphic modes.
func styled(c cell, reversed bool, codes []int) (cell, bool) {
	for i := 0; i < len(codes); i++ {
		switch codes[i] {
		case 0:
			c, reversed = cell{}, false
		case 1:
			c.bold = true
		case 2:
			c.front = faint
		case 7:
			reversed = true
		case 38, 48:
			if i+4 < len(codes) && codes[i+1] == 2 {
				hex := "#"
				for _, v := range codes[i+2 : i+5] {
					hex += string("0123456789abcdef"[v>>4]) + string("0123456789abcdef"[v&15])
				}
				if codes[i] == 38 {
					c.front = hex
				} else {
					c.back = hex
				}
				i += 4
			}
		}
	}
	return c, reversed
}
