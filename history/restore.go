package history

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"ortop/history/internal/file"
)

// Restored is what [Restore] did.
type Restored struct {
	Rows int64  // sample rows of the backup
	Kept string // where the history that was there lies now; empty: there was none
}

// ErrBackupDamaged is a backup that is not what was written.
var ErrBackupDamaged = errors.New("the backup is damaged")

// Restore puts the backup at from in the place of the history at path, whole or not
// at all, while other processes use it: they go on with what is there then. What was
// there is copied to a file beside it first. The backup stays as it is.
//
// Errors are an [*OpenError] of either file, or [ErrBackupDamaged].
func Restore(ctx context.Context, path, from string, now time.Time) (done Restored, err error) {
	if sameFile(path, from) {
		return done, fmt.Errorf("restoring %q: it is the history itself", from)
	}
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return done, fmt.Errorf("restoring %q: %w", from, err)
	}
	temp, err := os.MkdirTemp(folder, file.TempPattern(path))
	if err != nil {
		return done, fmt.Errorf("restoring %q: %w", from, err)
	}
	defer os.RemoveAll(temp)
	fresh := filepath.Join(temp, "history.db")
	if done.Rows, err = prepare(ctx, fresh, from); err != nil {
		return done, err
	}
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return done, placeNew(fresh, path)
	}
	switch target, err := resolve(path, false); {
	case err == nil:
		path = target
	case !Damaged(err):
		return done, err
	}
	kept := keptPath(path, now)
	live, why, err := connect(path, Options{})
	switch {
	case err == nil && why != nil:
		_ = live.close()
		return done, openError(path, why)
	case err == nil:
		err = live.replace(ctx, path, fresh, kept)
		closed := live.close()
		if err == nil {
			done.Kept = kept
			return done, closed
		}
		if code(err) != sqlite3.SQLITE_CORRUPT && code(err) != sqlite3.SQLITE_NOTADB {
			return done, fmt.Errorf("restoring %q: %w", from, inWords{err})
		}
	case !Damaged(openError(path, err)):
		return done, openError(path, err)
	}
	// Nobody can use what is there: it is moved away with its log.
	if err := moveAway(path, kept); err != nil {
		return done, fmt.Errorf("moving %q away: %w", path, err)
	}
	done.Kept = kept
	return done, placeNew(fresh, path)
}

func sameFile(a, b string) bool {
	x, errA := os.Stat(a)
	y, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(x, y)
}

// prepare makes a copy of the backup at from, of this program's version, and checks
// every row of it.
func prepare(ctx context.Context, path, from string) (rows int64, err error) {
	src, err := Open(ctx, from, Options{ReadOnly: true})
	if err != nil {
		return 0, err
	}
	err = src.Backup(ctx, path)
	if err = joined(err, src.Close()); err != nil {
		if code(err) == sqlite3.SQLITE_CORRUPT {
			err = fmt.Errorf("%w: %w", ErrBackupDamaged, err)
		}
		return 0, err
	}
	copied, err := Open(ctx, path, Options{})
	if err != nil {
		return 0, err
	}
	if copied.readOnly != nil { // by another program's version
		return 0, joined(fmt.Errorf("restoring %q: %w", from, copied.readOnly), copied.Close())
	}
	report, err := copied.Verify(ctx)
	if err = joined(err, copied.Close()); err != nil {
		return 0, err
	}
	if !report.OK {
		return 0, fmt.Errorf("%w: %q: %s", ErrBackupDamaged, from, report.Problems[0])
	}
	return report.Rows, nil
}

// keptPath is where the history at path is kept, which is no file yet.
func keptPath(path string, now time.Time) string {
	kept := fmt.Sprintf("%s.before-%s", path, now.UTC().Format("20060102T150405Z"))
	for n := 2; ; n++ {
		if _, err := os.Lstat(kept); errors.Is(err, fs.ErrNotExist) {
			return kept
		}
		kept = fmt.Sprintf("%s.before-%s-%d", path, now.UTC().Format("20060102T150405Z"), n)
	}
}

// placeNew puts a file where none is.
func placeNew(temp, path string) error {
	if err := file.Place(temp, path); err != nil {
		return fmt.Errorf("writing %q: %w", path, err)
	}
	return nil
}

// replace copies the file at from over the one at path, to which k is connected, in
// one transaction, and what was there to kept. Nobody writes in between.
func (k *conn) replace(ctx context.Context, path, from, kept string) error {
	var copied error
	err := k.c.Raw(func(c any) (err error) {
		restorer, ok := c.(interface {
			NewRestore(string) (*sqlite.Backup, error)
		})
		if !ok {
			return errors.New("this build of SQLite cannot restore")
		}
		source, err := fileURI(from, "mode=ro")
		if err != nil {
			return err
		}
		b, err := restorer.NewRestore(source)
		if err != nil {
			return err
		}
		defer func() {
			var src driver.Conn
			var end error
			if src, end = b.Commit(); end == nil {
				end = src.Close()
			}
			err = joined(err, end)
		}()
		// A step of no pages begins the transaction, so that the copy has all of it.
		if err := retryBusy(func() error { _, err := b.Step(0); return err }); err != nil {
			return err
		}
		copied = copyAside(ctx, path, kept)
		if copied != nil {
			return copied
		}
		_, err = b.Step(-1)
		return err
	})
	if err != nil && !errors.Is(copied, fs.ErrExist) { // nothing was replaced
		err = joined(err, drop(kept))
	}
	return err
}

// copyAside copies the history at path to kept, by what SQLite reads, or, where it is
// damaged, byte by byte with its log.
func copyAside(ctx context.Context, path, kept string) error {
	k, err := dialReadOnly(path)
	if err == nil {
		err = backup(ctx, k, kept)
		_ = k.close()
	}
	if c := code(err); c != sqlite3.SQLITE_CORRUPT && c != sqlite3.SQLITE_NOTADB {
		return err
	}
	for _, end := range []string{"", "-wal"} {
		if err := copyFile(path+end, kept+end); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return joined(err, out.Sync(), out.Close())
}

// drop removes a copy that was made for nothing.
func drop(kept string) error {
	for _, end := range []string{"", "-wal"} {
		if err := os.Remove(kept + end); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// moveAway renames a history and its log.
func moveAway(path, kept string) error {
	for _, end := range []string{"-wal", "-shm", ""} {
		if err := os.Rename(path+end, kept+end); err != nil && !(end != "" && errors.Is(err, fs.ErrNotExist)) {
			return err
		}
	}
	return file.Sync(filepath.Dir(path))
}
