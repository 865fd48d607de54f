package config

import (
	"errors"
	"strings"
	"time"
)

// Share is the [share] table: a team's engine. At most one of DSN, DSNCommand, DSNFile
// and Keyring is set.
type Share struct {
	On         bool          // On reports whether there is a [share] table.
	DSN        string        // DSN has no password.
	DSNCommand []string      // DSNCommand is a program with its arguments that prints the DSN.
	DSNFile    string        // DSNFile is the absolute path of a file that holds the DSN.
	Keyring    bool          // Keyring reports whether the system keyring holds the DSN, as of account "share".
	Schema     string        // Schema is empty for "ortop".
	Lease      time.Duration // Lease is zero for 30 s.
	Unverified bool          // Unverified lets TLS do without a known certificate.
}

const shareTable = "share"

// minLease bounds how often collectors renew theirs.
const minLease = 10 * time.Second

var shareSettings = settings[Share]{
	"dsn": func(s *Share, v value) error {
		if err := v.text(&s.DSN); err != nil {
			return err
		}
		if hasPassword(s.DSN) {
			s.DSN = ""
			return errors.New("must not have a password: use dsn_command, dsn_file, keyring, ORTOP_SHARE_DSN or ~/.pgpass")
		}
		return nil
	},
	"dsn_command": func(s *Share, v value) error { return v.command(&s.DSNCommand) },
	"dsn_file":    func(s *Share, v value) error { return v.path(&s.DSNFile) },
	"keyring":     func(s *Share, v value) error { return v.boolean(&s.Keyring) },
	"schema": func(s *Share, v value) error {
		err := v.text(&s.Schema)
		if err == nil && (s.Schema == "" || len(s.Schema) > 63 || strings.Trim(s.Schema, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" || s.Schema[0] <= '9') {
			err = errors.New("must be a plain name of lower-case letters, digits and _")
		}
		return err
	},
	"lease": func(s *Share, v value) error {
		err := v.duration(&s.Lease)
		if err == nil && s.Lease < minLease {
			err = errors.New("must be at least 10s")
		}
		return err
	},
	"tls": func(s *Share, v value) error {
		word := ""
		err := v.oneOf(&word, []string{"verified", "unverified"})
		s.Unverified = word == "unverified"
		return err
	},
}

func hasPassword(dsn string) bool {
	_, authority, isURL := strings.Cut(dsn, "://")
	authority, _, _ = strings.Cut(authority, "?")
	name := authority[:strings.LastIndexByte(authority, '@')+1]
	return strings.Contains(strings.ToLower(dsn), "password") || isURL && strings.Contains(name, ":")
}

func (s *Share) check(p places) *Error {
	n := 0
	for _, set := range []bool{s.DSN != "", len(s.DSNCommand) > 0, s.DSNFile != "", s.Keyring} {
		if set {
			n++
		}
	}
	if n > 1 {
		return p.problem(shareTable+".", "[share] has more than one of dsn, dsn_command, dsn_file and keyring: leave one")
	}
	return nil
}
