package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
)

var moment = time.Date(2026, 11, 27, 18, 47, 5, 0, time.UTC)

func TestVersionOf(t *testing.T) {
	for _, c := range []struct {
		name, changelog, here, every string
		want                         string
		tagged                       bool
		err                          string
	}{
		{"a tag", "# Changes\n\n## 1.2.3 · 2026-11-27\n\n## 1.2.2\n", "v1.2.3", "v1.2.3 v1.2.2", "v1.2.3", true, ""},
		{"before the first", "# Changes\n\n## 0.1.0\n", "", "", "v0.1.0-pre20261127184705", false, ""},
		{"after a tag", "## 1.2.3\n", "", "v1.2.3", "v1.2.4-pre20261127184705", false, ""},
		{"a tag of another version", "## 1.2.3\n", "v1.2.4", "v1.2.4", "", false, "begins with 1.2.3"},
		{"no version", "# Changes\n\n## Soon\n", "", "", "", false, "no heading"},
		{"not a version", "## 1.2.3.4\n", "", "", "", false, "no heading"},
	} {
		got, tagged, err := versionOf(c.changelog, strings.Fields(c.here), strings.Fields(c.every), moment)
		if got != c.want || tagged != c.tagged || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %q, %v, %v, want %q, %v, %q", c.name, got, tagged, err, c.want, c.tagged, c.err)
		}
	}
}

// repository is one with a commit, whose change log begins with 1.2.3.
func repository(t *testing.T) (root string, git func(...string) string) {
	t.Helper()
	root = t.TempDir()
	git = func(args ...string) string {
		c := exec.Command("git", append([]string{"-C", root}, args...)...)
		c.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com",
			"GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com", "GIT_COMMITTER_DATE=2026-11-27T18:47:05Z")
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	git("init", "-q")
	for name, text := range map[string]string{"go.mod": "module example.com/a/ortop\n\ngo 1.26.0\n\ntoolchain go1.26.8\n", "CHANGELOG.md": "## 1.2.3\n", "docs/a.md": "a\n"} {
		if err := write(filepath.Join(root, name), []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	git("add", ".")
	git("commit", "-qm", "a")
	return root, git
}

// A release is of what is committed, whatever lies in the folder.
func TestExport(t *testing.T) {
	t.Parallel()
	root, git := repository(t)
	git("tag", "v1.2.3")
	if err := write(filepath.Join(root, "docs", "a.md"), []byte("changed\n")); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "source")
	s, err := export(t.Context(), root, dir)
	if err != nil {
		t.Fatal(err)
	}
	if s.version != "v1.2.3" || !s.tagged || s.commit != git("rev-parse", "HEAD") || !s.at.Equal(moment) || s.module != "example.com/a/ortop" || s.toolchain != "go1.26.8" {
		t.Errorf("export = %+v", s)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "docs", "a.md")); err != nil || string(b) != "a\n" {
		t.Errorf("docs/a.md is %q, %v", b, err)
	}
	j := job{options: options{}, source: s}
	if j.addresses(); j.home != "https://example.com/a/ortop" || j.download != "https://example.com/a/ortop/releases/download/v1.2.3" {
		t.Errorf("the addresses are %q, %q", j.home, j.download)
	}
	if got, want := j.stamp(), "v1.2.3,"+s.commit+",2026-11-27T18:47:05Z"; got != want {
		t.Errorf("stamp() = %q, want %q", got, want)
	}
}

func TestUntarStaysInside(t *testing.T) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if err := w.WriteHeader(&tar.Header{Name: "../outside", Typeflag: tar.TypeReg, Mode: 0o600}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := untar(&b, filepath.Join(t.TempDir(), "a")); err == nil {
		t.Error("a file outside of the archive was taken")
	}
}

// What a person has in a folder is not removed.
func TestEmptied(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "dist")
	for range 2 {
		if err := emptied(dir); err != nil {
			t.Fatal(err)
		}
		if err := write(filepath.Join(dir, "old"), nil); err != nil {
			t.Fatal(err)
		}
	}
	theirs := t.TempDir()
	if err := write(filepath.Join(theirs, "thesis"), []byte("a")); err != nil {
		t.Fatal(err)
	}
	if err := emptied(theirs); err == nil {
		t.Error("a folder of somebody's was emptied")
	}
	if _, err := os.Stat(filepath.Join(theirs, "thesis")); err != nil {
		t.Error(err)
	}
}

