package text

import "testing"

func TestNearest(t *testing.T) {
	words := []string{"status", "forecast", "report", "restore", "by", "ocean"}
	for in, want := range map[string]string{
		"statsu": "status", "Status": "status", "stats": "status", "forcast": "forecast", "oceon": "ocean", "reprot": "report",
		"xyzzy": "", "": "", "by": "by", "bx": "by", "q": "",
	} {
		if got := Nearest(in, words); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", in, got, want)
		}
	}
}
