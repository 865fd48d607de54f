package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"ortop/internal/cmd/cli"
	"ortop/internal/monitor"
	"ortop/internal/render"
)

// ErrNothingRead is of an account of which there is nothing to export.
var ErrNothingRead = errors.New("nothing has been read yet")

// maxExports is how many files of one account and day there may be.
const maxExports = 99

// Export writes what was read in [from, to], as ortop history --csv does, to a
// new file in the current folder, whole or not at all, and returns its name. A
// zero from is the first reading. No file is ever overwritten.
func Export(ctx context.Context, a *cli.App, mon *monitor.Monitor, account string, from, to time.Time) (path string, err error) {
	ar, ok := mon.Archive()
	if !ok {
		return "", ErrNothingRead
	}
	f, err := os.CreateTemp(".", ".ortop-export-*") // for this user alone
	if err != nil {
		return "", err
	}
	defer os.Remove(f.Name())
	out := render.NewRowWriter(f, render.CSVRows)
	if err = eachRow(ctx, ar, historyQuery{from: from, to: to}, out.Write); err == nil {
		err = cli.Joined(out.Close(), f.Sync())
	}
	if err = cli.Joined(err, f.Close()); err != nil {
		return "", err
	}
	return nameFile(f.Name(), fmt.Sprintf("ortop-%s-%s", account, a.Now().Format(time.DateOnly)), ".csv")
}

// nameFile gives the finished file temp a name that nothing has: name, or where
// that is taken name-2, name-3 and so on.
func nameFile(temp, name, extension string) (string, error) {
	for n := 1; n <= maxExports; n++ {
		path := name + extension
		if n > 1 {
			path = fmt.Sprintf("%s-%d%s", name, n, extension)
		}
		err := os.Link(temp, path)
		if err != nil && !errors.Is(err, fs.ErrExist) {
			// Some file systems have no hard links.
			if _, missing := os.Lstat(path); !errors.Is(missing, fs.ErrNotExist) {
				continue
			}
			err = os.Rename(temp, path)
		}
		if !errors.Is(err, fs.ErrExist) {
			return path, err
		}
	}
	return "", fmt.Errorf("%s%s and %d more are there already", name, extension, maxExports-1)
}
