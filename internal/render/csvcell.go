package render

import "strings"

// csvCell is a text that no spreadsheet takes for a formula: one that begins
// like one gets an apostrophe before it, as does one that begins with an
// apostrophe, so that taking the first away gives the text again. Numbers that
// ortop wrote itself need none.
func csvCell(s string) string {
	words := strings.Fields(s)
	if strings.IndexAny(s, "\t\r\n") == 0 || len(words) > 0 && strings.IndexAny(words[0], "=+-@'|%＝＋－＠") == 0 {
		return "'" + s
	}
	return s
}
