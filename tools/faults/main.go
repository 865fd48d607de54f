// Command faults reports what of the fault suite holds: a line for each row of
// rows.txt, with how many tests prove it, how they ended and what they measured.
//
//	go -C tools run ./faults              runs the tests of both modules
//	go -C tools run ./faults FILE...      reads what go test -json wrote
//
// Up to three tests that fail are run once more by themselves, and named.
//
// ORTOP_FAULTS=long makes a thousand kills and a thousand damaged histories.
package main

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
)

//go:embed rows.txt
var table string

// row is what must hold.
type row struct {
	id, what string
	tests    []string // that its name does not lead to
}

func rows() (all []row) {
	for line := range strings.Lines(table) {
		part := strings.SplitN(strings.TrimSpace(line), "|", 3)
		if len(part) == 3 && !strings.HasPrefix(line, "#") {
			all = append(all, row{strings.TrimSpace(part[0]), strings.TrimSpace(part[1]), strings.Fields(part[2])})
		}
	}
	return all
}

// test is how a test ended.
type test struct {
	outcome string // pass, fail or skip
	parent  bool   // of other tests
	output  strings.Builder
}

// run is what go test says, of all packages.
type run struct {
	tests   map[string]*test // by package, a dot and the test's name
	figures map[string][]string
	failed  map[string][]string // by package: its tests, but not those within another
	broken  bool                // a package failed that no test's failure explains
}

type event struct{ Action, Package, Test, Output, ImportPath string }

var figureLine = regexp.MustCompile(`FIGURE (\w+): (.*)`)

// read takes the lines of go test -json, and shows the packages as they end.
func (r *run) read(in io.Reader) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			fmt.Println(lines.Text())
			continue
		}
		r.take(e)
	}
	return lines.Err()
}

func (r *run) take(e event) {
	if e.Test == "" {
		if e.Action == "build-output" || e.Action == "output" && (strings.HasPrefix(e.Output, "ok") || strings.HasPrefix(e.Output, "FAIL\t") || strings.HasPrefix(e.Output, "panic")) {
			fmt.Print(e.Output)
		}
		if e.Action == "fail" || e.Action == "build-fail" {
			r.broken = r.broken || len(r.failed[e.Package]) == 0
		}
		return
	}
	name := strings.TrimPrefix(e.Package, "ortop/") + "." + e.Test
	t := r.tests[name]
	if t == nil {
		t = &test{}
		r.tests[name] = t
	}
	if i := strings.LastIndexByte(name, '/'); i > 0 && strings.Contains(e.Test, "/") && r.tests[name[:i]] != nil {
		r.tests[name[:i]].parent = true
	}
	switch e.Action {
	case "output":
		t.output.WriteString(e.Output)
		if m := figureLine.FindStringSubmatch(e.Output); m != nil {
			r.figures[m[1]] = append(r.figures[m[1]], m[2])
		}
	case "pass", "fail", "skip":
		if t.outcome = e.Action; e.Action == "fail" {
			fmt.Print(t.output.String())
			if !strings.Contains(e.Test, "/") {
				r.failed[e.Package] = append(r.failed[e.Package], e.Test)
			}
		}
		t.output.Reset()
	}
}

// proves reports whether a test is about a row.
func (w row) proves(name string) bool {
	for _, t := range w.tests {
		if strings.HasPrefix(name, t) {
			return true
		}
	}
	_, name, _ = strings.Cut(name, ".")
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(part, w.id) {
			return true
		}
		// TestS12S13Pages is about two rows.
		for part = strings.TrimPrefix(part, "Test"); idAhead.MatchString(part); part = part[3:] {
			if strings.HasPrefix(part, w.id) {
				return true
			}
		}
	}
	return strings.HasPrefix(name, "Test"+w.id)
}

var idAhead = regexp.MustCompile(`^[A-Z]\d\d`)

// report prints the rows, and returns how many do not hold.
func (r *run) report(w io.Writer) (bad int) {
	names := make([]string, 0, len(r.tests))
	for name, t := range r.tests {
		if !t.parent {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, row := range rows() {
		count := map[string]int{}
		for _, name := range names {
			if row.proves(name) {
				count[r.tests[name].outcome]++
			}
		}
		outcome := "holds"
		switch {
		case count["fail"] > 0:
			outcome = "FAILS"
		case count["pass"] == 0 && count["skip"] > 0:
			outcome = "skipped"
		case count["pass"] == 0:
			outcome = "NO TEST"
		}
		if outcome == "FAILS" || outcome == "NO TEST" {
			bad++
		}
		fmt.Fprintf(w, "%-5s %-55s %4d  %s\n", row.id, row.what, count["pass"]+count["fail"], outcome)
		for _, f := range r.figures[row.id] {
			fmt.Fprintf(w, "      · %s\n", f)
		}
	}
	return bad
}

// alone is how many tests may fail and be run once more by themselves: one that
// lost a race for the processor beside a hundred others passes then, and one
// that shows a fault fails again.
const alone = 3

// again runs what failed once more, and says so.
func (r *run) again(w io.Writer) error {
	n := 0
	for _, names := range r.failed {
		n += len(names)
	}
	if n == 0 || n > alone || r.broken {
		return nil
	}
	for pkg, names := range r.failed {
		module := ".."
		if strings.HasPrefix(pkg, "ortop/tools/") {
			module = "."
		}
		second := newRun()
		if err := second.test("-C", module, "test", "-json", "-count=1", "-run", "^("+strings.Join(names, "|")+")$", pkg); err != nil {
			return err
		}
		for name, t := range second.tests {
			r.tests[name] = t
		}
		if len(second.failed) > 0 || second.broken {
			continue
		}
		delete(r.failed, pkg)
		fmt.Fprintf(w, "RUN AGAIN: %s of %s failed beside the others, and passed alone\n", strings.Join(names, ", "), pkg)
	}
	return nil
}

func newRun() *run {
	return &run{tests: map[string]*test{}, figures: map[string][]string{}, failed: map[string][]string{}}
}

// test reads what the go command writes for these arguments.
func (r *run) test(args ...string) error {
	cmd := exec.Command("go", args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	if err := r.read(out); err != nil {
		return err
	}
	_ = cmd.Wait() // a test that fails is in what it wrote
	return nil
}

func report(files []string) error {
	r := newRun()
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		err = errors.Join(r.read(f), f.Close())
		if err != nil {
			return err
		}
	}
	if len(files) == 0 {
		for _, module := range []string{"..", "."} {
			if err := r.test("-C", module, "test", "-json", "-timeout", "40m", "./..."); err != nil {
				return err
			}
		}
	}
	if err := r.again(os.Stdout); err != nil {
		return err
	}
	fmt.Printf("\n%-5s %-55s %4s\n", "row", "what", "tests")
	bad := r.report(os.Stdout)
	fmt.Printf("%d rows, %d that do not hold\n", len(rows()), bad)
	if bad > 0 || len(r.failed) > 0 || r.broken {
		return errors.New("not all holds")
	}
	return nil
}

func main() {
	if err := report(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "faults:", err)
		os.Exit(1)
	}
}
