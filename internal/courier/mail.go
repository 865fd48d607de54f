package courier

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/smtp"
	"net/textproto"
	"net/url"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"

	"ortop/internal/alert"
	"ortop/internal/routine"
	"ortop/internal/text"
)

// sendMail sends e through the server at u: smtps with TLS from the start
// (port 465 if none is named), smtp with STARTTLS (587), which only a server
// on this machine may lack.
func sendMail(ctx context.Context, u *url.URL, from, to string, e *alert.Event) error {
	sender, err := mail.ParseAddress(from)
	if err != nil {
		return backoff.Permanent(errors.New("from is not an address"))
	}
	receivers, err := mail.ParseAddressList(to)
	if err != nil {
		return backoff.Permanent(errors.New("to is not a list of addresses"))
	}
	c, err := dialMail(ctx, u)
	if err != nil {
		return lasting(err)
	}
	defer c.Close()
	if err := c.Mail(sender.Address); err != nil {
		return lasting(err)
	}
	for _, r := range receivers {
		if err := c.Rcpt(r.Address); err != nil {
			return lasting(err)
		}
	}
	w, err := c.Data()
	if err != nil {
		return lasting(err)
	}
	if _, err := w.Write(message(sender, receivers, e)); err != nil {
		return lasting(err)
	}
	if err := w.Close(); err != nil {
		return lasting(err)
	}
	_ = c.Quit() // the server has the message
	return nil
}

// dialMail returns a connection on which a message may be sent. It is closed
// when ctx ends.
func dialMail(ctx context.Context, u *url.URL) (*smtp.Client, error) {
	host, port := u.Hostname(), u.Port()
	config := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	var conn net.Conn
	var err error
	if u.Scheme == "smtps" {
		if port == "" {
			port = "465"
		}
		conn, err = (&tls.Dialer{Config: config}).DialContext(ctx, "tcp", net.JoinHostPort(host, port))
	} else {
		if port == "" {
			port = "587"
		}
		conn, err = (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(host, port))
	}
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, routine.Guard(func() { conn.Close() }))
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		conn.Close()
		return nil, err
	}
	if err := greet(c, u, config); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

func greet(c *smtp.Client, u *url.URL, config *tls.Config) error {
	if u.Scheme == "smtp" {
		switch offered, _ := c.Extension("STARTTLS"); {
		case offered:
			if err := c.StartTLS(config); err != nil {
				return err
			}
		case !text.IsLoopback(u.Hostname()):
			return backoff.Permanent(errors.New("the server offers no STARTTLS"))
		}
	}
	if u.User == nil {
		return nil
	}
	password, _ := u.User.Password()
	return c.Auth(smtp.PlainAuth("", u.User.Username(), password, u.Hostname()))
}

// message writes the mail, in ASCII alone.
func message(from *mail.Address, to []*mail.Address, e *alert.Event) []byte {
	var b strings.Builder
	names := make([]string, len(to))
	for i, a := range to {
		names[i] = a.String()
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	for _, h := range [][2]string{
		{"From", from.String()},
		{"To", strings.Join(names, ", ")},
		{"Subject", mime.QEncoding.Encode("utf-8", mark(e)+subject(e))},
		{"Date", e.At.Format(time.RFC1123Z)},
		{"Message-ID", "<" + rand.Text() + "@" + domain + ">"},
		{"Auto-Submitted", "auto-generated"},
		{"Importance", map[bool]string{true: "high", false: "normal"}[e.Level == alert.Urgent && !e.Cleared]},
		{"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"},
		{"Content-Transfer-Encoding", "quoted-printable"},
	} {
		b.WriteString(h[0] + ": " + h[1] + "\r\n")
	}
	b.WriteString("\r\n")
	w := quotedprintable.NewWriter(&b)
	_, _ = fmt.Fprintf(w, "%s\r\n", strings.ReplaceAll(body(e), "\n", "\r\n\r\n")) // a Builder takes all
	_ = w.Close()
	return []byte(b.String())
}

// lasting marks what the server refuses for good: an answer of 500 and above.
func lasting(err error) error {
	var answer *textproto.Error
	if errors.As(err, &answer) && answer.Code >= 500 {
		return backoff.Permanent(err)
	}
	return err
}
