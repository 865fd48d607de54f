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

// decode returns the text of r in UTF-8, without its byte order mark. UTF-16,
// which spreadsheets call Unicode text, has one.
func decode(r io.Reader) (*bufio.Reader, error) {
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
