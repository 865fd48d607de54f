package keys

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"ortop/client"
	"ortop/internal/config"
	"ortop/internal/text"
)

const maxFileBytes = 64 << 10

// fromFile reads a key file as ssh does: a regular file, the user's own, and
// no one else's to read. Systems without owners and modes skip these.
func fromFile(path string) (client.Secret, Source, error) {
	source := fileSource(path)
	fail := func(problem, hint string, err error) (client.Secret, Source, error) {
		return client.Secret{}, source, &Error{Source: source, Problem: problem, Hint: hint, Err: err}
	}
	text, info, err := config.ReadRegular(path, false, maxFileBytes)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fail("it does not exist", "check key_file in the configuration", err)
	case errors.Is(err, config.ErrSymlink):
		return fail(err.Error(), "name the file itself in key_file", err)
	case err != nil:
		return fail(config.Cause(err).Error(), "", err)
	}
	if uid, known := config.Owner(info); known {
		if problem, hint := distrust(path, info.Mode().Perm(), uid, os.Geteuid()); problem != "" {
			return fail(problem, hint, nil)
		}
	}
	return firstLine(text, source)
}

func distrust(path string, mode fs.FileMode, owner, self int) (problem, hint string) {
	switch {
	case owner != self:
		return "it belongs to another user", ""
	case mode&0o077 != 0:
		return fmt.Sprintf("others can get at it (mode %04o)", mode), "chmod 600 " + quote(path)
	}
	return "", ""
}

func fileSource(path string) Source {
	return Source{fmt.Sprintf("file %q", text.Redact(path))}
}

// quote makes path one word of a shell's line.
func quote(path string) string {
	path = text.Redact(path)
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
