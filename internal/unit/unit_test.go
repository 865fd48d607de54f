package unit

import "testing"

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
