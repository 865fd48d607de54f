package client_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"ortop/client"
)

// TestUnknownIsNil: what an answer may leave out is a pointer. A number, a
// boolean or a time that is none is in every answer.
func TestUnknownIsNil(t *testing.T) {
	always := []string{
		"Credits.TotalCreditsUSD", "Credits.TotalUsageUSD", "KeyUsage.UsageUSD", "ActivityRow.Date", "ActivityRow.UsageUSD",
		"Analytics.Truncated", "Analytics.Unread", "Activity.Unread", "KeyUsage.ExpiryUnread", "List.Truncated", "WorkspaceBudget.LimitUSD", "Generation.TotalCostUSD", "Generation.UsageUSD",
	}
	known := map[string]bool{}
	var visit func(reflect.Type)
	visit = func(s reflect.Type) {
		name, _, _ := strings.Cut(s.Name(), "[")
		for i := range s.NumField() {
			f := s.Field(i)
			of := f.Type
			for of.Kind() == reflect.Slice {
				of = of.Elem()
			}
			switch {
			case of.Kind() == reflect.Struct && of != reflect.TypeFor[time.Time]():
				visit(of)
			case f.Type.Kind() == reflect.Pointer, f.Type.Kind() == reflect.String, f.Type.Kind() == reflect.Slice, f.Type.Kind() == reflect.Map:
			default:
				known[name+"."+f.Name] = true
			}
			if of.Kind() == reflect.Pointer && of.Elem().Kind() == reflect.Struct && of.Elem() != reflect.TypeFor[time.Time]() {
				visit(of.Elem())
			}
		}
	}
	for _, v := range []any{
		client.Credits{}, client.Key{}, client.List[client.APIKey]{}, client.Activity{}, client.Analytics{}, client.AnalyticsMeta{},
		client.Generation{}, client.List[client.Workspace]{}, client.WorkspaceBudgets{}, client.List[client.WorkspaceMember]{},
		client.List[client.Member]{},
	} {
		visit(reflect.TypeOf(v))
	}
	for _, name := range always {
		if !known[name] {
			t.Errorf("%s is unknown in no answer, and a pointer", name)
		}
		delete(known, name)
	}
	for name := range known {
		t.Errorf("%s may be unknown, and is not a pointer", name)
	}
}

// exported calls check with each exported name of the package and what is
// declared of it.
func exported(t *testing.T, check func(name string, doc *ast.CommentGroup, decl ast.Node)) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if receiver := d.Recv; d.Name.IsExported() && (receiver == nil || exportedType(receiver.List[0].Type)) {
					check(d.Name.Name, d.Doc, d.Type)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch s := spec.(type) {
					case *ast.TypeSpec:
						if s.Name.IsExported() {
							check(s.Name.Name, d.Doc, s.Type)
						}
					case *ast.ValueSpec:
						for _, name := range s.Names {
							if name.IsExported() {
								doc := s.Doc
								if doc == nil {
									doc = s.Comment
								}
								if doc == nil {
									doc = d.Doc
								}
								check(name.Name, doc, s.Type)
							}
						}
					}
				}
			}
		}
	}
}

func exportedType(e ast.Expr) bool {
	if star, ok := e.(*ast.StarExpr); ok {
		e = star.X
	}
	name, ok := e.(*ast.Ident)
	return ok && name.IsExported()
}

func TestExportedNamesAreDocumented(t *testing.T) {
	exported(t, func(name string, doc *ast.CommentGroup, _ ast.Node) {
		if doc == nil {
			t.Errorf("%s has no comment", name)
		}
	})
}

// TestInternalTypesStayInside: other modules cannot name what is internal.
func TestInternalTypesStayInside(t *testing.T) {
	exported(t, func(name string, _ *ast.CommentGroup, decl ast.Node) {
		if decl == nil || reflect.ValueOf(decl).IsNil() {
			return
		}
		ast.Inspect(decl, func(n ast.Node) bool {
			if f, ok := n.(*ast.Field); ok && len(f.Names) > 0 && !f.Names[0].IsExported() && f.Names[0].Name[0] != '_' {
				if _, inStruct := decl.(*ast.StructType); inStruct {
					return false
				}
			}
			if s, ok := n.(*ast.SelectorExpr); ok {
				if pkg, ok := s.X.(*ast.Ident); ok && pkg.Name == "text" {
					t.Errorf("%s shows text.%s", name, s.Sel.Name)
				}
			}
			return true
		})
	})
}
