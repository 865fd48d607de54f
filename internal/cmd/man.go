package cmd

import (
	"context"
	"fmt"
	"strings"
	"time"

	mango "github.com/muesli/mango-cobra"
	"github.com/muesli/roff"
	"github.com/spf13/cobra"
)

func (a *app) manCommand() *cobra.Command {
	var c *cobra.Command
	c = &cobra.Command{
		Use:   "man",
		Short: "Print the manual page",
		Args:  cobra.NoArgs,
		RunE: a.runs(func(context.Context, []string) error {
			root := c.Root()
			unwrap(root)
			for _, sub := range root.Commands() {
				explain(sub)
			}
			page, err := mango.NewManPage(1, root)
			if err != nil {
				return fmt.Errorf("making the manual page: %w", err)
			}
			for _, s := range manSections {
				page = page.WithSection(s[0], s[1])
			}
			_, err = fmt.Fprintln(a.stdout, page.Build(manual{roff.NewDocument()}))
			return err
		}),
	}
	return c
}

// manSections are what is in the help of no command.
var manSections = [][2]string{
	{"Exit status", `0: the account was read.
1: failed.
2: usage error, or no key found.
3: preflight: not enough; reconcile: the two differ.
4: unknown: unreachable, refused, unreadable.
130, 143: interrupted.`},
	{"Environment", `ORTOP_API_KEY, OPENROUTER_MANAGEMENT_KEY, OPENROUTER_API_KEY: the key.
ORTOP_BASE_URL: where the API is.
NO_COLOR: no colours.
XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_STATE_HOME: the folders of the files.`},
	{"Files", `$XDG_CONFIG_HOME/ortop/config.toml: the configuration.
$XDG_DATA_HOME/ortop/history.db: every reading.
$XDG_STATE_HOME/ortop/ortop.log: the log of the dashboard.`},
}

// manual is a page whose heading has the name of the manual it is of, and not
// what the program does.
type manual struct{ *roff.Document }

func (m manual) Heading(section uint, title, _ string, at time.Time) {
	m.Document.Heading(section, title, "User Commands", at)
}

// explain makes the whole help of c, and of those below it, what the page says
// of them.
func explain(c *cobra.Command) {
	if c.Long != "" {
		c.Short = c.Long
	}
	for _, sub := range c.Commands() {
		explain(sub)
	}
}

// unwrap joins the lines of each paragraph of c's help and of those below it:
// in a manual page every line would be a paragraph.
func unwrap(c *cobra.Command) {
	paragraphs := strings.Split(c.Long, "\n\n")
	for i, p := range paragraphs {
		if !strings.HasPrefix(p, " ") {
			paragraphs[i] = strings.ReplaceAll(p, "\n", " ")
		}
	}
	c.Long = strings.Join(paragraphs, "\n\n")
	for _, sub := range c.Commands() {
		unwrap(sub)
	}
}
