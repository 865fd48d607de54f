package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// licenseFile is how the files are named that have to come with a module's code.
var licenseFile = regexp.MustCompile(`(?i)^((un)?licen[cs]e|copying|notice|patents|.*[-_.]licen[cs]e)([-_.].*)?$`)

// licenses writes the licences of everything that is built in: they want to come with
// the program.
func (j *job) licenses(ctx context.Context) error {
	modules := map[string]string{} // the folder of each
	for _, t := range targets {
		out, err := output(j.goCommand(ctx, t, "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}{{end}}{{end}}", "."))
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(out)) {
			if name, dir, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
				modules[name] = dir
			}
		}
	}
	goroot, err := output(j.goCommand(ctx, targets[0], "env", "GOROOT"))
	if err != nil {
		return err
	}
	modules["Go's standard library"] = strings.TrimSpace(string(goroot))
	names := make([]string, 0, len(modules))
	for name := range modules {
		names = append(names, name)
	}
	slices.Sort(names)
	var all bytes.Buffer
	all.WriteString("ortop is built of its own code, under the licence in LICENSE, and of what follows.\n")
	for _, name := range names {
		text, err := licenseOf(modules[name])
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		fmt.Fprintf(&all, "\n%s\n%s\n\n%s", name, strings.Repeat("=", len(name)), text)
	}
	fmt.Printf("%d licences\n", len(names))
	return write(j.shared("THIRD-PARTY-LICENSES.txt"), all.Bytes())
}

// licenseOf is the text of the licence files in a module's folder.
func licenseOf(dir string) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	var texts []string
	for _, e := range entries {
		if e.IsDir() || !licenseFile.MatchString(e.Name()) || strings.HasSuffix(e.Name(), ".go") {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return "", err
		}
		texts = append(texts, strings.TrimSpace(strings.ReplaceAll(string(b), "\r\n", "\n"))+"\n")
	}
	if len(texts) == 0 {
		return "", fmt.Errorf("there is no licence in %s", dir)
	}
	return strings.Join(texts, "\n"), nil
}
