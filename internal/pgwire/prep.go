package pgwire

import (
	"strings"
	"unicode/utf8"
)

// stable are the characters beyond ASCII, as pairs of the first and the last, that
// stand for themselves whatever is beside them: Unicode's form NFKC leaves them as they
// are. Emoji are among them: PostgreSQL takes a password with those as it is.
const stable = "\u00a1\u00a7\u00a9\u00a9\u00ab\u00ac\u00ae\u00ae\u00b0\u00b1\u00b6\u00b7\u00bb\u00bb\u00bf\u0131\u0134\u013e\u0141\u0148\u014a\u017e" +
	"\u0386\u0386\u0388\u038a\u038c\u038c\u038e\u03a1\u03a3\u03ce\u0400\u0481\u048a\u052f\u0531\u0556\u0561\u0586\u05d0\u05ea\u0621\u063a\u0641\u064a\u0e01\u0e30\u10d0\u10f0" +
	"\u1e00\u1e99\u1ea0\u1ef9\u2010\u2010\u2012\u2016\u2018\u2023\u2030\u2032\u2039\u203a\u20a0\u20a7\u20a9\u20bf\u2190\u21ff\u2200\u222b\u3001\u3029\u3041\u3094\u309d\u309e\u30a1\u30fa\u30fc\u30fe\u4e00\u9fff\uac00\ud7a3\U0001f300\U0001faff"

// prepared is a password as SCRAM wants it, by SASLprep (RFC 4013) as PostgreSQL does that.
// ok is false where it may want it otherwise: that takes tables of all of Unicode.
func prepared(password string) (text string, ok bool) {
	if !utf8.ValidString(password) { // it is taken as it is
		return password, true
	}
	var b strings.Builder
	ascii := true
	for _, r := range password {
		switch {
		case r < utf8.RuneSelf:
			b.WriteRune(r)
		case r == 0xa0, r == 0x1680, r >= 0x2000 && r <= 0x200b, r == 0x202f, r == 0x205f, r == 0x3000:
			b.WriteByte(' ')
		case r == 0xad, r == 0x34f, r == 0x1806, r >= 0x180b && r <= 0x180d, r == 0x200c, r == 0x200d, r == 0x2060, r >= 0xfe00 && r <= 0xfe0f, r == 0xfeff:
		case within(stable, r):
			ascii = false
			b.WriteRune(r)
		default:
			return password, false
		}
	}
	if text = b.String(); text == password {
		return text, true
	}
	// Whether what is left may stand in a password at all is of more tables: if not, all of
	// it is taken as it is.
	for _, r := range text {
		ascii = ascii && r >= ' ' && r != 0x7f
	}
	return text, ascii && text != ""
}

// within reports whether r is in one of the ranges, which are pairs of characters.
func within(ranges string, r rune) bool {
	first := rune(-1)
	for _, v := range ranges {
		switch {
		case first < 0:
			first = v
		case r >= first && r <= v:
			return true
		default:
			first = -1
		}
	}
	return false
}

// unprepared is added to the error of a login whose password may have been meant
// otherwise.
const unprepared = " (it has characters that PostgreSQL puts into another form first, such as ligatures, full-width letters or accents of their own, which ortop does not: choose a password without)"
