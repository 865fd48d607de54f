package config

import (
	"bytes"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"
)

// AddAccount adds an account to the file at path and leaves every byte that is
// there as it is. A file or folder that is missing is made, with modes 0600 and
// 0700; a file that is there gets mode 0600, and one behind a symbolic link is
// changed where it lies.
//
// Where the file has an account of that name already, AddAccount gives it a's
// key source if it has none, and does nothing if it has the same one. The
// base URL and the interval are written for a new account only, and only where
// they differ from the file's own. Failures are an *Error.
func AddAccount(path string, a Account) error {
	if err := CheckName(a.Name); err != nil {
		return &Error{Path: path, Problem: err.Error()}
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	doc, err := readFile(path)
	if err != nil {
		return err
	}
	edited, err := withAccount(path, doc, a)
	if err != nil || edited == nil {
		return err
	}
	if err := WritePrivate(path, edited); err != nil {
		return &Error{Path: path, Problem: "cannot be changed: " + err.Error(), Err: err}
	}
	return nil
}

// withAccount is doc, which lies at path, with an account; nil where that is there.
func withAccount(path string, doc []byte, a Account) (edited []byte, err error) {
	if len(a.KeyCommand) == 0 {
		a.KeyCommand = nil // as it is read back
	}
	before, at, err := parseAt(path, doc)
	if err != nil {
		return nil, err
	}
	want := before
	want.Accounts = slices.Clone(before.Accounts)
	i := slices.IndexFunc(before.Accounts, func(b Account) bool { return strings.EqualFold(a.Name, b.Name) })
	switch {
	case i < 0:
		a = before.shorten(a)
		want.Accounts = append(want.Accounts, a)
		edited = appendTable(doc, a)
	case before.Accounts[i].sameSource(a):
		return nil, nil
	case before.Accounts[i].HasSource():
		problem := at.problem(accountPlace(i, "name"), "account %q has another key source already", before.Accounts[i].Name)
		problem.Path = path
		return nil, problem
	default:
		want.Accounts[i].KeyCommand, want.Accounts[i].Keyring, want.Accounts[i].KeyFile = a.KeyCommand, a.Keyring, a.KeyFile
		offset := byteOrderMarkLen(doc) + at.offset[accountPlace(i, "name")]
		edited = insertSource(doc, offset, a)
	}
	// Reading the result back catches what plain insertion cannot do, such as
	// accounts in an inline list.
	after, _, err := parseAt(path, edited)
	if err != nil || !reflect.DeepEqual(after, want) {
		return nil, &Error{Path: path, Problem: fmt.Sprintf("account %q cannot be added to a file of this form: add it by hand", a.Name), Err: err}
	}
	return edited, nil
}

// shorten leaves out what the account would take from the file anyway.
func (c *Config) shorten(a Account) Account {
	if a.BaseURL == c.BaseURL {
		a.BaseURL = ""
	}
	if a.Interval == c.Interval {
		a.Interval = 0
	}
	return a
}

func (a Account) sameSource(b Account) bool {
	return slices.Equal(a.KeyCommand, b.KeyCommand) && a.Keyring == b.Keyring && a.KeyFile == b.KeyFile
}

func appendTable(doc []byte, a Account) []byte {
	lines := append([]byte("[[accounts]]\n"), a.lines()...)
	if len(bytes.TrimSpace(doc[byteOrderMarkLen(doc):])) > 0 {
		lines = append([]byte("\n"), lines...)
		if doc[len(doc)-1] != '\n' {
			lines = append([]byte("\n"), lines...)
		}
	}
	return slices.Concat(doc, sameLineEnds(doc, lines))
}

// insertSource puts the line after the one at offset, which holds the name.
func insertSource(doc []byte, offset int, a Account) []byte {
	lines := Account{KeyCommand: a.KeyCommand, KeyFile: a.KeyFile, Keyring: a.Keyring}.lines()
	end := bytes.IndexByte(doc[offset:], '\n')
	if end < 0 {
		return slices.Concat(doc, sameLineEnds(doc, append([]byte("\n"), lines...)))
	}
	return slices.Concat(doc[:offset+end+1], sameLineEnds(doc, lines), doc[offset+end+1:])
}

func sameLineEnds(doc, lines []byte) []byte {
	if bytes.Contains(doc, []byte("\r\n")) {
		return bytes.ReplaceAll(lines, []byte("\n"), []byte("\r\n"))
	}
	return lines
}

func spelt(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.String()
}
