// Command typecheck reads the whole program and its tests from source, with all that
// they import, as other systems see them:
//
//	go -C tools run ./typecheck linux/arm64 windows/arm64
//
// It finds what the compiler would refuse there in a tenth of the time, as no code is made.
package main

import (
	"fmt"
	"log"
	"os"
	"strings"

	"golang.org/x/tools/go/packages"
)

func main() {
	log.SetFlags(0)
	for _, system := range os.Args[1:] {
		n, err := check("..", system)
		if err != nil {
			log.Fatalf("typecheck: %s: %v", system, err)
		}
		fmt.Printf("%s: %d packages\n", system, n)
	}
}

// check reads the module in dir for an operating system and an architecture, joined by a
// slash. It returns the number of packages, those of tests among them.
func check(dir, system string) (int, error) {
	goos, goarch, both := strings.Cut(system, "/")
	if !both {
		return 0, fmt.Errorf("a system is written as linux/arm64")
	}
	found, err := packages.Load(&packages.Config{
		Mode: packages.LoadAllSyntax, Tests: true, Dir: dir,
		Env: append(os.Environ(), "GOOS="+goos, "GOARCH="+goarch, "CGO_ENABLED=0"),
	}, "./...")
	if err != nil {
		return 0, err
	}
	var wrong []string
	packages.Visit(found, nil, func(p *packages.Package) {
		for _, err := range p.Errors {
			wrong = append(wrong, err.Error())
		}
	})
	if len(wrong) > 0 {
		return 0, fmt.Errorf("%s", strings.Join(wrong, "\n"))
	}
	return len(found), nil
}
