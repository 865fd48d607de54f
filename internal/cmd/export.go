package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"ortop/internal/monitor"
	"ortop/internal/render"
)

var errNothingRead = errors.New("nothing has been read yet")

// maxExports is how many files of one account and day there may be.
const maxExports = 99

// export writes what was read in [from, to], as ortop history --csv does, to a
// new file in the current folder and returns its name. A zero from is the
// first reading. No file is ever overwritten.
func (a *app) export(ctx context.Context, mon *monitor.Monitor, account string, from, to time.Time) (path string, err error) {
	ar, ok := mon.Archive()
	if !ok {
		return "", errNothingRead
	}
	f, err := newFile(fmt.Sprintf("ortop-%s-%s", account, a.now().Format(time.DateOnly)), ".csv")
	if err != nil {
		return "", err
	}
	out := render.NewRowWriter(f, render.CSVRows)
	if err = eachRow(ctx, ar, historyQuery{from: from, to: to}, out.Write); err == nil {
		err = out.Close()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}

// newFile makes a file that only this user can read: name, or where that is
// taken name-2, name-3 and so on.
func newFile(name, extension string) (*os.File, error) {
	for n := 1; n <= maxExports; n++ {
		path := name + extension
		if n > 1 {
			path = fmt.Sprintf("%s-%d%s", name, n, extension)
		}
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
	return nil, fmt.Errorf("%s%s and %d more are there already", name, extension, maxExports-1)
}
