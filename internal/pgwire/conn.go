package pgwire

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"time"
)

// How long a connection may take, and the network may be silent.
const (
	connectLimit = 5 * time.Second
	answerWithin = 10 * time.Second
)

// maxMessage bounds what a server sends at once, and maxGreeting the same before it is
// known whether it is the one that is meant. part is how much is read at a time: memory
// is for what came, not for what is announced, and a part may take as long as the
// network may be silent.
const (
	maxMessage  = 1 << 29
	maxGreeting = 1 << 16
	part        = 1 << 16
)

// Error is what the server answered.
type Error struct {
	Code    string // SQLSTATE
	Message string
}

func (e *Error) Error() string { return e.Message }

// Conn is one connection. Only one goroutine at a time may use it.
type Conn struct {
	c    net.Conn
	r    *bufio.Reader
	out  []byte
	mark int // where the length of the message stands that is being written
	bad  bool
}

// Connect connects to the first of the hosts that takes it.
func (c *Config) Connect() (conn *Conn, err error) {
	for _, h := range c.Hosts {
		if conn, err = c.connect(h); err == nil {
			return conn, nil
		}
	}
	return nil, err
}

var errProtocol = errors.New("the server does not answer as PostgreSQL does")

//go:noinline
func (k *Conn) begin(kind byte) {
	k.out = k.out[:0]
	k.next(kind)
}

//go:noinline
func (k *Conn) next(kind byte) {
	k.end()
	if kind != 0 {
		k.out = append(k.out, kind)
	}
	k.mark = len(k.out)
	k.int32(0)
}

// end fills in the length of the message before.
func (k *Conn) end() {
	if len(k.out) > 0 {
		binary.BigEndian.PutUint32(k.out[k.mark:], uint32(len(k.out)-k.mark))
	}
}

//go:noinline
func (k *Conn) int32(v int32) { k.out = binary.BigEndian.AppendUint32(k.out, uint32(v)) }

//go:noinline
func (k *Conn) int16(v int16) { k.out = binary.BigEndian.AppendUint16(k.out, uint16(v)) }

//go:noinline
func (k *Conn) text(s string) { k.out = append(append(k.out, s...), 0) }

// Bad reports that nothing more can be done with the connection.
func (k *Conn) Bad() bool { return k.bad }

//go:noinline
func (k *Conn) fail(err error) error {
	k.bad = k.bad || err != nil
	return err
}

func (k *Conn) send() error {
	k.end()
	_, err := k.c.Write(k.out)
	if cap(k.out) > 1<<20 {
		k.out = nil
	}
	return k.fail(err)
}

// receive returns the next message, and passes over those that say nothing of a
// statement. A server may think for as long as it is not silent for longer than the
// limit, where that counts.
func (k *Conn) receive(idle bool) (kind byte, body []byte, err error) {
	var head [5]byte
	most := uint32(maxGreeting)
	if idle {
		most = maxMessage
	}
	for {
		if err := k.read(head[:], idle); err != nil {
			return 0, nil, err
		}
		n := binary.BigEndian.Uint32(head[1:])
		if n < 4 || n > most {
			return 0, nil, k.fail(errProtocol)
		}
		body = nil
		for left := int(n - 4); left > 0; left -= part {
			body = append(body, make([]byte, min(left, part))...)
			if err := k.read(body[len(body)-min(left, part):], idle); err != nil {
				return 0, nil, err
			}
		}
		switch head[0] {
		case 'N', 'S', 'A', 'K': // a notice, a setting, a notification, a key to cancel
		default:
			return head[0], body, nil
		}
	}
}

//go:noinline
func (k *Conn) read(b []byte, idle bool) error {
	if idle {
		if err := k.c.SetReadDeadline(time.Now().Add(answerWithin)); err != nil {
			return k.fail(err)
		}
	}
	_, err := io.ReadFull(k.r, b)
	return k.fail(err)
}

func readError(body []byte) *Error {
	e := &Error{Code: "XX000", Message: "the server did not say why"}
	for len(body) > 1 {
		field := body[0]
		text, rest, ok := strings.Cut(string(body[1:]), "\x00")
		if !ok {
			break
		}
		switch field {
		case 'C':
			e.Code = text
		case 'M':
			e.Message = text
		}
		body = []byte(rest)
	}
	return e
}

// Query runs one statement with its parameters and calls row for each row. After an
// error that is not an *Error the connection is [Conn.Bad].
func (k *Conn) Query(statement string, row func(Row) error, args ...any) error {
	k.begin('P')
	k.text("")
	k.text(statement)
	k.int16(0)
	k.next('B')
	k.text("")
	k.text("")
	k.int16(0)
	k.int16(int16(len(args)))
	for _, a := range args {
		v, null, err := encode(a)
		if err != nil {
			return err
		}
		if null {
			k.int32(-1)
			continue
		}
		k.int32(int32(len(v)))
		k.out = append(k.out, v...)
	}
	k.int16(0)
	k.next('E')
	k.text("")
	k.int32(0)
	k.next('S')
	return k.answer(row)
}

// Script runs statements without parameters, in one transaction where they begin none.
func (k *Conn) Script(statements string) error {
	k.begin('Q')
	k.text(statements)
	return k.answer(nil)
}

// answer sends what was written and reads the answer up to its end.
func (k *Conn) answer(row func(Row) error) error {
	if err := k.c.SetWriteDeadline(time.Now().Add(answerWithin)); err != nil {
		return k.fail(err)
	}
	if err := k.send(); err != nil {
		return err
	}
	var failed error
	for {
		kind, body, err := k.receive(true)
		if err != nil {
			return err
		}
		switch kind {
		case 'Z':
			return failed
		case 'E':
			e := readError(body)
			if failed == nil {
				failed = e
			}
			if strings.HasPrefix(e.Code, "57P") { // it goes down
				return k.fail(failed)
			}
		case 'D':
			r, ok := readRow(body)
			switch {
			case !ok:
				return k.fail(errProtocol)
			case failed == nil && row != nil:
				failed = row(r)
			}
		}
	}
}

// Close says good-bye.
func (k *Conn) Close() error {
	if !k.bad {
		k.begin('X')
		if err := k.c.SetWriteDeadline(time.Now().Add(time.Second)); err == nil {
			_ = k.send() // it is over in any case
		}
	}
	return k.c.Close()
}
