package cli

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

	"github.com/charmbracelet/x/term"

	"ortop/internal/render"
	"ortop/ui/draw"
)

// ForLocale is what is written for a person: in ASCII, where the locale has no more.
//
//go:noinline
func ForLocale(s string) string {
	if Unicode() {
		return s
	}
	return draw.ToASCII(s)
}

// WidthOf is how wide the terminal is that w writes to; 0: it is none.
func WidthOf(w io.Writer) int {
	f, ok := w.(interface{ Fd() uintptr })
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(f.Fd())
	if err != nil {
		return 0
	}
	return width
}

// Unicode reports whether the locale writes UTF-8.
func Unicode() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := os.Getenv(name); v != "" {
			v = strings.ToLower(v)
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return runtime.GOOS == "windows"
}

// PrintLine writes one line behind a prefix, folded to the width of the terminal.
func PrintLine(w io.Writer, prefix, format string, args ...any) {
	fmt.Fprintln(w, ForLocale(render.Fold(prefix+OneLine(fmt.Sprintf(format, args...)), WidthOf(w))))
}

// Width is that of the terminal; 0: standard output is none.
//
//go:noinline
func (a *App) Width() int { return WidthOf(a.Stdout) }

// CheckedWriter remembers that something could not be written.
type CheckedWriter struct {
	io.Writer
	Err error
}

// Write writes p.
func (c *CheckedWriter) Write(p []byte) (int, error) {
	n, err := c.Writer.Write(p)
	c.Err = cmp.Or(c.Err, err)
	return n, err
}
