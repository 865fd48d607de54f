package share

import (
	"strings"
	"testing"

	"ortop/client"
)

// Another machine is spoken to by TLS that is verified, or not at all.
func TestTLS(t *testing.T) {
	for _, c := range []struct {
		dsn        string
		unverified bool
		want       string // empty: refused
	}{
		{"postgres://u@127.0.0.1/d", false, "disable"},
		{"postgres://u@localhost/d", false, "disable"},
		{"host=/tmp dbname=d", false, "disable"},
		{"postgres://u@db.example.com/d", false, "verify-full"},
		{"postgres://u@db.example.com/d?sslmode=verify-full&sslrootcert=/x.pem", false, "verify-full"},
		{"postgres://u@db.example.com/d?sslmode=disable", false, ""},
		{"postgres://u@db.example.com/d?sslmode=allow", false, ""},
		{"postgres://u@127.0.0.1/d?sslmode=allow", false, ""},
		{"postgres://u@db.example.com/d?sslmode=prefer", true, ""},
		{"postgres://u@db.example.com/d?sslmode=disable", true, ""},
		{"postgres://u@db.example.com/d?sslmode=require", false, ""},
		{"postgres://u@db.example.com/d?sslmode=verify-ca", false, ""},
		{"postgres://u@db.example.com/d?sslmode=require", true, "require"},
		{"host=127.0.0.1,db.example.com dbname=d", false, "verify-full"},
	} {
		cfg, err := Options{DSN: client.NewSecret(c.dsn), Unverified: c.unverified}.config()
		if got := cfg.TLS; (err != nil) != (c.want == "") || err == nil && got != c.want {
			t.Errorf("%s: sslmode %q, %v, want %q", c.dsn, got, err, c.want)
		}
		if c.dsn == "postgres://u@db.example.com/d" && cfg.RootCert != "system" {
			t.Errorf("certificates of %q", cfg.RootCert)
		}
	}
}

func TestDSNErrorsKeepTheSecret(t *testing.T) {
	for _, dsn := range []string{"postgres://u:hunter2@h/%zz", "password='hunter2", "host=h port=hunter2", "hunter2=1 x", "postgres://u:hunter2@h:99999/d", "postgres://[::1:hunter2@/"} {
		e, err := Open(Options{DSN: client.NewSecret(dsn)})
		if err == nil {
			err = e.query("SELECT 1", nil)
			e.Close()
		}
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", dsn, err)
		}
	}
}
