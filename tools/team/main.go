// Command team measures what a team's history costs and keeps, on a PostgreSQL of its own,
// and prints a table of it beside what is asked for; it ends with 1 where that is missed:
//
//	go -C tools run ./team [-size 1] [-minutes 2] [-write ../docs/team-figures.md]
//
// Size 1 is 10,000 accounts of 200 keys, a year of one of them, and a million rows in
// chaos: half an hour, and 2 GB of disk. The goal is what must hold; the floor is what
// a prototype of the same design did on such a machine.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"ortop/tools/internal/host"
)

func main() {
	log.SetFlags(0)
	size := flag.Float64("size", 1, "how much of the full size")
	minutes := flag.Float64("minutes", 2, "how long a whole team runs")
	write := flag.String("write", "", "the page that the table is written to")
	flag.Parse()
	m := measured{}
	broken := m.all(*size, *minutes)
	name, busy := host.Machine()
	page, missed := m.page(fmt.Sprintf("%s, with %g of the full size", name, *size), busy)
	fmt.Print(page)
	if *write != "" {
		if err := os.WriteFile(*write, []byte(page), 0o644); err != nil {
			log.Fatal(err)
		}
	}
	if broken != nil {
		log.Fatal(broken)
	}
	if missed > 0 {
		log.Fatalf("%d figures are missed", missed)
	}
}

// measured are figures by their names, as they were printed.
type measured map[string]string

// all measures everything; what fails leaves the other figures.
func (m measured) all(size, minutes float64) error {
	first := m.test("..", []string{fmt.Sprint("ORTOP_FIGURES=", size)}, "-run", "^$", "-bench", "Figures", "-benchtime", "1x", "-timeout", "2h", "./internal/share")
	second := m.test(".", []string{"ORTOP_TEAM_ACCOUNTS=12", fmt.Sprint("ORTOP_TEAM_MINUTES=", minutes), "ORTOP_TEAM_INTERVAL=10"},
		"-run", "^TestTeamRun$", "-v", "-count", "1", "-timeout", "1h", "./e2e")
	if first == nil {
		first = second
	}
	if err := m.binary(); err != nil {
		return err
	}
	return first
}

var figureLine = regexp.MustCompile(`FIGURE (\w+): (.*)`)

// test runs go test in a folder, and takes in the figures that it prints.
func (m measured) test(dir string, env []string, args ...string) error {
	cmd := exec.Command("go", append([]string{"test"}, args...)...)
	cmd.Dir, cmd.Env, cmd.Stderr = dir, append(append(os.Environ(), "ORTOP_TEST_PG=1"), env...), os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		fmt.Fprintln(os.Stderr, lines.Text())
		if f := figureLine.FindStringSubmatch(lines.Text()); f != nil {
			m[f[1]] = strings.TrimSpace(f[2])
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("go test %s: %w", args[len(args)-1], err)
	}
	return nil
}

// binary measures the program as it is released.
func (m measured) binary() error {
	dir, err := os.MkdirTemp("", "ortop-team-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "ortop")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", path, ".")
	cmd.Dir, cmd.Env, cmd.Stderr = "..", append(os.Environ(), "CGO_ENABLED=0"), os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("building ortop: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	m["binary"] = fmt.Sprintf("%.2f MB", float64(info.Size())/1e6)
	return nil
}
