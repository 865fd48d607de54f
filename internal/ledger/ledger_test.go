package ledger

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

// rowsOf are the rows of a file as "number: id, cost" or "number: problem".
func rowsOf(t *testing.T, text string, asList bool) (rows []string) {
	t.Helper()
	r, err := Open(strings.NewReader(text), asList)
	if err != nil {
		t.Fatalf("Open(%.80q) = %v", text, err)
	}
	for {
		row, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return rows
		case err != nil:
			t.Fatalf("Next() = %v", err)
		case row.Err != nil:
			rows = append(rows, fmt.Sprintf("%d: %v", row.Number, row.Err))
		default:
			rows = append(rows, fmt.Sprintf("%d: %s, %s", row.Number, row.Text(ID), row.Text(Cost)))
		}
	}
}

func TestRowsHaveTheirPlace(t *testing.T) {
	quotes := fmt.Sprint(errQuotes)
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"a cell over lines", "id,cost,note\na,1,\"x\n\ny\"\nb,2,z\n", []string{"2: a, 1", "5: b, 2"}},
		{"two such cells", "id,note,cost\na,\"x\ny\",1\r\nb,\"\"\"\n\"\"\",2\r\n", []string{"2: a, 1", "4: b, 2"}},
		{"a quote that never ends costs its own line", "id,cost\na,\"1\nb,2\nc,3\n", []string{"2: " + quotes, "3: b, 2", "4: c, 3"}},
		{"two quotes that belong to nothing", "id,cost\na\",1\nb,2\nc\",3\nd,4\n", []string{"2: " + quotes, "3: b, 2", "4: " + quotes, "5: d, 4"}},
		{"a cell over lines, and too few cells", "id,cost\n\"a\nb,2\"\nc,3\n", []string{"2: it has 1 cells in place of 2", "3: " + quotes, "4: c, 3"}},
		{"the header again", "id,cost\na,1\nid,cost\nb,2\n", []string{"2: a, 1", "4: b, 2"}},
		{"blank lines", "\n \nid,cost\n\n\na,1\n", []string{"6: a, 1"}},
		{"a blank line in a log", "{\"id\":\"a\",\"cost\":1}\n\n{\"id\":\"b\",\"cost\":2}", []string{"1: a, 1", "3: b, 2"}},
		{"a line too long", "id,cost\n" + strings.Repeat("x", MaxLine) + "x\nb,2\n", []string{"2: it is longer than 8 MiB", "3: b, 2"}},
		{"a line of the greatest length", "id,cost,n\na,1," + strings.Repeat("x", MaxCell) + "\nb,2,\n", []string{"2: a, 1", "3: b, 2"}},
		{"a cell too long", "id,cost,n\na,1," + strings.Repeat("x", MaxCell+1) + "\nb,2,\n", []string{"2: it has a cell of more than 1 MiB", "3: b, 2"}},
		{"a cell over too many lines", "id,cost,n\na,1,\"" + strings.Repeat("\n", maxCellLines+1) + "\"\nb,2,\n", []string{"2: " + quotes, "1003: " + quotes, "1004: b, 2"}},
		{"as many lines as a cell may have", "id,cost,n\na,1,\"" + strings.Repeat("\n", maxCellLines) + "\"\nb,2,\n", []string{"2: a, 1", "1003: b, 2"}},
		{"long values of a log are not kept", `{"id":"a","cost":1,"model":"` + strings.Repeat("x", MaxCell) + `"}`, []string{"1: a, 1"}},
		{"the separator with the most known columns", "id;cost;a,b,c\na;1;x\n", []string{"2: a, 1"}},
		{"a given separator", "sep=|\nid|cost\na|1\n", []string{"3: a, 1"}},
		{"a given tab", "sep=\t\nid\tcost\na\t1\n", []string{"3: a, 1"}},
		{"units in the header", "ID,Usage (tokens),Total Cost (USD)\na,900,1\n", []string{"2: a, 1"}},
		{"a cost beside a usage that may be tokens", "id,usage,cost\na,900,1\n", []string{"2: a, 1"}},
		{"guards against formulas", "'id,'cost\n'=a,'-1\n", []string{"2: =a, -1"}},
	} {
		if got := rowsOf(t, c.text, false); !slices.Equal(got, c.want) {
			t.Errorf("%s: rows %q, want %q", c.name, got, c.want)
		}
	}
	if got, want := rowsOf(t, " {\"data\":[{\"id\":\"a\",\"cost\":1},7,{\"id\":\"b\",\"cost\":2}]}", true), []string{"1: a, 1", "2: it is not a JSON object", "3: b, 2"}; !slices.Equal(got, want) {
		t.Errorf("a list: rows %q, want %q", got, want)
	}
}

func TestEncodings(t *testing.T) {
	const text = "id\tcost\nä€😀\t1\n"
	utf16 := func(big bool) string {
		var b strings.Builder
		for _, u := range []uint16{0xfeff, 'i', 'd', '\t', 'c', 'o', 's', 't', '\n', 0xe4, 0x20ac, 0xd83d, 0xde00, '\t', '1', '\n'} {
			if big {
				b.WriteString(string([]byte{byte(u >> 8), byte(u)}))
			} else {
				b.WriteString(string([]byte{byte(u), byte(u >> 8)}))
			}
		}
		return b.String()
	}
	for name, in := range map[string]string{
		"UTF-8": text, "a byte order mark": "\ufeff" + text, "UTF-16, little end first": utf16(false), "UTF-16, big end first": utf16(true),
		"half a character at the end": utf16(false) + "x",
	} {
		if got, want := rowsOf(t, in, false), []string{"2: ä€😀, 1"}; !slices.Equal(got, want) {
			t.Errorf("%s: rows %q, want %q", name, got, want)
		}
	}
	// A buffer of one byte tears characters apart, which come whole again.
	in, err := decode(strings.NewReader(utf16(true)))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(io.MultiReader(in)); err != nil || string(got) != text {
		t.Errorf("decoded %q, %v, want %q", got, err, text)
	}
}

func TestLimitOfLines(t *testing.T) {
	last := &lines{in: bufio.NewReader(strings.NewReader("x")), number: MaxLines - 1}
	if line, err := last.next(); err != nil || line != "x" {
		t.Errorf("next() = %q, %v, want the last line that there may be", line, err)
	}
	if _, err := last.next(); !errors.Is(err, io.EOF) {
		t.Errorf("next() after it = %v, want io.EOF", err)
	}
	r, err := Open(endless("id,cost\na,1\n"), false)
	if err != nil {
		t.Fatal(err)
	}
	r.lines.number = MaxLines - 1
	if row, err := r.Next(); err != nil || row.Number != MaxLines {
		t.Errorf("Next() = row %d, %v, want the last that there may be", row.Number, err)
	}
	if _, err := r.Next(); !errors.Is(err, errManyLines) {
		t.Errorf("Next() of an endless table = %v, want its limit", err)
	}
	l := &lines{in: bufio.NewReader(endless("\n")), number: MaxLines - 2}
	if _, err := l.skipBlank(); !errors.Is(err, errManyLines) {
		t.Errorf("skipBlank() of endless blank lines = %v, want its limit", err)
	}
}
