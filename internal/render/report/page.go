package report

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"ortop/internal/render"
	"ortop/internal/text"
)

// page is a text for people, as plain text or Markdown.
type page struct {
	title  string
	lead   string // the answer, in place of the title in plain text
	tables []table
	lists  []list
}

// table has rows of cells. Without a head its first column names the rest, and
// names is the head that it has where there must be one.
type table struct {
	title string
	head  []string
	names []string
	rows  [][]string
	empty string // shown without rows
	left  bool   // the cells are words, not amounts
	// shares are the parts of a whole that the rows have, for a bar; why is the reason
	// where there are no rows. Both are shown where there is room for them.
	shares []*float64
	why    string
}

// reason is what stands for the rows where there are none.
func (t *table) reason() string {
	if t.empty == text.Unknown {
		return "Not known: " + t.why + "."
	}
	return t.empty
}

type list struct {
	title string
	lines []string
}

// table is the table of a title, and list the lines; without rows where there is none.
//
//go:noinline
func (p page) table(title string) table {
	for _, t := range p.tables {
		if t.title == title {
			return t
		}
	}
	return table{}
}

//go:noinline
func (p page) list(title string) []string {
	for _, l := range p.lists {
		if l.title == title {
			return l.lines
		}
	}
	return nil
}

func (p page) plain(width int) string {
	var b strings.Builder
	b.WriteString(render.Clean(p.lead) + "\n")
	for _, t := range p.tables {
		b.WriteString("\n")
		t.plain(&b, width)
	}
	for _, l := range p.lists {
		if len(l.lines) == 0 {
			continue
		}
		b.WriteString("\n" + l.title + "\n")
		for _, line := range l.lines {
			b.WriteString("  " + render.Clean(line) + "\n")
		}
	}
	return b.String()
}

func (t *table) plain(b *strings.Builder, width int) {
	indent, rows := "", t.rows
	if t.title != "" {
		b.WriteString(t.title)
		if len(rows) == 0 {
			b.WriteString(": " + t.empty)
		}
		b.WriteString("\n")
		indent = "  "
	}
	if len(rows) > 0 && t.head != nil {
		rows = append([][]string{t.head}, rows...)
	}
	var widths []int
	for _, row := range rows {
		for i, c := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], ansi.StringWidth(render.Clean(c)))
		}
	}
	hidden := make([]bool, len(widths))
	if t.head != nil && !t.left { // numbers, the last the least important
		var leave []int
		for i := len(widths) - 1; i > 1; i-- {
			leave = append(leave, i)
		}
		hidden = render.Room(rows, hidden, leave, max(0, width-len(indent)))
	}
	for _, row := range rows {
		line := indent
		for i, c := range row {
			if hidden[i] {
				continue
			}
			c = render.Clean(c)
			space := strings.Repeat(" ", widths[i]-ansi.StringWidth(c))
			if t.right(i) {
				c = space + c
			} else {
				c += space
			}
			line += c + "  "
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}

// right reports whether a column is aligned to the right: amounts and shares are.
func (t *table) right(column int) bool { return t.head != nil && !t.left && column > 0 }

func (p page) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", escape(p.title))
	for _, t := range p.tables {
		fmt.Fprintln(&b)
		t.markdown(&b)
	}
	for _, l := range p.lists {
		if len(l.lines) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\n", l.title)
		for _, line := range l.lines {
			fmt.Fprintf(&b, "- %s\n", escape(line))
		}
	}
	return b.String()
}

func (t *table) markdown(b *strings.Builder) {
	if t.title != "" {
		fmt.Fprintf(b, "## %s\n\n", t.title)
	}
	if len(t.rows) == 0 {
		fmt.Fprintln(b, t.empty)
		return
	}
	head := t.head
	if head == nil {
		head = t.names
	}
	names, rules := make([]string, len(head)), make([]string, len(head))
	for i, name := range head {
		names[i], rules[i] = escape(name), "---"
		if t.right(i) {
			rules[i] = "---:"
		}
	}
	lines := [][]string{names, rules}
	for _, row := range t.rows {
		cells := make([]string, len(row))
		for i, c := range row {
			cells[i] = escape(c)
		}
		lines = append(lines, cells)
	}
	for _, cells := range lines {
		fmt.Fprintf(b, "| %s |\n", strings.Join(cells, " | "))
	}
}

var markdownSigns = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`, "#", `\#`, "|", `\|`, "!", `\!`, "~", `\~`, "&", `\&`, "@", `\@`)

// escape is a text that means only itself in Markdown.
func escape(s string) string { return markdownSigns.Replace(render.Clean(s)) }