// Modes and times of the machine do not reach an archive.
func TestArchivesAreTheSameAnywhere(t *testing.T) {
	make := func(mode os.FileMode, at time.Time) (tarred, zip []byte) {
		root := t.TempDir()
		for _, name := range []string{"x/ortop", "x/LICENSE", "x/docs/a.md"} {
			path := filepath.Join(root, name)
			if err := write(path, []byte(name)); err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(os.Chmod(path, mode), os.Chtimes(path, at, at)); err != nil {
				t.Fatal(err)
			}
		}
		var a, b bytes.Buffer
		if err := errors.Join(tarball(&a, root, "x", moment), zipped(&b, root, "x", moment)); err != nil {
			t.Fatal(err)
		}
		return a.Bytes(), b.Bytes()
	}
	tar1, zip1 := make(0o600, time.Now())
	tar2, zip2 := make(0o664, moment.AddDate(-3, 0, 0))
	if !bytes.Equal(tar1, tar2) || !bytes.Equal(zip1, zip2) {
		t.Error("the archives of the same files differ")
	}
	z, err := gzip.NewReader(bytes.NewReader(tar1))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if !h.ModTime.Equal(moment) || h.Uid != 0 || h.Uname != "" {
			t.Errorf("%s is of %v, %d %q", h.Name, h.ModTime, h.Uid, h.Uname)
		}
		got = append(got, h.FileInfo().Mode().String()+" "+h.Name)
	}
	if want := "drwxr-xr-x x/|-rw-r--r-- x/LICENSE|drwxr-xr-x x/docs/|-rw-r--r-- x/docs/a.md|-rwxr-xr-x x/ortop"; strings.Join(got, "|") != want {
		t.Errorf("the archive has %s, want %s", strings.Join(got, "|"), want)
	}
}

func TestDenser(t *testing.T) {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		t.Fatal(err)
	}
	plain := bytes.Repeat([]byte("what is left, and when it runs out. "), 5000)
	b, err := denser(e.EncodeAll(plain, nil))
	if err != nil {
		t.Fatal(err)
	}
	d, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := d.DecodeAll(b, nil); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("what was compressed anew is another: %v", err)
	}
	if _, err := denser([]byte("no archive")); err == nil {
		t.Error("what is no archive was taken for one")
	}
}

func TestLicenseFiles(t *testing.T) {
	for name, want := range map[string]bool{
		"LICENSE": true, "LICENSE.md": true, "License.txt": true, "LICENCE": true, "COPYING": true, "NOTICE": true, "SQLITE-LICENSE": true, "LICENSE-GO": true,
		"UNLICENSE": true, "license.go": true, "README.md": false, "licenses_test.go": false, "main.go": false,
	} {
		if got := licenseFile.MatchString(name); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	if _, err := licenseOf(t.TempDir()); err == nil {
		t.Error("a module without a licence was taken")
	}
}

func TestBillHasTheTimeOfTheCommit(t *testing.T) {
	b, err := dated([]byte(`{"bomFormat":"CycloneDX","metadata":{"timestamp":"2030-01-01T00:00:00Z","tools":[{"name":"maker","hashes":[{"content":"of the maker"}]}],"component":{"hashes":[{"content":"of the program"}]}},"components":[{"name":"a"}]}`), moment)
	if err != nil || !strings.Contains(string(b), `"timestamp": "2026-11-27T18:47:05Z"`) || !strings.Contains(string(b), `"maker"`) ||
		strings.Contains(string(b), "of the maker") || !strings.Contains(string(b), "of the program") {
		t.Errorf("dated = %s, %v", b, err)
	}
	for _, no := range []string{`{}`, `{"bomFormat":"CycloneDX","metadata":{},"components":[]}`, `nothing`} {
		if _, err := dated([]byte(no), moment); err == nil {
			t.Errorf("%s was taken for a bill of material", no)
		}
	}
}

// A known folder has the hash that nix-hash gives it.
func TestNarHash(t *testing.T) {
	dir := t.TempDir()
	if err := errors.Join(write(filepath.Join(dir, "b", "run"), []byte("#!/bin/sh\n")), os.Chmod(filepath.Join(dir, "b", "run"), 0o755),
		write(filepath.Join(dir, "a.txt"), []byte("ortop\n")), write(filepath.Join(dir, "empty"), nil)); err != nil {
		t.Fatal(err)
	}
	got, err := narHash(dir)
	if want := "sha256-CEwLfgCd/JuTYjC8KqVCYqD8g8ww/EbsKKvCzXejyZs="; err != nil || got != want {
		t.Errorf("narHash = %s, %v, want %s", got, err, want)
	}
}

// Nix compares the modules with this hash before it builds.
func TestFlakeKnowsTheModules(t *testing.T) {
	if testing.Short() {
		t.Skip("copies all modules")
	}
	t.Parallel()
	flake, err := os.ReadFile("../../flake.nix")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"go.mod", "go.sum"} { // by which a cached result is known to be old
		if _, err := os.ReadFile("../../" + name); err != nil {
			t.Fatal(err)
		}
	}
	dir := filepath.Join(t.TempDir(), "vendor")
	if _, err := output(exec.Command("go", "-C", "../..", "mod", "vendor", "-o", dir)); err != nil {
		t.Fatal(err)
	}
	want, err := narHash(dir)
	if err != nil {
		t.Fatal(err)
	}
	if m := regexp.MustCompile(`vendorHash = "(.*)";`).FindSubmatch(flake); m == nil || string(m[1]) != want {
		t.Errorf("the vendorHash of flake.nix has to be %s", want)
	}
}
