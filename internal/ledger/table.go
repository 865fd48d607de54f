package ledger

import (
	"encoding/csv"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// separators are those of the cells of a line.
var separators = []rune{',', ';', '\t'}

// head is the first line of a table.
type head struct {
	line      string
	names     []string // of all columns, normalised
	separator rune
	index     map[string]int // of a column, by its normalised name; of two with one name, the first
	count     int
}

// newHead reads the first line of a table. Unless it is given, the separator is
// the one that gives the most columns that are known.
func newHead(line string, separator rune) (head, error) {
	candidates := separators
	if separator != 0 {
		candidates = []rune{separator}
	}
	best, most := head{}, 0
	var err error
	for _, s := range candidates {
		cells, cutErr := cut(line, s)
		if cutErr != nil {
			err = cutErr
			continue
		}
		h, n := head{line: line, separator: s, index: map[string]int{}, count: len(cells)}, 0
		for i, name := range cells {
			name = normalise(name)
			h.names = append(h.names, name)
			if _, twice := h.index[name]; !twice {
				h.index[name] = i
				if known(name) {
					n++
				}
			}
		}
		if n > most {
			best, most = h, n
		}
	}
	switch {
	case most > 0:
		return best, nil
	case err != nil:
		return best, fmt.Errorf("%w: the quotes of its first line do not match", ErrFormat)
	}
	return best, ErrFormat
}

// again reports whether a line is the head once more, as where files were put one
// after the other: also with a byte order mark, and with other spaces or case.
func (h head) again(line string) bool {
	if line == h.line {
		return true
	}
	cells, err := cut(strings.TrimPrefix(line, "\ufeff"), h.separator)
	if err != nil || len(cells) != len(h.names) {
		return false
	}
	for i, c := range cells {
		if normalise(c) != h.names[i] {
			return false
		}
	}
	return true
}

// separatorLine reads the line that gives spreadsheets the separator.
func separatorLine(line string) (separator rune, ok bool) {
	s, ok := strings.CutPrefix(strings.ToLower(cell(line)), "sep=")
	if !ok {
		return 0, false
	}
	if s == "" { // a tab, which was trimmed
		return '\t', true
	}
	separator, size := utf8.DecodeRuneInString(s)
	return separator, size == len(s) && separator != '"' && separator != utf8.RuneError
}

// units are those of a column of money, which its name may have in parentheses.
var units = strings.NewReplacer("(usd)", "", "($)", "", "(us$)", "", "(in usd)", "")

// plain makes "Created at" created_at, and "Usage (tokens)" usage_tokens.
var plain = strings.NewReplacer(" ", "_", "-", "_", "(", "", ")", "")

// normalise is the name of a column without what people write it with.
func normalise(name string) string {
	return plain.Replace(strings.TrimSpace(units.Replace(strings.ToLower(cell(name)))))
}

// cut cuts a line into cells.
func cut(line string, separator rune) ([]string, error) {
	if !strings.Contains(line, `"`) {
		return strings.Split(line, string(separator)), nil
	}
	r := csv.NewReader(strings.NewReader(line))
	r.Comma = separator
	cells, err := r.Read()
	if err != nil {
		return nil, errQuotes
	}
	return cells, nil
}

var errQuotes = errors.New("its quotes do not match")

// cell is the text of a cell, without the apostrophe that marks it as text for
// spreadsheets.
func cell(s string) string {
	return strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(s), "'"))
}

// maxCellLines is how many lines a cell may span.
const maxCellLines = 1000

// tableRow is the row that begins with a line. A cell in quotes may span lines;
// where the quotes do not match, the line is wrong alone.
func (r *Reader) tableRow(line string) Row {
	row := Row{Number: r.lines.number}
	var below []string
	text, open := line, strings.Count(line, `"`)%2 == 1
	for open && len(below) < maxCellLines && len(text) <= MaxCell {
		next, err := r.lines.next()
		if err != nil {
			break // it comes again, or is the end
		}
		below = append(below, next)
		text += "\n" + next
		open = open != (strings.Count(next, `"`)%2 == 1)
	}
	if open {
		row.Err = errQuotes
	} else {
		row.cells, row.Err = r.cut(text)
	}
	if row.Err != nil && len(below) > 0 {
		r.lines.unread(below...)
		return row
	}
	row.index = r.head.index
	return row
}

// cut cuts a row into as many cells as there are columns. One with fewer may
// end in half a number.
func (r *Reader) cut(text string) ([]string, error) {
	cells, err := cut(text, r.head.separator)
	if err == nil && len(cells) != r.head.count {
		err = fmt.Errorf("it has %d cells in place of %d", len(cells), r.head.count)
	}
	for _, c := range cells {
		if len(c) > MaxCell {
			err = fmt.Errorf("it has a cell of more than %d MiB", MaxCell>>20)
		}
	}
	return cells, err
}
