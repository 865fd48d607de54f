package render

import (
	"slices"
	"testing"
)

func TestTitles(t *testing.T) {
	for _, c := range []struct{ accounts, want []string }{
		{nil, []string{}},
		{[]string{"a", "https://x.example/v1", "b", "https://x.example/v1"}, []string{"a", "b"}},
		{[]string{"a", "https://x.example/v1", "a", "https://y.example/v1", "b", "https://y.example/v1"}, []string{"a at x.example", "a at y.example", "b"}},
		{
			[]string{"a", "https://x.example/v1", "a", "https://x.example/v2", "a", "https://y.example/v1"},
			[]string{"a at https://x.example/v1", "a at https://x.example/v2", "a at y.example"},
		},
		{[]string{"a", "https://x\x1b[2J.example/", "a", "%zz"}, []string{"a at https://x\ufffd[2J.example/", "a at %zz"}},
	} {
		got := Titles(len(c.accounts)/2, func(i int) (name, baseURL string) { return c.accounts[2*i], c.accounts[2*i+1] })
		if !slices.Equal(got, c.want) {
			t.Errorf("Titles(%q) = %q, want %q", c.accounts, got, c.want)
		}
	}
}
