package cmd

import (
	"fmt"
	"io"
	"os"
	"strings"

	"ortop/internal/cmd/cli"
	"ortop/internal/routine"
)

// captured runs f, which prints, and returns what it printed: the answer, and the
// lines of standard error.
func captured(a *cli.App, f func()) (answer []byte, notes []string, err error) {
	out, closeOut, err := pipe(&a.Stdout, toolLimit)
	if err != nil {
		return nil, nil, err
	}
	errs, closeErrs, err := pipe(&a.Stderr, toolLimit)
	if err != nil {
		closeOut()
		return nil, nil, err
	}
	f()
	closeOut()
	closeErrs()
	answer = <-out
	notes = []string{}
	for line := range strings.Lines(string(<-errs)) {
		notes = append(notes, strings.TrimPrefix(strings.TrimSpace(line), "ortop: "))
	}
	if len(answer) > toolLimit {
		return nil, nil, fmt.Errorf("the answer is longer than %d kB: ask for less, by since or every", toolLimit>>10)
	}
	return answer, notes, nil
}

// pipe replaces a file by one whose first bytes come back once it is closed.
func pipe(file **os.File, limit int64) (read <-chan []byte, closeIt func(), err error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	*file = w
	all := make(chan []byte, 1)
	routine.Go(func() {
		b, _ := io.ReadAll(io.LimitReader(r, limit+1))
		_ = r.Close() // who writes more is told
		all <- b
	})
	return all, func() { _ = w.Close() }, nil
}
