package main

import (
	"bytes"
	"fmt"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// renamed returns what an import path becomes; ok is false if it is of another
// module.
func renamed(path, from, to string) (_ string, ok bool) {
	below, found := strings.CutPrefix(path, from)
	if !found || below != "" && below[0] != '/' {
		return path, false
	}
	return to + below, true
}

// editImports renames in all Go files below root.
func editImports(root, from, to string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case !d.Type().IsRegular() || filepath.Ext(path) != ".go":
			return nil
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		edited, err := editSource(path, src, from, to)
		if err != nil || bytes.Equal(src, edited) {
			return err
		}
		return os.WriteFile(path, edited, 0o644)
	})
}

// editSource renames in the import declarations of one file, and sorts these.
func editSource(name string, src []byte, from, to string) ([]byte, error) {
	files := token.NewFileSet()
	f, err := parser.ParseFile(files, name, src, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	var out []byte
	done := 0
	for _, spec := range f.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, fmt.Errorf("%s: import %s: %w", name, spec.Path.Value, err)
		}
		path, ok := renamed(path, from, to)
		if !ok {
			continue
		}
		at := files.Position(spec.Path.Pos()).Offset
		out = append(append(out, src[done:at]...), strconv.Quote(path)...)
		done = at + len(spec.Path.Value)
	}
	if done == 0 {
		return src, nil
	}
	return format.Source(append(out, src[done:]...))
}
