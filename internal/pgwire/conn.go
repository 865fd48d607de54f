package pgwire

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// How long a connection may take, and the network may be silent.
const (
	connectLimit = 5 * time.Second
	silence      = 10 * time.Second
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

func (c *Config) connect(h Host) (*Conn, error) {
	network, address := "tcp", net.JoinHostPort(h.Name, h.Port)
	switch {
	case strings.HasPrefix(h.Name, "/") && h.Addr == "":
		network, address = "unix", filepath.Join(h.Name, ".s.PGSQL."+h.Port)
	case h.Addr != "":
		address = net.JoinHostPort(h.Addr, h.Port)
	}
	raw, err := net.DialTimeout(network, address, connectLimit)
	if err != nil {
		return nil, err
	}
	conn := &Conn{c: raw}
	// All of the greeting shares one limit.
	if err = raw.SetDeadline(time.Now().Add(connectLimit)); err == nil && network != "unix" && c.TLS != "disable" {
		err = conn.encrypt(c, h)
	}
	if err == nil {
		conn.r = bufio.NewReader(conn.c)
		err = conn.greet(c)
	}
	if err == nil {
		err = raw.SetDeadline(time.Time{})
	}
	if err == nil {
		err = conn.fits(c.Session)
	}
	if err != nil {
		_ = raw.Close() // it failed already
		return nil, err
	}
	return conn, nil
}

var errNoTLS = errors.New("the server does not speak TLS")

func (k *Conn) encrypt(c *Config, h Host) error {
	if _, err := k.c.Write([]byte{0, 0, 0, 8, 4, 210, 22, 47}); err != nil {
		return err
	}
	var answer [1]byte
	if _, err := io.ReadFull(k.c, answer[:]); err != nil {
		return err
	}
	if answer[0] != 'S' {
		return errNoTLS
	}
	t := &tls.Config{ServerName: h.Name, MinVersion: tls.VersionTLS12}
	if h.Name == "" {
		t.ServerName = h.Addr
	}
	path := c.RootCert
	if path == "" {
		path = homeFile(".postgresql", "root.crt")
		if _, err := os.Stat(path); err != nil {
			path = "system"
		}
	}
	if path != "system" {
		text, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("reading sslrootcert: %w", err)
		}
		t.RootCAs = x509.NewCertPool()
		if !t.RootCAs.AppendCertsFromPEM(text) {
			return errors.New("sslrootcert has no certificate")
		}
	}
	if c.TLS != "verify-full" {
		t.InsecureSkipVerify = true // whoever wants that wrote it down
	}
	if c.TLS == "verify-ca" {
		t.VerifyConnection = func(s tls.ConnectionState) error {
			o := x509.VerifyOptions{Roots: t.RootCAs, Intermediates: x509.NewCertPool()}
			for _, cert := range s.PeerCertificates[1:] {
				o.Intermediates.AddCert(cert)
			}
			_, err := s.PeerCertificates[0].Verify(o)
			return err
		}
	}
	conn := tls.Client(k.c, t)
	if err := conn.Handshake(); err != nil {
		return err
	}
	k.c = conn
	return nil
}

// greet says who we are, and waits until the server is ready.
func (k *Conn) greet(c *Config) error {
	k.begin(0)
	k.int32(196608)
	for _, s := range []string{"user", c.User, "database", c.Database, "application_name", c.Name, "client_encoding", "UTF8"} {
		k.text(s)
	}
	if c.options != "" {
		k.text("options")
		k.text(c.options)
	}
	k.out = append(k.out, 0)
	if err := k.send(); err != nil {
		return err
	}
	var s *scram
	for {
		kind, body, err := k.receive(false)
		if err != nil {
			return err
		}
		switch kind {
		case 'E':
			return readError(body)
		case 'Z':
			return nil
		case 'R':
			if err := k.authenticate(c, body, &s); err != nil {
				return err
			}
		}
	}
}

var errCleartext = errors.New("the server asks for the password in clear text, over a connection that is not encrypted")

func (k *Conn) authenticate(c *Config, body []byte, s **scram) error {
	if len(body) < 4 {
		return errProtocol
	}
	answer := func(text string, zero bool) error {
		k.begin('p')
		k.out = append(k.out, text...)
		if zero {
			k.out = append(k.out, 0)
		}
		return k.send()
	}
	switch kind := binary.BigEndian.Uint32(body); kind {
	case 0:
		if *s != nil && !(*s).proven {
			return errProof
		}
		return nil
	case 3:
		_, encrypted := k.c.(*tls.Conn)
		if _, local := k.c.(*net.UnixConn); !encrypted && !local {
			return errCleartext
		}
		return answer(c.Password, true)
	case 5:
		if len(body) < 8 {
			return errProtocol
		}
		return answer(md5Password(c.User, c.Password, body[4:8]), true)
	case 10:
		if !strings.Contains(string(body[4:]), "SCRAM-SHA-256\x00") {
			return errors.New("the server asks for a login that is not known")
		}
		*s = newScram(c.Password)
		first := (*s).first()
		k.begin('p')
		k.text("SCRAM-SHA-256")
		k.int32(int32(len(first)))
		k.out = append(k.out, first...)
		return k.send()
	case 11, 12:
		if *s == nil {
			return errProtocol
		}
		if kind == 12 {
			return (*s).check(string(body[4:]))
		}
		final, err := (*s).final(string(body[4:]))
		if err != nil {
			return err
		}
		return answer(final, false)
	}
	return errors.New("the server asks for a login that is not known")
}

// fits checks that a server takes writes, or is one that does not, as a session wants.
func (k *Conn) fits(session string) error {
	want := ""
	switch session {
	case "read-write", "primary":
		want = "off"
	case "read-only", "standby":
		want = "on"
	default:
		return nil
	}
	got := ""
	err := k.Query("SHOW transaction_read_only", func(r Row) error { return r.Scan(&got) })
	if err == nil && got != want {
		err = &Error{Code: "25006", Message: "no server is " + session}
	}
	return err
}

var errProtocol = errors.New("the server does not answer as PostgreSQL does")

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
func (k *Conn) receive(patient bool) (kind byte, body []byte, err error) {
	var head [5]byte
	most := uint32(maxGreeting)
	if patient {
		most = maxMessage
	}
	for {
		if err := k.read(head[:], patient); err != nil {
			return 0, nil, err
		}
		n := binary.BigEndian.Uint32(head[1:])
		if n < 4 || n > most {
			return 0, nil, k.fail(errProtocol)
		}
		body = nil
		for left := int(n - 4); left > 0; left -= part {
			body = append(body, make([]byte, min(left, part))...)
			if err := k.read(body[len(body)-min(left, part):], patient); err != nil {
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
func (k *Conn) read(b []byte, patient bool) error {
	if patient {
		if err := k.c.SetReadDeadline(time.Now().Add(silence)); err != nil {
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
	if err := k.c.SetWriteDeadline(time.Now().Add(silence)); err != nil {
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
