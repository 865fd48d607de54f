package pgwire

import (
	"os"
	"path/filepath"
	"strings"
)

func homeFile(names ...string) string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(append([]string{home}, names...)...)
}

// readService fills in what the service's section has and the DSN has not.
func readService(name string, set map[string]string) error {
	path := os.Getenv("PGSERVICEFILE")
	if path == "" {
		path = homeFile(".pg_service.conf")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return ErrService
	}
	found, in := false, false
	for _, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			in = line == "["+name+"]"
			found = found || in
			continue
		}
		key, v, ok := strings.Cut(line, "=")
		if key = strings.TrimSpace(key); !in || !ok || strings.HasPrefix(line, "#") || set[key] != "" {
			continue
		}
		if err := put(set, key, strings.TrimSpace(v)); err != nil {
			return err
		}
	}
	if !found {
		return ErrService
	}
	return nil
}

// fromPassfile looks the password up. A file that others can read does not count.
func fromPassfile(path string, c Config) string {
	if path == "" {
		path = homeFile(".pgpass")
	}
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Mode().Perm()&0o077 != 0 && filepath.Separator == '/' {
		return ""
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for _, line := range strings.Split(string(text), "\n") {
		f := passFields(strings.TrimRight(line, "\r"))
		if len(f) != 5 || strings.HasPrefix(line, "#") {
			continue
		}
		for _, h := range c.Hosts {
			name := h.Name
			if name == "" {
				name = h.Addr
			}
			if strings.HasPrefix(name, "/") {
				name = "localhost"
			}
			fits := true
			for i, v := range []string{name, h.Port, c.Database, c.User} {
				fits = fits && (f[i] == "*" || f[i] == v)
			}
			if fits {
				return f[4]
			}
		}
	}
	return ""
}

// passFields splits a line at its colons, but for those behind a backslash.
func passFields(line string) (f []string) {
	var b strings.Builder
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\\' && i+1 < len(line):
			i++
			b.WriteByte(line[i])
		case c == ':' && len(f) < 4:
			f = append(f, b.String())
			b.Reset()
		default:
			b.WriteByte(c)
		}
	}
	return append(f, b.String())
}
