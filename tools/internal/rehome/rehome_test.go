package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

func TestEditSource(t *testing.T) {
	const src = `package a

import (
	"ortop" // the top
	x "ortop/client"
	"ortopus/client"
)

var s = "ortop/client"
`
	want := strings.NewReplacer(`"ortop" //`, `"example.com/a/b" //`, `x "ortop/`, `x "example.com/a/b/`).Replace(src)
	got, err := editSource("a.go", []byte(src), "ortop", "example.com/a/b")
	if err != nil || string(got) != want {
		t.Errorf("editSource = %v,\n%s\nwant\n%s", err, got, want)
	}
	if _, err := editSource("a.go", []byte("package"), "ortop", "x"); err == nil {
		t.Error("editSource of what is no Go: no error")
	}
}

func TestWrongPaths(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "go.mod", "module example.com/a\n")
	for _, to := range []string{"", "nodot", "example.com/a b", "example.com/a"} {
		if err := rehome(dir, to); err == nil {
			t.Errorf("rehome to %q: no error", to)
		}
	}
}

// TestRehome renames a copy of the module. The copy builds and finds its own
// rooms, and another module gets client of it from a proxy.
func TestRehome(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the program")
	}
	const to, version = "example.com/team/ortop", "v0.1.0"
	root := copied(t, "../../..")
	if err := rehome(root, to); err != nil {
		t.Fatal(err)
	}
	// Without the folder's name in them, what was built is cached.
	run(t, root, []string{"GOFLAGS=-trimpath -buildvcs=false"}, "build", "./...")
	run(t, root, []string{"GOFLAGS=-trimpath -buildvcs=false"}, "test", ".")
	run(t, filepath.Join(root, "tools"), []string{"GOFLAGS=-trimpath -buildvcs=false"}, "build", "./...")

	proxy, consumer := t.TempDir(), t.TempDir()
	publish(t, proxy, root, module.Version{Path: to, Version: version})
	write(t, consumer, "go.mod", "module example.com/consumer\n\ngo 1.26.0\n\nrequire "+to+" "+version+"\n")
	write(t, consumer, "main.go", `package main

import "`+to+`/client"

func main() {
	_, err := client.New(client.Config{Key: client.NewSecret("x")})
	if err != nil {
		panic(err)
	}
}
`)
	had := strings.Fields(run(t, root, nil, "env", "GOMODCACHE", "GOPROXY"))
	run(t, consumer, []string{
		"GOFLAGS=-mod=mod -trimpath -modcacherw", "GOWORK=off", "GONOSUMDB=*",
		"GOMODCACHE=" + t.TempDir(), // the module must not stay
		"GOPROXY=file://" + proxy + ",file://" + had[0] + "/cache/download," + had[1],
	}, "run", ".")
}

// copied copies the files of a module, without those of version control.
func copied(t *testing.T, from string) string {
	t.Helper()
	to := t.TempDir()
	err := os.CopyFS(to, os.DirFS(from))
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// publish puts a module into the folder of a proxy.
func publish(t *testing.T, proxy, root string, m module.Version) {
	t.Helper()
	dir := filepath.Join(proxy, m.Path, "@v")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "list", m.Version+"\n")
	write(t, dir, m.Version+".info", `{"Version":"`+m.Version+`"}`)
	write(t, dir, m.Version+".mod", string(mod))
	f, err := os.Create(filepath.Join(dir, m.Version+".zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := zip.CreateFromDir(f, m, root); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// run runs go in dir and returns what it prints.
func run(t *testing.T, dir string, env []string, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}
