package config

import (
	"fmt"
	"strings"
)

// quoted is text as TOML writes it: literally where it can be.
func quoted(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r == '\'' || r < ' ' && r != '\t' || r == 0x7f }) {
		return "'" + s + "'"
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r < ' ' && r != '\t' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + `"`
}

// line is a setting as it is written.
func line(name, value string) string { return name + " = " + value + "\n" }

// lines are an account's settings as they are written.
func (a Account) lines() []byte {
	var b strings.Builder
	text := func(name, s string) {
		if s != "" {
			b.WriteString(line(name, quoted(s)))
		}
	}
	text("name", a.Name)
	text("base_url", a.BaseURL)
	if len(a.KeyCommand) > 0 {
		list := make([]string, len(a.KeyCommand))
		for i, arg := range a.KeyCommand {
			list[i] = quoted(arg)
		}
		b.WriteString(line("key_command", "["+strings.Join(list, ", ")+"]"))
	}
	text("key_file", a.KeyFile)
	if a.Keyring {
		b.WriteString(line("keyring", "true"))
	}
	text("interval", spelt(a.Interval))
	return []byte(b.String())
}
