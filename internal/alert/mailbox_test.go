package alert

import (
	"net/mail"
	"slices"
	"testing"
)

func TestParseAddresses(t *testing.T) {
	for _, c := range []struct {
		list string
		want []mailbox
	}{
		{"a@example.com", []mailbox{{"", "a@example.com"}}},
		{" A. Person <a@example.com>,b.c+d@mail.example.com ", []mailbox{{"A. Person", "a@example.com"}, {"", "b.c+d@mail.example.com"}}},
		{`"Ops, night \"shift\"" <ops@example.com>, "B" <b@localhost>`, []mailbox{{`Ops, night "shift"`, "ops@example.com"}, {"B", "b@localhost"}}},
		{"Jörg <joerg@bücher.example>", []mailbox{{"Jörg", "joerg@bücher.example"}}},
		{"<a@example.com>", []mailbox{{"", "a@example.com"}}},
	} {
		got, err := parseAddresses(c.list)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("parseAddresses(%q) = %q, %v, want %q", c.list, got, err, c.want)
		}
		for _, a := range got { // as whoever receives it reads it
			if read, err := mail.ParseAddress(a.String()); err != nil || read.Name != a.name || read.Address != a.at {
				t.Errorf("%q is written as %s, which is read as %v, %v", a, a, read, err)
			}
		}
	}
	for _, bad := range []string{
		"", "nobody", "@example.com", "a@", "a@@b", "a b@example.com", "a@exam ple.com", "a..b@example.com", ".a@example.com", "a@example.com.", "a@example.com,", ",a@example.com",
		"a@example.com b@example.com", "a@example.com\r\nBcc: b@example.com", "Name a@example.com>", "<a@example.com", "Name <a@example.com> x", `"Name <a@example.com>`, "a, b <c@example.com>",
		"\"a\nb\" <a@example.com>", "Name <a@example.com\n>", "x:y <a@example.com>",
	} {
		if got, err := parseAddresses(bad); err == nil {
			t.Errorf("parseAddresses(%q) = %q, want an error", bad, got)
		}
	}
}

// FuzzParseAddresses compares what is taken with what net/mail takes.
func FuzzParseAddresses(f *testing.F) {
	for _, s := range []string{"a@example.com", `"Ops, \"x\"" <ops@example.com>, b@localhost`, "Jörg <j@example.com>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := parseAddresses(s)
		if err != nil {
			return
		}
		for _, a := range got {
			if read, err := mail.ParseAddress(a.String()); err != nil || read.Address != a.at {
				t.Errorf("parseAddresses(%q) has %q, which net/mail reads as %v, %v", s, a, read, err)
			}
		}
	})
}
