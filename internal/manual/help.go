package manual

import (
	"regexp"
	"strings"
	"sync"
)

// Help writes a help text: its paragraphs, and what is indented in it, which is a
// list where each line has a term and what it means, and else stands as it is.
func (p *Page) Help(text string) {
	var block []string
	kind := func(l string) bool { return strings.HasPrefix(l, "  ") || strings.HasPrefix(l, "\t") }
	flush := func() {
		switch {
		case len(block) == 0:
		case !kind(block[0]):
			p.Paragraph(strings.Join(block, " "))
		default:
			p.indented(block)
		}
		block = nil
	}
	for _, l := range strings.Split(strings.Trim(text, "\n"), "\n") {
		l = strings.TrimRight(l, " \t")
		if l = strings.TrimLeft(l, "#"); l == "" {
			flush()
			continue
		}
		if len(block) > 0 && kind(l) != kind(block[0]) {
			flush()
		}
		block = append(block, l)
	}
	flush()
}

// entry is a term, two spaces or more, and what it means.
var entry = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(\S+(?: \S+)*) {2,}(\S.*)$`) })

func (p *Page) indented(lines []string) {
	lines = dedent(lines)
	if items := itemsOf(lines); items != nil {
		p.Items(items)
		return
	}
	p.Code(lines)
}

// itemsOf are lines as a list; nil where they are none. A term may have a line of
// its own, where what it means is indented below it.
func itemsOf(lines []string) (items []Item) {
	entries := 0
	for i, l := range lines {
		rest := strings.TrimLeft(l, " ")
		m := entry().FindStringSubmatch(l)
		switch {
		case rest != l && len(items) > 0:
			items[len(items)-1].Text += " " + rest
		case m != nil && !strings.Contains(strings.TrimSpace(m[2]), "  "): // and no table of more columns
			items = append(items, Item{m[1], m[2]})
			entries++
		case m == nil && i+1 < len(lines) && strings.HasPrefix(lines[i+1], " "):
			items = append(items, Item{Term: l})
		default:
			return nil
		}
	}
	if entries == 0 {
		return nil
	}
	return items
}

// dedent takes out what all lines are indented by.
func dedent(lines []string) []string {
	least := -1
	for i, l := range lines {
		lines[i] = strings.ReplaceAll(l, "\t", "  ")
		if n := len(lines[i]) - len(strings.TrimLeft(lines[i], " ")); least < 0 || n < least {
			least = n
		}
	}
	for i := range lines {
		lines[i] = lines[i][least:]
	}
	return lines
}
