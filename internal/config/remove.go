package config

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// ErrNoAccount is matched by RemoveAccount's error where the file has no
// account of that name.
var ErrNoAccount = errors.New("no such account")

// RemoveAccount takes the account of that name out of the file at path and
// returns it. Every other byte stays, comments too, save a blank line that
// stood before the account and would be one too many: what AddAccount added to
// a file that ends in a line end is gone without a trace. The key itself is
// not touched. Failures are an *Error.
func RemoveAccount(path, name string) (Account, error) {
	path, gone, edited, err := removal(path, name)
	if err != nil {
		return Account{}, err
	}
	if err := WritePrivate(path, edited); err != nil {
		return Account{}, &Error{Path: path, Problem: "cannot be changed: " + err.Error(), Err: err}
	}
	return gone, nil
}

// CheckRemove returns the account that RemoveAccount would remove, or why it
// would not. The file stays as it is.
func CheckRemove(path, name string) (Account, error) {
	_, gone, _, err := removal(path, name)
	return gone, err
}

// removal is the file behind path, and what is in it without the account.
func removal(path, name string) (real string, gone Account, edited []byte, err error) {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	doc, err := readFile(path)
	if err == nil {
		gone, edited, err = withoutAccount(path, doc, name)
	}
	return path, gone, edited, err
}

// withoutAccount is doc, which lies at path, without an account, and that account.
func withoutAccount(path string, doc []byte, name string) (gone Account, edited []byte, err error) {
	before, at, err := parseAt(path, doc)
	if err != nil {
		return gone, nil, err
	}
	i := slices.IndexFunc(before.Accounts, func(a Account) bool { return strings.EqualFold(a.Name, name) })
	if i < 0 {
		return gone, nil, &Error{Path: path, Problem: fmt.Sprintf("has no account %q", clean(name)), Err: ErrNoAccount}
	}
	gone = before.Accounts[i]
	if problem := before.needs(gone.Name, at); problem != nil {
		problem.Path = path
		return Account{}, nil, problem
	}
	want := before
	want.Accounts = slices.Delete(slices.Clone(before.Accounts), i, i+1)
	edited = cutTable(doc, at, i)
	after, _, err := parseAt(path, edited)
	if len(after.Accounts) == 0 && len(want.Accounts) == 0 {
		after.Accounts, want.Accounts = nil, nil
	}
	if err != nil || !reflect.DeepEqual(after, want) {
		return Account{}, nil, &Error{Path: path, Problem: fmt.Sprintf("account %q cannot be removed from a file of this form: remove it by hand", gone.Name), Err: err}
	}
	return gone, edited, nil
}

// needs is what else in the file names the account, or nil.
func (c *Config) needs(account string, at places) *Error {
	if strings.EqualFold(c.Account, account) {
		return at.problem("account", "account %q is the one shown when none is named: name another one here first", account)
	}
	for i, a := range c.Alerts {
		if strings.EqualFold(a.Account, account) {
			return at.problem(placeOf("alerts", i, "account"), "this alert is for account %q: remove it first", account)
		}
	}
	return nil
}

// cutTable returns doc without the lines of account i: from its header to its
// last setting. Comments and blank lines after that belong to what follows.
func cutTable(doc []byte, at places, i int) []byte {
	mark := byteOrderMarkLen(doc)
	lineOf := func(place string) int {
		return max(mark, 1+bytes.LastIndexByte(doc[:mark+at.offset[place]], '\n'))
	}
	start := lineOf(accountPlace(i, ""))
	end := len(doc)
	for place := range at.offset {
		if next := lineOf(place); strings.HasSuffix(place, ".") && next > start { // a table
			end = min(end, next)
		}
	}
	for {
		line := 1 + bytes.LastIndexByte(bytes.TrimSuffix(doc[:end], []byte("\n")), '\n')
		text := bytes.TrimSpace(doc[line:end])
		if line <= start || len(text) > 0 && text[0] != '#' {
			break
		}
		end = line
	}
	if blank(doc[end:]) {
		for _, lineEnd := range []string{"\n\r\n", "\n\n"} {
			if bytes.HasSuffix(doc[:start], []byte(lineEnd)) {
				start -= len(lineEnd) - 1
				break
			}
		}
	}
	return slices.Concat(doc[:start], doc[end:])
}

// blank reports whether rest is empty or begins with a blank line.
func blank(rest []byte) bool {
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	return len(bytes.TrimSpace(line)) == 0
}
