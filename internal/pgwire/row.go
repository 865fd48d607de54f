package pgwire

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// Row is one row, each column as text; nil is NULL.
type Row [][]byte

func readRow(b []byte) (r Row, ok bool) {
	if len(b) < 2 {
		return nil, false
	}
	n := int(binary.BigEndian.Uint16(b))
	b = b[2:]
	for range n {
		if len(b) < 4 {
			return nil, false
		}
		size := int32(binary.BigEndian.Uint32(b))
		b = b[4:]
		if size < 0 {
			r = append(r, nil)
			continue
		}
		if int64(size) > int64(len(b)) {
			return nil, false
		}
		r = append(r, b[:size:size])
		b = b[size:]
	}
	return r, len(b) == 0
}

// Scan puts the columns into what pointers point to. A []byte is a bytea; a **string
// takes NULL as nil.
func (r Row) Scan(to ...any) error {
	if len(to) != len(r) {
		return fmt.Errorf("a row has %d columns, not %d", len(r), len(to))
	}
	for i, v := range r {
		s := string(v)
		var err error
		switch p := to[i].(type) {
		case **string:
			if *p = nil; v != nil {
				*p = &s
			}
			continue
		case *[]byte:
			if *p = nil; v != nil {
				*p, err = hex.DecodeString(strings.TrimPrefix(s, `\x`))
			}
		case *string:
			*p = s
		case *int:
			*p, err = strconv.Atoi(s)
		case *int64:
			*p, err = strconv.ParseInt(s, 10, 64)
		case *float64:
			*p, err = strconv.ParseFloat(s, 64)
		case *bool:
			*p = s == "t"
		default:
			err = fmt.Errorf("a column cannot be put into a %T", p)
		}
		if err != nil {
			return fmt.Errorf("column %d: %w", i+1, err)
		}
	}
	return nil
}

// encode returns a parameter as text.
func encode(a any) (text string, null bool, err error) {
	switch a := a.(type) {
	case nil:
		return "", true, nil
	case string:
		return a, false, nil
	case *string:
		if a == nil {
			return "", true, nil
		}
		return *a, false, nil
	case []byte:
		return `\x` + hex.EncodeToString(a), false, nil
	case int:
		return strconv.Itoa(a), false, nil
	case int64:
		return strconv.FormatInt(a, 10), false, nil
	case bool:
		return strconv.FormatBool(a), false, nil
	}
	return "", false, fmt.Errorf("a %T is no parameter", a)
}
