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
			e := readError(body)
			if s != nil && s.unsure && strings.HasPrefix(e.Code, "28") {
				e.Message += unprepared
			}
			return e
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
		return k.login(c.Password + "\x00")
	case 5:
		if len(body) < 8 {
			return errProtocol
		}
		return k.login(md5Password(c.User, c.Password, body[4:8]) + "\x00")
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
		return k.login(final)
	}
	return errors.New("the server asks for a login that is not known")
}

// login sends what the server asked for to log in.
//
//go:noinline
func (k *Conn) login(answer string) error {
	k.begin('p')
	k.out = append(k.out, answer...)
	return k.send()
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
