// Package journal writes the lines of a log as log/slog's text handler does, which
// brings 77 kB of program.
package journal

import (
	"encoding"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

// Level is how much a line matters.
type Level int

// The levels, by weight.
const (
	Debug Level = iota
	Info
	Warn
	Error
)

var levels = [...]string{"DEBUG", "INFO", "WARN", "ERROR"}

// Logger writes lines of a message, and of keys with their values. Any number of
// goroutines may use it.
type Logger struct {
	to    *writer
	least Level
	with  string // what every line ends with
}

type writer struct {
	sync.Mutex
	io.Writer
	now func() time.Time // nil: lines have no time of their own
}

// New returns a log to w of what matters at least so much.
func New(w io.Writer, least Level) *Logger {
	return &Logger{to: &writer{Writer: w, now: time.Now}, least: least}
}

// Timeless returns one whose lines have no time, so that equal lines are equal.
func Timeless(w io.Writer, least Level) *Logger {
	return &Logger{to: &writer{Writer: w}, least: least}
}

// Discard returns a log that keeps nothing.
func Discard() *Logger { return &Logger{least: Error + 1} }

// With returns the log whose lines end with these keys and values too.
func (l *Logger) With(args ...any) *Logger {
	more := *l
	more.with += fields(args)
	return &more
}

// Debug, Info, Warn and Error write a line.
func (l *Logger) Debug(message string, args ...any) { l.write(Debug, message, args) }

func (l *Logger) Info(message string, args ...any) { l.write(Info, message, args) }

func (l *Logger) Warn(message string, args ...any) { l.write(Warn, message, args) }

func (l *Logger) Error(message string, args ...any) { l.write(Error, message, args) }

func (l *Logger) write(level Level, message string, args []any) {
	if level < l.least {
		return
	}
	line := "level=" + levels[level] + " msg=" + quoted(message) + l.with + fields(args) + "\n"
	if l.to.now != nil {
		line = "time=" + stamp(l.to.now()) + " " + line
	}
	l.to.Lock()
	defer l.to.Unlock()
	_, _ = io.WriteString(l.to.Writer, line) // there is nowhere to complain
}

func stamp(t time.Time) string { return t.Format("2006-01-02T15:04:05.000Z07:00") }

// fields are keys and values as a line has them, each behind a blank.
func fields(args []any) string {
	var b strings.Builder
	for i := 0; i < len(args); i += 2 {
		key, _ := args[i].(string)
		var value any
		if i+1 < len(args) {
			value = args[i+1]
		}
		b.WriteString(" " + quoted(key) + "=" + quoted(valueText(value)))
	}
	return b.String()
}

func valueText(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case []byte:
		return string(v)
	case time.Time:
		return stamp(v)
	case encoding.TextMarshaler:
		if text, err := v.MarshalText(); err == nil {
			return string(text)
		}
	}
	return fmt.Sprintf("%+v", value)
}

// quoted is s, between quotes where a reader of keys and values would take it for
// more than one thing.
func quoted(s string) string {
	for _, r := range s {
		if r == ' ' || r == '=' || r == '"' || r == utf8.RuneError || unicode.IsSpace(r) || !unicode.IsPrint(r) && r != 0x7f {
			return strconv.Quote(s)
		}
	}
	if s == "" {
		return `""`
	}
	return s
}
