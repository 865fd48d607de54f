// Package pgwire speaks PostgreSQL's protocol, version 3, as far as one statement at a
// time with parameters as text needs it: no pool, no cursors, no COPY. Each statement is one
// round trip without a name, so that poolers may stand between.
//
// No error of this package has a password or a DSN in it.
package pgwire

import (
	"errors"
	"net/url"
	"os"
	"os/user"
	"strings"
)

// Config is what a DSN and the environment say.
type Config struct {
	Hosts    []Host
	Database string
	User     string
	Password string
	// TLS is the sslmode; empty: none was set.
	TLS      string
	RootCert string // a file, "system", or empty
	Name     string // of the program, to the server
	Session  string // target_session_attrs
	options  string
}

// Host is one of those that are tried in order. Name is a folder for a Unix socket.
type Host struct{ Name, Addr, Port string }

// Errors of a DSN, none of which quotes it.
var (
	ErrSyntax  = errors.New("it is a URL (postgres://user@host/database) or of key=value")
	ErrUnknown = errors.New("it has a setting that is not known")
	ErrCert    = errors.New("certificates of clients (sslcert, sslkey) are not supported")
	ErrService = errors.New("its service is not in the service file")
)

// variables are the settings, and where the environment has them.
var variables = map[string]string{
	"host": "PGHOST", "hostaddr": "PGHOSTADDR", "port": "PGPORT", "dbname": "PGDATABASE", "user": "PGUSER", "password": "PGPASSWORD",
	"passfile": "PGPASSFILE", "service": "PGSERVICE", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT",
	"sslkey": "PGSSLKEY", "application_name": "PGAPPNAME", "target_session_attrs": "PGTARGETSESSIONATTRS", "options": "PGOPTIONS",
	// These make no difference here.
	"connect_timeout": "", "client_encoding": "", "fallback_application_name": "", "gssencmode": "", "channel_binding": "", "sslsni": "", "sslcompression": "",
	"keepalives": "", "keepalives_idle": "", "keepalives_interval": "", "keepalives_count": "", "binary_parameters": "", "tcp_user_timeout": "",
	"load_balance_hosts": "",
}

// Parse reads a DSN as PostgreSQL's own programs do: what it leaves out is in its
// service, in the environment, or has a default.
func Parse(dsn string) (Config, error) {
	set := map[string]string{}
	var err error
	if rest, ok := cutScheme(dsn); ok {
		err = parseURL(rest, set)
	} else {
		err = parsePairs(dsn, set)
	}
	if err != nil {
		return Config{}, err
	}
	if set["service"] == "" {
		set["service"] = os.Getenv("PGSERVICE")
	}
	if name := set["service"]; name != "" {
		if err := readService(name, set); err != nil {
			return Config{}, err
		}
	}
	for name, variable := range variables {
		if v := os.Getenv(variable); variable != "" && v != "" && set[name] == "" {
			set[name] = v
		}
	}
	if set["sslcert"] != "" || set["sslkey"] != "" {
		return Config{}, ErrCert
	}
	c := Config{
		Database: set["dbname"], User: set["user"], Password: set["password"], TLS: set["sslmode"], RootCert: set["sslrootcert"],
		Name: set["application_name"], Session: set["target_session_attrs"], options: set["options"],
	}
	if c.User == "" {
		if u, err := user.Current(); err == nil {
			c.User = u.Username
		}
	}
	if c.Database == "" {
		c.Database = c.User
	}
	if c.Hosts, err = hosts(set["host"], set["hostaddr"], set["port"]); err != nil {
		return Config{}, err
	}
	if c.Password == "" {
		c.Password = fromPassfile(set["passfile"], c)
	}
	return c, nil
}

func cutScheme(dsn string) (rest string, ok bool) {
	if rest, ok = strings.CutPrefix(dsn, "postgres://"); !ok {
		rest, ok = strings.CutPrefix(dsn, "postgresql://")
	}
	return rest, ok
}

