package render

import (
	"strings"
	"testing"
)

func TestCSVCell(t *testing.T) {
	for in, want := range map[string]string{
		"":                 "",
		"laptop":           "laptop",
		"a=b":              "a=b",
		"=1+1":             "'=1+1",
		"+1":               "'+1",
		"-1":               "'-1",
		"@SUM(A1)":         "'@SUM(A1)",
		"\t=1":             "'\t=1",
		"\r=1":             "'\r=1",
		"  =1":             "'  =1",
		"＝1":               "'＝1",
		"＋1":               "'＋1",
		"－1":               "'－1",
		"＠x":               "'＠x",
		"'quoted":          "''quoted",
		"|cmd' /C calc'!A": "'|cmd' /C calc'!A",
	} {
		if got := CSVCell(in); got != want {
			t.Errorf("csvCell(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzCSVCell(f *testing.F) {
	for _, s := range []string{"=1", " \v+", "laptop", "'", "\u3000＝x", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := CSVCell(s)
		if strings.HasPrefix(got, "'") != (got != s) || strings.TrimPrefix(got, "'") != s {
			t.Errorf("csvCell(%q) = %q, which does not lead back", s, got)
		}
		if strings.ContainsAny(strings.TrimSpace(got)[:min(1, len(strings.TrimSpace(got)))], "=+-@") {
			t.Errorf("csvCell(%q) = %q, a formula", s, got)
		}
	})
}
