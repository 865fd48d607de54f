//go:build unix

package pgwire_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ortop/internal/pgwire"
	"ortop/internal/sharetest"
)

// Every login and every mode of TLS, against a real server.
func TestServer(t *testing.T) {
	c := sharetest.Start(t)
	cert, key := sharetest.Certificate(t, "localhost")
	other, _ := sharetest.Certificate(t, "localhost")
	c.File("server.crt", cert)
	c.File("server.key", key)
	dir := t.TempDir()
	ca, wrong := filepath.Join(dir, "ca.pem"), filepath.Join(dir, "wrong.pem")
	for path, text := range map[string]string{ca: cert, wrong: other} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c.Query("CREATE USER scram PASSWORD 'hunter2 ä'; SET password_encryption = 'md5'; CREATE USER md5 PASSWORD 'hunter2'; CREATE USER plain PASSWORD 'hunter2'")
	c.Query("ALTER SYSTEM SET ssl = on")
	c.File("pg_hba.conf", "local all all trust\nhost all admin all trust\nhost all scram all scram-sha-256\nhost all md5 all md5\nhost all plain all password\n")
	c.Down("fast")
	c.Up()
	try := func(dsn string) (got string, err error) {
		cfg, err := pgwire.Parse(dsn)
		if err != nil {
			return "", err
		}
		k, err := cfg.Connect()
		if err != nil {
			return "", err
		}
		defer k.Close()
		err = k.Query("SELECT current_user || ' ' || coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) || ' ' || $1::text || ' ' || coalesce($2::text, 'null')",
			func(r pgwire.Row) error { return r.Scan(&got) }, "ä", nil)
		return got, err
	}
	tls := "?sslrootcert=" + ca + "&sslmode="
	for _, v := range []struct{ user, host, rest, want string }{
		{"scram:hunter2%20%C3%A4", "localhost", "?sslmode=disable", "scram false ä null"},
		{"md5:hunter2", "localhost", "?sslmode=disable", "md5 false ä null"},
		{"scram:hunter2%20%C3%A4", "localhost", tls + "verify-full", "scram true ä null"},
		{"plain:hunter2", "localhost", tls + "verify-full", "plain true ä null"},
		{"plain:hunter2", "127.0.0.1", tls + "require", "plain true ä null"},
		{"plain:hunter2", "127.0.0.1", tls + "verify-ca", "plain true ä null"},
		{"plain:hunter2", "127.0.0.1", "?sslrootcert=" + wrong + "&sslmode=require", "plain true ä null"},
		{"admin", "localhost", "?sslmode=disable&target_session_attrs=read-write", "admin false ä null"},
		{"plain:hunter2", "localhost", "?sslmode=disable", ""}, // in clear text
		{"scram:hunter3", "localhost", tls + "verify-full", ""},
		{"md5:hunter3", "localhost", "?sslmode=disable", ""},
		{"scram:hunter2%20%C3%A4", "127.0.0.1", tls + "verify-full", ""}, // of another name
		{"scram:hunter2%20%C3%A4", "localhost", "?sslmode=verify-full&sslrootcert=system", ""},
		{"scram:hunter2%20%C3%A4", "localhost", "?sslmode=verify-full&sslrootcert=" + wrong, ""},
		{"scram:hunter2%20%C3%A4", "localhost", "?sslmode=verify-ca&sslrootcert=" + wrong, ""},
		{"nobody:hunter2", "localhost", "?sslmode=disable", ""},
		{"admin", "localhost", "?sslmode=disable&target_session_attrs=read-only", ""},
	} {
		got, err := try(fmt.Sprintf("postgres://%s@%s:%d/postgres%s", v.user, v.host, c.Port, v.rest))
		if got != v.want || (err == nil) != (v.want != "") || err != nil && strings.Contains(err.Error(), "hunter") {
			t.Errorf("%s at %s%s: %q, %v, want %q", v.user, v.host, v.rest, got, err, v.want)
		}
	}
	if got, err := try(fmt.Sprintf("host=%s port=%d user=admin dbname=postgres sslmode=verify-full", c.Dir, c.Port)); got != "admin false ä null" || err != nil {
		t.Errorf("by the socket: %q, %v", got, err)
	}
	if got, err := try(fmt.Sprintf("host=127.0.0.1,localhost port=1,%d user=admin dbname=postgres sslmode=disable", c.Port)); got == "" || err != nil {
		t.Errorf("by the second of two hosts: %q, %v", got, err)
	}
}

// An error leaves the connection usable; a large answer and a large parameter pass.
func TestConnection(t *testing.T) {
	c := sharetest.Start(t)
	cfg, err := pgwire.Parse(c.DSN())
	if err != nil {
		t.Fatal(err)
	}
	k, err := cfg.Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	var e *pgwire.Error
	if err := k.Query("SELECT 1/$1::int", nil, 0); !errors.As(err, &e) || e.Code != "22012" || k.Bad() {
		t.Errorf("%v, bad %t", err, k.Bad())
	}
	large, got := strings.Repeat("x", 3_000_000), ""
	if err := k.Query("SELECT $1::text", func(r pgwire.Row) error { return r.Scan(&got) }, large); err != nil || got != large {
		t.Errorf("%d bytes come back as %d, %v", len(large), len(got), err)
	}
	n := 0
	if err := k.Query("SELECT i FROM generate_series(1, 50000) i", func(r pgwire.Row) error { n++; return nil }); err != nil || n != 50000 {
		t.Errorf("%d rows, %v", n, err)
	}
	if err := k.Script("CREATE TABLE x (i int); INSERT INTO x VALUES (1); SELECT 1/0"); !errors.As(err, &e) {
		t.Error(err)
	}
	if err := k.Query("SELECT * FROM x", nil); !errors.As(err, &e) || e.Code != "42P01" {
		t.Errorf("half of a script stays: %v", err)
	}
	c.Needs("sessions to end")
	if err := k.Query("SELECT pg_terminate_backend(pg_backend_pid())", nil); err == nil || !k.Bad() {
		t.Errorf("a connection that was ended: %v, bad %t", err, k.Bad())
	}
}
