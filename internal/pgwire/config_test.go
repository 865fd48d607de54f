package pgwire

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// bare takes away what the environment of the tests says of PostgreSQL.
func bare(t *testing.T) (home string) {
	t.Helper()
	for _, name := range variables {
		if name != "" {
			t.Setenv(name, "")
		}
	}
	t.Setenv("PGSERVICEFILE", "")
	home = t.TempDir()
	t.Setenv("HOME", home)
	return home
}

func TestParse(t *testing.T) {
	bare(t)
	one := func(name, port string) []Host { return []Host{{Name: name, Port: port}} }
	for _, c := range []struct {
		dsn  string
		want Config
	}{
		{"postgres://u:p%40ss@h:6000/d?sslmode=verify-full&sslrootcert=%2Fx.pem", Config{Hosts: one("h", "6000"), Database: "d", User: "u", Password: "p@ss", TLS: "verify-full", RootCert: "/x.pem"}},
		{"postgresql://u@h", Config{Hosts: one("h", "5432"), Database: "u", User: "u"}},
		{"postgres://u@[::1]:7000/d", Config{Hosts: one("::1", "7000"), Database: "d", User: "u"}},
		{"postgres://u:a:b@h/d", Config{Hosts: one("h", "5432"), Database: "d", User: "u", Password: "a:b"}},
		{"postgres://u@%2Fvar%2Frun/d", Config{Hosts: one("/var/run", "5432"), Database: "d", User: "u"}},
		{"postgres://u@a:1,b:2/d?target_session_attrs=read-write", Config{Hosts: []Host{{Name: "a", Port: "1"}, {Name: "b", Port: "2"}}, Database: "d", User: "u", Session: "read-write"}},
		{"postgres:///d?host=h&port=99&user=u", Config{Hosts: one("h", "99"), Database: "d", User: "u"}},
		{`host=h port = 8 dbname='my d' user=u password='it''s' `, Config{}},
		{`host=h port = 8 dbname='my d' user=u password='it\'s \\' application_name=x`, Config{Hosts: one("h", "8"), Database: "my d", User: "u", Password: `it's \`, Name: "x"}},
		{"host=a,b hostaddr=,10.0.0.1 port=5 user=u dbname=d", Config{Hosts: []Host{{Name: "a", Port: "5"}, {Name: "b", Addr: "10.0.0.1", Port: "5"}}, Database: "d", User: "u"}},
		{"user=u", Config{Hosts: one("localhost", "5432"), Database: "u", User: "u"}},
	} {
		got, err := Parse(c.dsn)
		if c.want.User == "" {
			if err == nil {
				t.Errorf("%s: %+v, want an error", c.dsn, got)
			}
			continue
		}
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, %v, want %+v", c.dsn, got, err, c.want)
		}
	}
	for _, dsn := range []string{
		"postgres://u:hunter2@h/%zz", "postgres://u:hunter2@[::1/d", "postgres://u@h:hunter2/d", "postgres://h/d?hunter2=1", "password='hunter2", "hunter2", "=hunter2",
		"host=h sslcert=hunter2", "service=hunter2", "a b=hunter2", "postgres://u:%hunter2@h/d",
	} {
		if _, err := Parse(dsn); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", dsn, err)
		}
	}
}

func TestEnvironmentServiceAndPassfile(t *testing.T) {
	home := bare(t)
	t.Setenv("PGUSER", "env")
	t.Setenv("PGPORT", "77")
	service := filepath.Join(home, ".pg_service.conf")
	passes := filepath.Join(home, ".pgpass")
	for path, text := range map[string]string{
		service: "# ours\n[other]\nhost=no\n[team]\nhost=db\n dbname = ortop\nport=78\n",
		passes:  "# x\nelse:*:*:*:no\ndb:78:ortop:env:se\\:cret\\\\\n*:*:*:*:last\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := Config{Hosts: []Host{{Name: "db", Port: "78"}}, Database: "ortop", User: "env", Password: `se:cret\`}
	if got, err := Parse("service=team"); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
	t.Setenv("PGSERVICE", "team")
	want.Hosts[0].Name, want.Password = "x", "last"
	if got, err := Parse("host=x"); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
	if err := os.Chmod(passes, 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err := Parse("host=x"); err != nil || got.Password != "" {
		t.Errorf("of a file that others read: %q, %v", got.Password, err)
	}
	if _, err := Parse("service=none"); !errors.Is(err, ErrService) {
		t.Error(err)
	}
}

// The exchange of RFC 7677, section 3.
func TestSCRAM(t *testing.T) {
	s := &scram{password: "pencil", nonce: "rOprNGfwEbeRWgbNEkqO"}
	// There the name of the user stands in it, which PostgreSQL passes over.
	const server = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
	salt, err := base64.StdEncoding.DecodeString("W22ZaJ0SNY7soEsUEjb6gQ==")
	if err != nil {
		t.Fatal(err)
	}
	salted, err := pbkdf2.Key(sha256.New, "pencil", salt, 4096, sha256.Size)
	if err != nil {
		t.Fatal(err)
	}
	auth := "n=user,r=rOprNGfwEbeRWgbNEkqO," + server + ",c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
	got := base64.StdEncoding.EncodeToString(sum(sum(salted, "Server Key"), auth))
	if want := "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="; got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
	final, err := s.final(server)
	if err != nil || !strings.HasPrefix(final, "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=") {
		t.Errorf("%s, %v", final, err)
	}
	if err := s.check("v=AAAA"); !errors.Is(err, errProof) {
		t.Errorf("a server that does not know the password: %v", err)
	}
	for _, message := range []string{
		"", "r=other,s=W22Z,i=4096", "r=rOprNGfwEbeRWgbNEkqO,s=W22Z,i=4096", "r=rOprNGfwEbeRWgbNEkqOx,s=W22Z,i=0", "r=rOprNGfwEbeRWgbNEkqOx,s=W22Z,i=99999999999",
		"r=rOprNGfwEbeRWgbNEkqOx,s=,i=4096", "r=rOprNGfwEbeRWgbNEkqOx,s=?,i=4096",
	} {
		if got, err := s.final(message); err == nil {
			t.Errorf("%q is answered with %q", message, got)
		}
	}
}

func TestRows(t *testing.T) {
	r, ok := readRow([]byte("\x00\x03\x00\x00\x00\x0212\xff\xff\xff\xff\x00\x00\x00\x04\\x4f"))
	var n int64
	var s *string
	var b []byte
	if err := r.Scan(&n, &s, &b); !ok || err != nil || n != 12 || s != nil || string(b) != "O" {
		t.Errorf("%v %v: %d %v %q", ok, err, n, s, b)
	}
	if err := r.Scan(&n); err == nil {
		t.Error("a row of three columns fits into one")
	}
	for _, text := range []string{"", "\x00\x01", "\x00\x01\x00\x00\x00\x05ab", "\x00\x00x", "\x00\x01\x7f\xff\xff\xff"} {
		if _, ok := readRow([]byte(text)); ok {
			t.Errorf("%q is a row", text)
		}
	}
}

func FuzzRow(f *testing.F) {
	f.Add([]byte("\x00\x01\x00\x00\x00\x02ab"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, ok := readRow(b); ok && len(r) > len(b) {
			t.Errorf("%d columns of %d bytes", len(r), len(b))
		}
		if readError(b) == nil {
			t.Error("no error")
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add("postgres://u:p@h:1/d?sslmode=x")
	f.Add("host='a b' user=c")
	f.Fuzz(func(t *testing.T, dsn string) {
		c, err := Parse(dsn)
		if err == nil && len(c.Hosts) == 0 {
			t.Errorf("%q has no host", dsn)
		}
	})
}
