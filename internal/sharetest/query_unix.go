//go:build unix

package sharetest

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"

	"ortop/internal/pgwire"
)

// Query returns what psql would print of a statement, or of several without results,
// without a frame.
func (c *Cluster) Query(statement string) string {
	c.t.Helper()
	out, err := c.query(statement)
	if err != nil {
		c.t.Fatal(err)
	}
	return out
}

// Script runs statements for as long as they take.
func (c *Cluster) Script(statements string) {
	c.t.Helper()
	if c.lite { // has no psql
		c.Query(statements)
		return
	}
	cmd := exec.Command(filepath.Join(c.bin, "psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", c.DSN(), "-f", "-")
	cmd.Stdin = strings.NewReader(statements)
	if out, err := cmd.CombinedOutput(); err != nil {
		c.t.Fatalf("psql: %v: %s", err, out)
	}
}

// QueryAs returns what psql prints of a statement by another user.
func (c *Cluster) QueryAs(user, statement string) (string, error) {
	c.t.Helper()
	c.Needs("roles")
	dsn := strings.Replace(c.DSN(), "admin@", user+"@", 1)
	out, err := exec.Command(filepath.Join(c.bin, "psql"), "-XAtq", "-d", dsn, "-c", statement).CombinedOutput()
	return string(out), err
}

// DSN names it to its administrator, over TCP.
func (c *Cluster) DSN() string {
	return c.By(c.Port)
}

// By names it likewise to who reaches it by another port, the first of several that may
// be it.
func (c *Cluster) By(ports ...int) string {
	user, name := "admin", c.name
	if c.lite {
		user, name = "postgres", "postgres"
	}
	hosts := make([]string, len(ports))
	for i, p := range ports {
		hosts[i] = fmt.Sprint("127.0.0.1:", p)
	}
	return fmt.Sprintf("postgres://%s@%s/%s?sslmode=disable", user, strings.Join(hosts, ","), name)
}

// query asks by the protocol: a process of psql for each question would cost more than
// the answers.
func (c *Cluster) query(statement string) (string, error) {
	cfg, err := pgwire.Parse(c.DSN())
	if err != nil {
		return "", err
	}
	k, err := cfg.Connect()
	if err != nil {
		return "", err
	}
	if strings.Contains(statement, ";") {
		return "", errors.Join(k.Script(statement), k.Close())
	}
	var lines []string
	err = k.Query(statement, func(r pgwire.Row) error {
		var fields []string
		for _, v := range r {
			fields = append(fields, string(v))
		}
		lines = append(lines, strings.Join(fields, "|"))
		return nil
	})
	return strings.TrimSpace(strings.Join(lines, "\n")), errors.Join(err, k.Close())
}
