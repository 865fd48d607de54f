package unit

import (
	"encoding/xml"
	"regexp"
	"strings"
	"testing"
)

func TestQuoteSystemd(t *testing.T) {
	for in, want := range map[string]string{
		"/usr/bin/ortop": `"/usr/bin/ortop"`, "a b": `"a b"`, `a"b\`: `"a\"b\\"`, "50%": `"50%%"`, "$HOME/x": `"$$HOME/x"`, "": `""`,
	} {
		if got := quoteSystemd(in); got != want {
			t.Errorf("quoteSystemd(%q) = %s, want %s", in, got, want)
		}
	}
	if got, want := quotePath("/a $b%c"), `"/a $b%%c"`; got != want {
		t.Errorf("quotePath = %s, want %s", got, want)
	}
}

func TestPackagedUnitNamesNoMachine(t *testing.T) {
	text := Packaged("/usr/bin/ortop")
	for _, want := range []string{
		"\nExecStartPre=+/bin/mkdir -p %h/.local/share/ortop\nExecStart=/usr/bin/ortop collect\n",
		"\nReadWritePaths=-%h/.local/share/ortop -%S/ortop\n", "#EnvironmentFile=%h/.config/ortop/environment\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the unit has no %q:\n%s", want, text)
		}
	}
	if left := regexp.MustCompile(`@[A-Z]+@`).FindString(text); left != "" {
		t.Errorf("the unit has %s:\n%s", left, text)
	}
	for _, not := range []string{"/home/", "/root"} {
		if strings.Contains(text, not) {
			t.Errorf("the unit has %q:\n%s", not, text)
		}
	}
}

func TestQuoteXML(t *testing.T) {
	for in, want := range map[string]string{
		"/Users/a/ortop": "/Users/a/ortop", "a & b <c> ]]>": "a &amp; b &lt;c&gt; ]]&gt;", "a\tb\nc\r": "a&#x9;b&#xA;c&#xD;",
		"größe 研究": "größe 研究", "bell\a and \xff": "bell\uFFFD and \uFFFD",
	} {
		var b strings.Builder
		if got := quoteXML(in); got != want {
			t.Errorf("quoteXML(%q) = %q, want %q", in, got, want)
		}
		if err := xml.EscapeText(&b, []byte(in)); err != nil || b.String() != want {
			t.Errorf("%q, %v: not what the library has", b.String(), err)
		}
	}
}
