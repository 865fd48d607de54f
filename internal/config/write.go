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

// quotedLine is the line of a text; empty where there is none.
//
//go:noinline
func quotedLine(name, text string) string {
	if text == "" {
		return ""
	}
	return line(name, quoted(text))
}

// lines are an account's settings as they are written.
func (a Account) lines() []byte {
	command, keyring := "", ""
	if len(a.KeyCommand) > 0 {
		list := make([]string, len(a.KeyCommand))
		for i, arg := range a.KeyCommand {
			list[i] = quoted(arg)
		}
		command = line("key_command", "["+strings.Join(list, ", ")+"]")
	}
	if a.Keyring {
		keyring = line("keyring", "true")
	}
	return []byte(quotedLine("name", a.Name) + quotedLine("base_url", a.BaseURL) + command +
		quotedLine("key_file", a.KeyFile) + keyring + quotedLine("interval", spelt(a.Interval)))
}
