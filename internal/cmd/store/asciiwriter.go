package store

import (
	"io"
	"unicode/utf8"

	"ortop/internal/cmd/cli"
	"ortop/internal/render"
	"ortop/ui/draw"
)

// rows is where rows of a layout are written: those for people in ASCII, where the
// locale has no more.
func rows(a *cli.App, layout render.RowLayout) io.Writer {
	if layout.Titled && !cli.Unicode() {
		return &asciiWriter{w: a.Stdout}
	}
	return a.Stdout
}

// asciiWriter writes in ASCII. A rune may come in two parts.
type asciiWriter struct {
	w    io.Writer
	part []byte
}

func (a *asciiWriter) Write(p []byte) (int, error) {
	all := append(a.part, p...)
	end := len(all)
	for i := 1; i < utf8.UTFMax && i <= len(all); i++ {
		if tail := all[len(all)-i:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				end -= i
			}
			break
		}
	}
	a.part = append([]byte(nil), all[end:]...)
	if _, err := io.WriteString(a.w, draw.ToASCII(string(all[:end]))); err != nil {
		return 0, err
	}
	return len(p), nil
}
