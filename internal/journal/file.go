package journal

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	mostSize = 1 << 20 // of a file
	mostOld  = 4       // beside it
)

// File is a log file. One that is a megabyte long is put aside under the time at
// which it ended, and four of those are kept. It is made with its first line.
type File struct {
	path string
	now  func() time.Time

	mu   sync.Mutex
	f    *os.File
	size int64
}

// NewFile returns the log file at path, whose folder must be there.
func NewFile(path string) *File { return &File{path: path, now: time.Now} }

// Write appends a line.
func (l *File) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.f == nil {
		if err := l.open(); err != nil {
			return 0, err
		}
	}
	if l.size > 0 && l.size+int64(len(line)) > mostSize {
		if err := l.rotate(); err != nil {
			return 0, err
		}
	}
	n, err := l.f.Write(line)
	l.size += int64(n)
	return n, err
}

// Close closes the file, which the next line opens again.
func (l *File) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.close()
}

func (l *File) close() error {
	if l.f == nil {
		return nil
	}
	err := l.f.Close()
	l.f = nil
	return err
}

func (l *File) open() error {
	f, err := os.OpenFile(l.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		_ = f.Close()
		return err
	}
	l.f, l.size = f, info.Size()
	return nil
}

// rotate puts the file aside, opens another and removes the oldest.
func (l *File) rotate() error {
	if err := l.close(); err != nil {
		return err
	}
	kind := filepath.Ext(l.path)
	stem := strings.TrimSuffix(l.path, kind) + "-"
	if err := os.Rename(l.path, stem+l.now().UTC().Format("2006-01-02T15-04-05.000")+kind); err != nil && !os.IsNotExist(err) {
		return err
	}
	folder, err := os.ReadDir(filepath.Dir(l.path))
	if err != nil {
		return err
	}
	var old []string
	for _, e := range folder {
		ended, is := strings.CutPrefix(strings.TrimSuffix(e.Name(), kind), filepath.Base(stem))
		if _, err := time.Parse("2006-01-02T15-04-05.000", ended); is && err == nil {
			old = append(old, e.Name())
		}
	}
	slices.Sort(old)
	for _, name := range old[:max(0, len(old)-mostOld)] {
		_ = os.Remove(filepath.Join(filepath.Dir(l.path), name)) // the next time tries again
	}
	return l.open()
}
