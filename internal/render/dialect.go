package render

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"ortop/internal/text"
)

// Dialect is how CSV is written. The zero Dialect is that of programs: commas,
// decimal points, RFC 3339, every sum to its last bit.
type Dialect struct {
	Separator byte // 0: a comma
	Decimal   byte // 0: a point
	// Cents rounds sums of money to the cent.
	Cents bool
	// Sheet is for a spreadsheet: a mark of UTF-8 at the beginning, lines that end
	// with CR LF, and times that it takes as such.
	Sheet bool
}

// dialects are the dialects that have a name: the spreadsheets of a language expect
// its decimal sign, and a semicolon where that is a comma.
var dialects = map[string]Dialect{
	"plain": {}, "excel": {Sheet: true},
	"excel-de": european, "excel-es": european, "excel-fr": european, "excel-it": european, "excel-nl": european, "excel-pl": european, "excel-pt": european,
}

var european = Dialect{Separator: ';', Decimal: ',', Sheet: true}

// DialectNames are the names that [NamedDialect] knows.
func DialectNames() []string {
	var names []string
	for name := range dialects {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// NamedDialect returns a dialect by its name; ok is false where there is none.
func NamedDialect(name string) (d Dialect, ok bool) {
	d, ok = dialects[strings.ToLower(name)]
	return d, ok
}

// Check says what two signs cannot stand together.
func (d Dialect) Check() error {
	if d.separator() == d.decimal() {
		return fmt.Errorf("%q cannot be both the separator and the decimal sign", string(d.decimal()))
	}
	return nil
}

func (d Dialect) separator() byte {
	if d.Separator == 0 {
		return ','
	}
	return d.Separator
}

func (d Dialect) decimal() byte {
	if d.Decimal == 0 {
		return '.'
	}
	return d.Decimal
}

// bom marks a file as UTF-8 for spreadsheets that would guess another encoding.
const bom = "\ufeff"

// head is the first line, of names.
func (d Dialect) head(names ...string) string {
	head := strings.Join(names, string(d.separator())) + d.lineEnd()
	if d.Sheet {
		return bom + head
	}
	return head
}

func (d Dialect) lineEnd() string {
	if d.Sheet {
		return "\r\n"
	}
	return "\n"
}

func (d Dialect) appendTime(b []byte, at time.Time) []byte {
	if d.Sheet {
		return at.UTC().AppendFormat(b, time.DateTime)
	}
	return at.UTC().AppendFormat(b, TimeLayout)
}

// sign puts the decimal sign into the number at the end of b.
func (d Dialect) sign(b []byte, from int) []byte {
	if d.Decimal != 0 {
		for i := from; i < len(b); i++ {
			if b[i] == '.' {
				b[i] = d.Decimal
			}
		}
	}
	return b
}

// appendUSD appends a sum: to its last bit for programs, and as a figure, or rounded to
// the cent, where that is asked for.
func (d Dialect) appendUSD(b []byte, v float64) []byte {
	n := len(b)
	switch {
	case d.Cents:
		b = strconv.AppendFloat(b, v, 'f', 2, 64)
		if string(b[n:]) == "-0.00" {
			b = append(b[:n], "0.00"...)
		}
	case d.Sheet:
		b = text.AppendFigure(b, v)
	default:
		b = strconv.AppendFloat(b, v, 'f', -1, 64)
	}
	return d.sign(b, n)
}

// appendFigure appends a sum as a figure, or rounded to the cent.
func (d Dialect) appendFigure(b []byte, v float64) []byte {
	d.Sheet = true
	return d.appendUSD(b, v)
}

// usd is a sum as a figure, rounded as asked; empty is unknown.
func (d Dialect) usd(v *float64) string {
	switch {
	case v == nil:
		return ""
	case d.Cents:
		return string(d.appendUSD(nil, *v))
	}
	return d.figure(v)
}

func (d Dialect) figure(v *float64) string {
	if v == nil {
		return ""
	}
	return string(d.sign(text.AppendFigure(nil, *v), 0))
}

// moment is a time of an object, which may be null.
func (d Dialect) moment(s *string) string {
	if s == nil {
		return ""
	}
	if at, err := time.Parse(TimeLayout, *s); err == nil && d.Sheet {
		return at.UTC().Format(time.DateTime)
	}
	return *s
}

// CSVCell is a text that no spreadsheet takes for a formula: one that begins
// like one gets an apostrophe before it, as does one that begins with an
// apostrophe, so that taking the first away gives the text again. Numbers that
// ortop wrote itself need none.
func CSVCell(s string) string {
	words := strings.Fields(s)
	if strings.IndexAny(s, "\t\r\n") == 0 || len(words) > 0 && strings.IndexAny(words[0], "=+-@'|%＝＋－＠") == 0 {
		return "'" + s
	}
	return s
}
