package cmd

import "strings"

// csvCell is a text that no spreadsheet takes for a formula: one that begins
// like one gets an apostrophe before it, as does one that begins with an
// apostrophe, so that taking the first away gives the text again. Numbers that
// ortop wrote itself need none.
func csvCell(s string) string {
	for _, r := range strings.TrimLeft(s, " \u00a0\u3000") {
		if strings.ContainsRune("=+-@\t\r\n'|%＝＋－＠", r) {
			return "'" + s
		}
		break
	}
	return s
}
