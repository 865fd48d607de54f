package cli

import (
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Bounds of the log on disk: with what is left of older ones, five megabytes.
const (
	maxLogSize  = 1 << 20
	maxOlderLog = 4
)

// logFile is the path of a log, which several processes may write.
type logFile string

// Write appends a record. A file that is full is renamed to the time at which it was.
func (l logFile) Write(record []byte) (int, error) {
	path := string(l)
	if info, err := os.Stat(path); err == nil && info.Size()+int64(len(record)) > maxLogSize {
		begin := strings.TrimSuffix(path, ".log") + "-"
		_ = os.Rename(path, begin+time.Now().UTC().Format("2006-01-02T15-04-05.000")+".log") // tried again at the next record
		removeOlder(filepath.Dir(path), filepath.Base(begin))
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return f.Write(record)
}

// removeOlder removes all but the newest of the full logs, whose names are in the order of
// their times.
func removeOlder(folder, begin string) {
	entries, _ := os.ReadDir(folder)
	older := 0
	for i := len(entries) - 1; i >= 0; i-- {
		name := entries[i].Name()
		if !strings.HasPrefix(name, begin) || !strings.HasSuffix(name, ".log") {
			continue
		}
		if older++; older > maxOlderLog {
			_ = os.Remove(filepath.Join(folder, name)) // tried again when the next is full
		}
	}
}
