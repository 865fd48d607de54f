package config

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"ortop/internal/text"
)

// Error is what is wrong with a configuration file, in one line.
type Error struct {
	Path    string
	Line    int // Line counts from 1. It is 0 where the whole file is meant.
	Column  int // Column counts bytes from 1. It is 0 where the whole file is meant.
	Problem string
	Err     error // Err is the cause outside the file's text, or nil.
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("config %q: %s", text.Redact(e.Path), e.Problem)
	}
	return fmt.Sprintf("config %q, line %d: %s", text.Redact(e.Path), e.Line, e.Problem)
}

// Unwrap returns the cause outside the file's text, or nil.
func (e *Error) Unwrap() error { return e.Err }

// Cause returns what is inside a *fs.PathError, and any other error as it is,
// for messages that have named the file already.
//
//go:noinline
func Cause(err error) error {
	var inPath *fs.PathError
	if errors.As(err, &inPath) {
		return inPath.Err
	}
	return err
}

// clean makes text from the file fit for an error.
//
//go:noinline
func clean(s string) string { return text.Safe(s, maxQuoted) }

// maxQuoted is the most bytes that an error quotes.
const maxQuoted = 82

// nearest returns the candidate that is at most two edits away from word, or
// the empty string.
func nearest(word string, candidates []string) string {
	best, bestEdits := "", 3
	for _, candidate := range candidates {
		if len(word) > len(candidate)+2 {
			continue
		}
		if n := edits(strings.ToLower(word), candidate); n < bestEdits {
			best, bestEdits = candidate, n
		}
	}
	return best
}

// edits is the Levenshtein distance in bytes.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
