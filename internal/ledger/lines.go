package ledger

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

var (
	errLongLine  = fmt.Errorf("is longer than %d MiB", MaxLine>>20)
	errManyLines = fmt.Errorf("it has more than %d lines: split it", MaxLines)
)

// lines are the lines of a file, each of at most MaxLine bytes.
type lines struct {
	in     *bufio.Reader
	number int      // of the line that was returned last
	long   bool     // it has more than was read
	ahead  []string // lines that were read and given back
}

// next returns the next line without its end, io.EOF after the last,
// errManyLines after MaxLines, and errLongLine in place of one that is too long.
func (l *lines) next() (string, error) {
	line, err := l.read()
	if err == nil || errors.Is(err, errLongLine) {
		l.number++
	}
	if l.number > MaxLines {
		return "", errManyLines
	}
	return line, err
}

func (l *lines) read() (string, error) {
	if len(l.ahead) > 0 {
		line := l.ahead[0]
		l.ahead = l.ahead[1:]
		return line, nil
	}
	for l.long {
		_, err := l.in.ReadSlice('\n')
		l.long = errors.Is(err, bufio.ErrBufferFull)
	}
	var line []byte
	for {
		part, err := l.in.ReadSlice('\n')
		line = append(line, part...)
		full := errors.Is(err, bufio.ErrBufferFull)
		switch {
		case len(line) > MaxLine:
			l.long = full
			return "", errLongLine
		case full:
			continue
		case err != nil && (!errors.Is(err, io.EOF) || len(line) == 0):
			return "", err
		}
		return strings.TrimSuffix(string(line), "\n"), nil
	}
}

// unread gives lines back, which next returns again.
//
//go:noinline
func (l *lines) unread(given ...string) {
	l.ahead = append(given, l.ahead...)
	l.number -= len(given)
}

// skipBlank returns the next line that is not blank.
func (l *lines) skipBlank() (string, error) {
	for {
		line, err := l.next()
		if err != nil || strings.TrimSpace(line) != "" {
			return line, err
		}
	}
}
