package cmd

import (
	"bytes"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"ortop/internal/cmd/cli"
	"ortop/internal/render"
)

// helpWidth is how wide help is where there is no terminal, and helpMost how wide it
// is at most: longer lines are hard to read.
const (
	helpWidth = 80
	helpMost  = 100
)

// helpFits makes the help of every command as wide as the terminal.
func helpFits(a *cli.App, root *cobra.Command) {
	whole := root.HelpFunc()
	root.SetHelpFunc(func(c *cobra.Command, args []string) {
		var b bytes.Buffer
		c.SetOut(&b)
		whole(c, args)
		c.SetOut(a.ByCobra)
		width := a.Width()
		if width == 0 {
			width = helpWidth
		}
		_, _ = io.WriteString(a.ByCobra, cli.ForLocale(foldHelp(b.String(), min(width, helpMost)))) // ByCobra keeps the error
	})
}

// foldHelp fills paragraphs and folds lists. What is typed stays whole: the examples,
// and what a tab indents.
func foldHelp(help string, width int) string {
	var out, paragraph []string
	flush := func() {
		if len(paragraph) > 0 {
			out = append(out, render.Fill(strings.Join(paragraph, " "), width))
		}
		paragraph = nil
	}
	section := ""
	for _, line := range strings.Split(help, "\n") {
		text := strings.TrimSpace(line)
		prose := text != "" && !strings.HasPrefix(line, " ") && !strings.HasPrefix(line, "\t")
		if prose && !strings.HasSuffix(text, ":") || prose && len(paragraph) > 0 {
			paragraph = append(paragraph, text)
			continue
		}
		flush()
		if prose {
			section = text
		}
		if section == "Examples:" && !strings.HasPrefix(text, "#") || strings.HasPrefix(line, "\t") {
			out = append(out, line)
		} else {
			out = append(out, render.Fold(line, width))
		}
	}
	flush()
	return strings.Join(out, "\n")
}
