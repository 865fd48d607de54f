package main

import (
	"bytes"
	"fmt"
	"html"
	"strings"
)

// A cell is cellW by cellH, and each frame is shown for so many seconds.
const (
	cellW, cellH = 9, 19
	each         = 3
)

// animated is frames that follow each other for ever, as one SVG. Blocks and lines
// are drawn as shapes, so that they meet in any font.
func (p paper) animated(frames []string, w, h int) []byte {
	var b bytes.Buffer
	head(&b, "ortop: what is left, when it runs out, and who spends it", w, h)
	fmt.Fprintf(&b, "<style>\n.f{visibility:hidden;animation:show %ds step-end infinite}\n.f0{visibility:visible}\n@keyframes show{0%%{visibility:visible}%.4f%%{visibility:hidden}}\n", each*len(frames), 100/float64(len(frames)))
	for i := range frames {
		fmt.Fprintf(&b, ".f%d{animation-delay:%ds}\n", i, i*each)
	}
	b.WriteString("@media(prefers-reduced-motion){.f{animation:none}}\n</style>\n")
	p.back(&b, w, h)
	for i, frame := range frames {
		fmt.Fprintf(&b, "<g class=\"f f%d\" transform=\"translate(10 10)\">\n", i)
		p.drawn(&b, p.cellsOf(frame, w, h))
		b.WriteString("</g>\n")
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// still is one frame as an SVG.
func (p paper) still(frame string, w, h int, title string) []byte {
	var b bytes.Buffer
	head(&b, title, w, h)
	p.back(&b, w, h)
	b.WriteString("<g transform=\"translate(10 10)\">\n")
	p.drawn(&b, p.cellsOf(frame, w, h))
	b.WriteString("</g>\n</svg>\n")
	return b.Bytes()
}

// head begins an SVG of so many cells, and back is what they lie on.
func head(b *bytes.Buffer, title string, w, h int) {
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="15">`+"\n", w*cellW+20, h*cellH+20)
	fmt.Fprintf(b, "<title>%s</title>\n", html.EscapeString(title))
}

func (p paper) back(b *bytes.Buffer, w, h int) {
	fmt.Fprintf(b, "<rect width=\"%d\" height=\"%d\" rx=\"8\" fill=\"%s\"/>\n", w*cellW+20, h*cellH+20, p.ground)
}

// drawn writes a frame: what is behind signs, then shapes, then words.
func (p paper) drawn(b *bytes.Buffer, rows [][]cell) {
	for y, row := range rows {
		for x := 0; x < len(row); {
			j := x + 1
			for j < len(row) && row[j].back == row[x].back {
				j++
			}
			if row[x].back != "" {
				rect(b, float64(x*cellW), float64(y*cellH), float64((j-x)*cellW), cellH, row[x].back)
			}
			x = j
		}
	}
	paths := map[string]*strings.Builder{}
	var order []string
	shape := func(colour string) *strings.Builder {
		colour = or(colour, p.text)
		if paths[colour] == nil {
			paths[colour] = &strings.Builder{}
			order = append(order, colour)
		}
		return paths[colour]
	}
	for y, row := range rows {
		for x := 0; x < len(row); x++ {
			j := x + 1
			for j < len(row) && row[j].sign == row[x].sign && row[j].front == row[x].front {
				j++
			}
			if boxes := boxesOf(row[x].sign); boxes != nil {
				path := shape(row[x].front)
				if len(boxes) == 1 && boxes[0][0] == 0 && boxes[0][2] == 1 { // as wide as the cell
					square(path, x, y, j-x, boxes[0])
					x = j - 1
					continue
				}
				for _, box := range boxes {
					square(path, x, y, 1, box)
				}
			}
		}
	}
	for _, colour := range order {
		fmt.Fprintf(b, "<path fill=\"%s\" d=\"%s\"/>\n", colour, paths[colour])
	}
	for y, row := range rows {
		for x := 0; x < len(row); {
			if row[x].sign == 0 || row[x].sign == ' ' || boxesOf(row[x].sign) != nil {
				x++
				continue
			}
			j := x
			words := ""
			for j < len(row) && row[j].sign != 0 && boxesOf(row[j].sign) == nil && row[j].front == row[x].front && row[j].bold == row[x].bold {
				words += string(row[j].sign)
				j++
			}
			words = strings.TrimRight(words, " ")
			bold := ""
			if row[x].bold {
				bold = ` font-weight="bold"`
			}
			n := len([]rune(words))
			fmt.Fprintf(b, "<text x=\"%d\" y=\"%d\" textLength=\"%d\" xml:space=\"preserve\" fill=\"%s\"%s>%s</text>\n", x*cellW, y*cellH+14, n*cellW, or(row[x].front, p.text), bold, html.EscapeString(words))
			x = j
		}
	}
}

func rect(b *bytes.Buffer, x, y, w, h float64, colour string) {
	fmt.Fprintf(b, "<rect x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\" fill=\"%s\"/>\n", x, y, w, h, colour)
}

// square adds a part of so many cells to a path: left, top, right and bottom as
// shares of a cell.
func square(p *strings.Builder, x, y, cells int, box [4]float64) {
	left, top := float64(x*cellW)+box[0]*cellW, float64(y*cellH)+box[1]*cellH
	right, bottom := float64((x+cells-1)*cellW)+box[2]*cellW, float64(y*cellH)+box[3]*cellH
	fmt.Fprintf(p, "M%.4g %.4gH%.4gV%.4gH%.4gz", left, top, right, bottom, left)
}

// lines are the arms of box-drawing signs: left, up, right, down.
var lines = map[rune][4]bool{
	'─': {true, false, true, false}, '│': {false, true, false, true}, '╭': {false, false, true, true}, '╮': {true, false, false, true},
	'╰': {false, true, true, false}, '╯': {true, true, false, false}, '╵': {false, true, false, false}, '┊': {false, true, false, true},
}

// boxesOf are the parts of a cell that a block, a line or a pattern of dots fills;
// nil for any other sign.
func boxesOf(r rune) [][4]float64 {
	switch {
	case r >= '▁' && r <= '█':
		return [][4]float64{{0, 1 - float64(r-'▁'+1)/8, 1, 1}}
	case r >= '▉' && r <= '▏':
		return [][4]float64{{0, 0, 1 - float64(r-'▉'+1)/8, 1}}
	case r == '▀':
		return [][4]float64{{0, 0, 1, 0.5}}
	case r > 0x2800 && r <= 0x28ff:
		var dots [][4]float64
		for i, at := range [8][2]float64{{0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}, {1, 2}, {0, 3}, {1, 3}} {
			if (r-0x2800)>>i&1 == 1 {
				left, top := 0.14+0.5*at[0], 0.07+0.25*at[1]
				dots = append(dots, [4]float64{left, top, left + 0.22, top + 0.11})
			}
		}
		return dots
	}
	arms, ok := lines[r]
	if !ok {
		return nil
	}
	const a, z = 0.45, 0.55
	var parts [][4]float64
	for i, box := range [4][4]float64{{0, 0.47, z, 0.53}, {a, 0, z, 0.53}, {a, 0.47, 1, 0.53}, {a, 0.47, z, 1}} {
		if arms[i] {
			parts = append(parts, box)
		}
	}
	if r == '─' {
		return [][4]float64{{0, 0.47, 1, 0.53}}
	}
	return parts
}