func put(set map[string]string, name, value string) error {
	if _, ok := variables[name]; !ok {
		return ErrUnknown
	}
	set[name] = value
	return nil
}

// parseURL reads what follows the scheme. Several hosts are no URL to net/url.
func parseURL(rest string, set map[string]string) error {
	rest, query, _ := strings.Cut(rest, "?")
	authority, path, _ := strings.Cut(rest, "/")
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		name, password, _ := strings.Cut(authority[:i], ":")
		for key, v := range map[string]string{"user": name, "password": password} {
			v, err := url.PathUnescape(v)
			if err != nil {
				return ErrSyntax
			}
			if v != "" {
				set[key] = v
			}
		}
		authority = authority[i+1:]
	}
	var names, ports []string
	for _, h := range strings.Split(authority, ",") {
		port := ""
		if strings.HasPrefix(h, "[") { // IPv6
			i := strings.IndexByte(h, ']')
			if i < 0 || i+1 < len(h) && h[i+1] != ':' {
				return ErrSyntax
			}
			h, port = h[1:i], strings.TrimPrefix(h[i+1:], ":")
		} else {
			h, port, _ = strings.Cut(h, ":")
		}
		h, err := url.PathUnescape(h)
		if err != nil {
			return ErrSyntax
		}
		names, ports = append(names, h), append(ports, port)
	}
	if authority != "" {
		set["host"], set["port"] = strings.Join(names, ","), strings.Join(ports, ",")
	}
	database, err := url.PathUnescape(path)
	if err != nil {
		return ErrSyntax
	}
	if database != "" {
		set["dbname"] = database
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return ErrSyntax
	}
	for name, v := range values {
		if err := put(set, name, v[len(v)-1]); err != nil {
			return err
		}
	}
	return nil
}

// parsePairs reads key=value, where a value may stand in single quotes.
func parsePairs(s string, set map[string]string) error {
	for {
		s = strings.TrimLeft(s, " \t\r\n")
		if s == "" {
			return nil
		}
		name, rest, ok := strings.Cut(s, "=")
		name = strings.TrimRight(name, " \t\r\n")
		if !ok || name == "" || strings.ContainsAny(name, " \t\r\n'\\") {
			return ErrSyntax
		}
		rest = strings.TrimLeft(rest, " \t\r\n")
		quoted := strings.HasPrefix(rest, "'")
		if quoted {
			rest = rest[1:]
		}
		var v strings.Builder
		i, closed := 0, false
		for ; i < len(rest) && !closed; i++ {
			switch c := rest[i]; {
			case c == '\\' && i+1 < len(rest):
				i++
				v.WriteByte(rest[i])
			case quoted && c == '\'', !quoted && strings.IndexByte(" \t\r\n", c) >= 0:
				closed = true
			default:
				v.WriteByte(c)
			}
		}
		if quoted && !closed {
			return ErrSyntax
		}
		if err := put(set, name, v.String()); err != nil {
			return err
		}
		s = rest[i:]
	}
}

func hosts(names, addrs, ports string) (list []Host, err error) {
	if names == "" && addrs == "" {
		names = "localhost"
	}
	split := func(s string) []string {
		if s == "" {
			return nil
		}
		return strings.Split(s, ",")
	}
	name, addr, port := split(names), split(addrs), split(ports)
	for i := range max(len(name), len(addr)) {
		h := Host{Port: "5432"}
		if i < len(name) {
			h.Name = name[i]
		}
		if i < len(addr) {
			h.Addr = addr[i]
		}
		p := ""
		switch {
		case i < len(port):
			p = port[i]
		case len(port) == 1:
			p = port[0]
		}
		if p != "" {
			if len(p) > 5 || strings.Trim(p, "0123456789") != "" {
				return nil, ErrSyntax
			}
			h.Port = p
		}
		if h.Name == "" && h.Addr == "" {
			h.Name = "localhost"
		}
		list = append(list, h)
	}
	return list, nil
}
