package manual

import (
	"strings"
	"testing"
)

func TestHelp(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"paragraphs", "One thing is\nsaid. Then more.\n\nAnd another, for 90 % of all.",
			".PP\nOne thing is said.\nThen more.\n.PP\nAnd another, for 90 % of all.\n"},
		{"a list", "It takes\n\n  readings   as history writes\n             them\n  long term  another\n\nEnd",
			".PP\nIt takes\n.TP\n\\fBreadings\\fR\nas history writes them\n.TP\n\\fBlong term\\fR\nanother\n.PP\nEnd\n"},
		{"a term of its own line", "  ONE, TWO\n       both\n  THREE  it", ".TP\n\\fBONE, TWO\\fR\nboth\n.TP\n\\fBTHREE\\fR\nit\n"},
		{"a table of columns", "  A    B    C\n  D    E", ".PP\n.RS 4\n.nf\nA    B    C\nD    E\n.fi\n.RE\n"},
		{"code", "Run:\n\n\tsource <(x --y 'z')\n", ".PP\nRun:\n.PP\n.RS 4\n.nf\nsource <(x \\-\\-y \\(aqz\\(aq)\n.fi\n.RE\n"},
		{"a heading of Markdown", "#### Linux:\n\n\tcp a b", ".PP\nLinux:\n.PP\n.RS 4\n.nf\ncp a b\n.fi\n.RE\n"},
		{"flags", "With --max-age (or -q) it is well-kept.", ".PP\nWith \\-\\-max\\-age (or \\-q) it is well-kept.\n"},
		{"what looks like a request", ".so /etc/passwd\n'quoted \\n %s %d — é", ".PP\n\\&.so /etc/passwd 'quoted \\en %s %d \\[u2014] \\[u00E9]\n"},
		{"nothing", "", ""},
	} {
		var p Page
		p.Help(c.text)
		if got := p.String(); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

func TestPage(t *testing.T) {
	p := New("x", "v1.0-rc", "2026-11-27")
	p.Section("Exit status")
	p.Paragraph("0 is fine")
	p.Subsection(`x add "N M"`)
	p.Items([]Item{{"--to N", "there"}})
	want := ".TH X 1 2026-11-27 \"x v1.0-rc\" \"User Commands\"\n.SH \"EXIT STATUS\"\n0 is fine\n.SS \"x add \\(dqN M\\(dq\"\n.TP\n\\fB\\-\\-to N\\fR\nthere\n"
	if got := p.String(); got != want {
		t.Errorf("the page is\n%s\nwant\n%s", got, want)
	}
	p.Paragraph(strings.Repeat("word ", 100))
	for _, l := range strings.Split(p.String(), "\n") {
		if len(l) > 80 {
			t.Errorf("a line has %d signs", len(l))
		}
	}
}
