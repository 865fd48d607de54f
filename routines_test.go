package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// bareRoutines returns where a file starts goroutines whose panics nobody takes.
func bareRoutines(t *testing.T, path string, src any) (at []string) {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, src, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	of := func(e ast.Expr, room, name string) bool { // e is room.name, or x.name of any x
		s, ok := e.(*ast.SelectorExpr)
		if !ok || s.Sel.Name != name {
			return false
		}
		x, ok := s.X.(*ast.Ident)
		return room == "" || ok && x.Name == room
	}
	guarded := func(e ast.Expr) bool {
		call, ok := e.(*ast.CallExpr)
		return ok && of(call.Fun, "routine", "Guard")
	}
	ast.Inspect(file, func(n ast.Node) bool {
		bare := false
		switch n := n.(type) {
		case *ast.GoStmt:
			bare = true
		case *ast.CallExpr:
			starts := of(n.Fun, "", "Go") && !of(n.Fun, "routine", "Go") || of(n.Fun, "", "AfterFunc")
			bare = starts && len(n.Args) > 0 && !guarded(n.Args[len(n.Args)-1])
		}
		if bare {
			at = append(at, set.Position(n.Pos()).String())
		}
		return true
	})
	return at
}

func TestGoroutinesAreGuarded(t *testing.T) {
	const bare = `package p
func f() {
	go g()
	go func() {}()
	all.Go(func() {})
	c.all.Go(g)
	time.AfterFunc(d, g)
	routine.Go(g)
	all.Go(routine.Guard(g))
	time.AfterFunc(d, routine.Guard(g))
}`
	if got := bareRoutines(t, "p.go", bare); len(got) != 5 {
		t.Errorf("of five bare goroutines were found: %v", got)
	}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (path == "tools" || path == filepath.Join("internal", "routine") || path != "." && strings.HasPrefix(d.Name(), ".")):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		for _, at := range bareRoutines(t, path, nil) {
			t.Errorf("%s: start it by routine.Go, or give it to routine.Guard", at)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
