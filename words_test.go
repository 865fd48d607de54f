package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ortop/internal/credit"
)

// TestFaultKindsAreConstants keeps the words of faults in one place: whoever
// compares or assigns one uses its constant.
func TestFaultKindsAreConstants(t *testing.T) {
	eachFile(t, func(path string, set *token.FileSet, file *ast.File) {
		if filepath.Dir(path) == filepath.Join("internal", "credit") {
			return
		}
		for _, lit := range faultLiterals(file, strings.HasSuffix(path, "_test.go")) {
			t.Errorf("%s: %s is a bare word of a fault", set.Position(lit.Pos()), lit.Value)
		}
	})
}

// TestKeysHaveOneShape: text.Redact alone knows what a key looks like.
func TestKeysHaveOneShape(t *testing.T) {
	shape := regexp.MustCompile(`sk-or-[\[(\\]`)
	eachFile(t, func(path string, set *token.FileSet, file *ast.File) {
		if filepath.Dir(path) == filepath.Join("internal", "text") {
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if ok && path != "words_test.go" && shape.MatchString(lit.Value) {
				t.Errorf("%s: %s is a shape of keys", set.Position(lit.Pos()), lit.Value)
			}
			return true
		})
	})
}

// eachFile gives each Go file of the tree to check.
func eachFile(t *testing.T, check func(path string, set *token.FileSet, file *ast.File)) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == "testdata":
			return fs.SkipDir
		case filepath.Ext(path) != ".go":
			return nil
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		check(path, set, file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// faultLiterals returns the string literals in file that are the word of a
// fault. In a test, where a word may also be the name of a case, only those
// compared with a value or given to a field Kind or FaultKind count.
func faultLiterals(file *ast.File, test bool) []*ast.BasicLit {
	var found []*ast.BasicLit
	add := func(exprs ...ast.Expr) {
		for _, e := range exprs {
			lit, ok := e.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				continue
			}
			if s, err := strconv.Unquote(lit.Value); err == nil && slices.Contains(credit.FaultKinds, credit.FaultKind(s)) {
				found = append(found, lit)
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			add(n.X, n.Y)
		case *ast.CaseClause:
			add(n.List...)
		case *ast.KeyValueExpr:
			if name := fmt.Sprint(n.Key); !test || name == "Kind" || name == "FaultKind" {
				add(n.Key, n.Value)
			}
		case *ast.AssignStmt:
			if !test {
				add(n.Rhs...)
			}
		case *ast.ValueSpec:
			if !test {
				add(n.Values...)
			}
		case *ast.CompositeLit:
			if !test {
				add(n.Elts...)
			}
		}
		return true
	})
	return found
}

func TestFaultLiterals(t *testing.T) {
	const source = `package p
var a = []string{"network"}
var b = T{Kind: "server"}
func f(k string) string {
	k = "storage"
	switch k { case "payment": }
	if k == "redirect" { g("malformed", "other") }
	return k
}`
	for test, want := range map[bool]string{
		false: `"network" "server" "storage" "payment" "redirect"`,
		true:  `"server" "payment" "redirect"`,
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "", source, 0)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, lit := range faultLiterals(file, test) {
			got = append(got, lit.Value)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("faultLiterals(test: %v) = %v, want %s", test, got, want)
		}
	}
}
