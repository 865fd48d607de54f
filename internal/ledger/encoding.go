package ledger

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// decode returns the text of r in UTF-8, without its byte order mark, with lines
// that end by a line feed. UTF-16, which spreadsheets call Unicode text, has a
// mark.
func decode(r io.Reader) (*bufio.Reader, error) {
	in, err := decodeRunes(r)
	if err != nil {
		return nil, err
	}
	return bufio.NewReaderSize(&lineEnds{in: in}, 64<<10), nil
}

func decodeRunes(r io.Reader) (*bufio.Reader, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	mark, err := in.Peek(3)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(mark, []byte("\xef\xbb\xbf")):
		_, err = in.Discard(3)
		return in, err
	case bytes.HasPrefix(mark, []byte("\xff\xfe")):
		order = binary.LittleEndian
	case bytes.HasPrefix(mark, []byte("\xfe\xff")):
		order = binary.BigEndian
	default:
		return in, nil
	}
	if _, err = in.Discard(2); err != nil {
		return nil, err
	}
	return bufio.NewReaderSize(&utf16Reader{in: in, order: order}, 64<<10), nil
}

// utf16Reader reads UTF-16 as UTF-8.
type utf16Reader struct {
	in    *bufio.Reader
	order binary.ByteOrder
	high  rune   // half of a character, of which the other half comes next
	rest  []byte // of a character that did not fit
}

func (u *utf16Reader) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if len(u.rest) > 0 {
			k := copy(p[n:], u.rest)
			n, u.rest = n+k, u.rest[k:]
			continue
		}
		var unit [2]byte
		if _, err := io.ReadFull(u.in, unit[:]); err != nil {
			if n > 0 {
				return n, nil // it comes again
			}
			if errors.Is(err, io.ErrUnexpectedEOF) {
				err = io.EOF
			}
			return 0, err
		}
		c := rune(u.order.Uint16(unit[:]))
		switch {
		case u.high != 0:
			c = utf16.DecodeRune(u.high, c)
			u.high = 0
		case utf16.IsSurrogate(c):
			u.high = c
			continue
		}
		u.rest = utf8.AppendRune(u.rest[:0], c)
	}
	return n, nil
}

// lineEnds reads text whose lines may end by a carriage return, as some
// spreadsheets write them, or by any number of those before a line feed.
type lineEnds struct {
	in    io.Reader
	after bool // a carriage return
}

func (l *lineEnds) Read(p []byte) (int, error) {
	for {
		n, err := l.in.Read(p)
		if l.after || bytes.IndexByte(p[:n], '\r') >= 0 {
			n = l.unify(p[:n])
		}
		if n > 0 || err != nil || len(p) == 0 {
			return n, err
		}
	}
}

// unify puts a line feed in the place of each line end, and returns how much of
// p is left.
func (l *lineEnds) unify(p []byte) (n int) {
	for _, c := range p {
		was := l.after
		l.after = c == '\r'
		switch {
		case was && (c == '\r' || c == '\n'):
			continue
		case c == '\r':
			c = '\n'
		}
		p[n] = c
		n++
	}
	return n
}
