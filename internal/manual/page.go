// Package manual writes pages of the manual, in the man macros that every system
// reads. What it is given is text, whatever is in it.
package manual

import (
	"fmt"
	"strings"
)

// Page is a page of the manual that grows from its top.
type Page struct {
	b     strings.Builder
	begun bool // nothing follows the title of a section yet
}

// Item is a term and what it means.
type Item struct{ Term, Text string }

// New begins the page of a command in section 1. version is the program's, date
// that of the page.
func New(name, version, date string) *Page {
	p := &Page{}
	fmt.Fprintf(&p.b, ".TH %s 1 %s \"%s %s\" \"User Commands\"\n", strings.ToUpper(name), date, name, escaped(version))
	return p
}

// String is the page so far.
func (p *Page) String() string { return p.b.String() }

// Section begins a section.
func (p *Page) Section(title string) { p.macro("SH", strings.ToUpper(title)) }

// Subsection begins a part of a section.
func (p *Page) Subsection(title string) { p.macro("SS", title) }

// Name is the line of a page that indexes of the manual show.
func (p *Page) Name(name, does string) {
	p.line(escaped(name) + ` \- ` + escaped(does))
}

// Items is a list of terms.
func (p *Page) Items(items []Item) {
	for _, i := range items {
		p.macro("TP")
		p.line(`\fB` + code(i.Term) + `\fR`)
		p.words(i.Text)
	}
}

// Code is lines as they are typed or printed.
func (p *Page) Code(lines []string) {
	p.apart()
	p.macro("RS", "4")
	p.macro("nf")
	for _, l := range lines {
		p.line(code(l))
	}
	p.macro("fi")
	p.macro("RE")
}

// Paragraph is text that is filled.
func (p *Page) Paragraph(text string) {
	p.apart()
	p.words(text)
}

// apart begins a paragraph, which the title of a section does by itself.
func (p *Page) apart() {
	if !p.begun {
		p.macro("PP")
	}
}

func (p *Page) macro(name string, args ...string) {
	p.begun = name == "SH" || name == "SS"
	p.b.WriteString("." + name)
	for _, a := range args {
		if a = code(a); a == "" || strings.ContainsAny(a, " ") {
			a = `"` + a + `"`
		}
		p.b.WriteString(" " + a)
	}
	p.b.WriteString("\n")
}

// line writes a line of text, which is no macro whatever it begins with.
func (p *Page) line(s string) {
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		s = `\&` + s
	}
	p.begun = false
	p.b.WriteString(s + "\n")
}

// lineWidth is how long a line of the source is at most, where words allow it.
const lineWidth = 76

// words writes text with a line for each sentence at least, as the macros ask for.
func (p *Page) words(text string) {
	line := ""
	flush := func() {
		if line != "" {
			p.line(line)
		}
		line = ""
	}
	for _, word := range strings.Fields(text) {
		e := escaped(word)
		if line != "" && len(line)+1+len(e) > lineWidth {
			flush()
		}
		if line != "" {
			line += " "
		}
		line += e
		if strings.HasSuffix(strings.TrimRight(word, `")`), ".") {
			flush()
		}
	}
	flush()
}

// escaped is a word or a text in which nothing is a request. A flag keeps its own
// dashes where it is copied.
func escaped(s string) string {
	if i := strings.IndexFunc(s, func(r rune) bool { return !strings.ContainsRune(`("'[`, r) }); i >= 0 && strings.HasPrefix(s[i:], "-") {
		return code(s)
	}
	return escape(s, func(r rune) string {
		if r == '\\' {
			return `\e`
		}
		return ""
	})
}

// code is text that may be copied to a shell.
func code(s string) string {
	return escape(s, func(r rune) string {
		switch r {
		case '\\':
			return `\e`
		case '-':
			return `\-`
		case '\'':
			return `\(aq`
		case '"':
			return `\(dq`
		case '`':
			return `\(ga`
		case '^':
			return `\(ha`
		case '~':
			return `\(ti`
		}
		return ""
	})
}

// escape writes each sign as sign does, or where that is empty as it is. The page
// is ASCII.
func escape(s string, sign func(rune) string) string {
	var b strings.Builder
	for _, r := range s {
		switch e := sign(r); {
		case e != "":
			b.WriteString(e)
		case r == '\t':
			b.WriteString("        ")
		case r > '~':
			fmt.Fprintf(&b, `\[u%04X]`, r)
		case r >= ' ':
			b.WriteRune(r)
		}
	}
	return b.String()
}
