package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// readAlpine reads a package as apk does: it trusts the hash of the second stream that
// the first one holds, and the sum of each file that its own header holds.
func readAlpine(t *testing.T, b []byte) (fields, files map[string]string) {
	t.Helper()
	var compressed, plain [][]byte
	for r := bytes.NewReader(b); r.Len() > 0; {
		before := r.Len()
		z, err := gzip.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		z.Multistream(false)
		part, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		from := len(b) - before
		compressed, plain = append(compressed, b[from:len(b)-r.Len()]), append(plain, part)
	}
	if len(plain) != 2 {
		t.Fatalf("a package of %d streams, want control and files", len(plain))
	}
	// apk reads both as one archive: an end of the first would be the end of all.
	if end := make([]byte, 512); len(plain[0])%512 != 0 || bytes.HasSuffix(plain[0], end) && bytes.HasSuffix(plain[0][:len(plain[0])-512], end) {
		t.Error("the first archive has an end")
	}
	fields, files = map[string]string{}, map[string]string{}
	first := true
	for r := tar.NewReader(bytes.NewReader(slices.Concat(plain...))); ; first = false {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return fields, files
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if first {
			if h.Name != ".PKGINFO" {
				t.Fatalf("the first file is %s", h.Name)
			}
			for line := range strings.Lines(string(content)) {
				name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " = ")
				if !ok || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz") != "" {
					t.Errorf("%q is no field", line)
				}
				fields[name] = value
			}
			if sum := sha256.Sum256(compressed[1]); fields["datahash"] != hex.EncodeToString(sum[:]) {
				t.Errorf("datahash is %s, and the files have %x", fields["datahash"], sum)
			}
			continue
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		if sum := sha1.Sum(content); h.PAXRecords["APK-TOOLS.checksum.SHA1"] != hex.EncodeToString(sum[:]) {
			t.Errorf("%s has the sum %q, and is %x", h.Name, h.PAXRecords["APK-TOOLS.checksum.SHA1"], sum)
		}
		files[h.Name] = string(content)
	}
}

// What apk verifies holds for a package that is made here of a program of a few lines, and
// for the release that .ci/run has made of ours, where ORTOP_DIST says that it lies.
func TestAlpinePackage(t *testing.T) {
	dist, version, program := os.Getenv("ORTOP_DIST"), "", ""
	if dist == "" {
		dist, version, program = t.TempDir(), "1.2.3", "#!/bin/sh\necho 1.2.3\n"
		alpinePackage(t, dist, version, program)
	}
	found, err := filepath.Glob(filepath.Join(dist, "ortop_*_x86_64.apk"))
	if err != nil || len(found) != 1 {
		t.Fatalf("%s has the packages %q, %v; want one", dist, found, err)
	}
	b, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bytes", len(b))
	if len(b) > 8_000_000 {
		t.Errorf("it has %d bytes, more than 8 MB", len(b))
	}
	fields, files := readAlpine(t, b)
	if fields["pkgname"] != "ortop" || fields["arch"] != "x86_64" || fields["pkgdesc"] != "What is left of OpenRouter credits, and when they run out" {
		t.Errorf("the fields are %v", fields)
	}
	if !strings.Contains(filepath.Base(found[0]), "_"+fields["pkgver"]+"_") || version != "" && fields["pkgver"] != version {
		t.Errorf("%s is of version %q", found[0], fields["pkgver"])
	}
	if got := files["usr/bin/ortop"]; program != "" && got != program || program == "" && !strings.HasPrefix(got, "\x7fELF") {
		t.Errorf("the program in the package is another: %d bytes, %.20q", len(got), got)
	}
	for _, name := range []string{"usr/share/man/man1/ortop.1.gz", "usr/share/licenses/ortop/LICENSE", "usr/share/bash-completion/completions/ortop"} {
		if files[name] == "" {
			t.Errorf("there is no %s, but %v", name, slices.Sorted(maps.Keys(files)))
		}
	}
}

// alpinePackage makes a package of a program, and of pages that say nothing.
func alpinePackage(t *testing.T, dist, version, program string) {
	t.Helper()
	if testing.Short() {
		t.Skip("builds the program that makes packages")
	}
	j := &job{options: options{dist: dist}, temp: t.TempDir(), source: source{version: "v" + version, at: moment}}
	amd64 := target{"linux", "amd64"}
	err := write(filepath.Join(j.stage(amd64), "ortop"), []byte(program))
	for _, name := range []string{"ortop.1", "LICENSE", "CHANGELOG.md", "THIRD-PARTY-LICENSES.txt", "completions/ortop.bash", "completions/_ortop", "completions/ortop.fish"} {
		err = errors.Join(err, write(j.shared(name), []byte(name+"\n")))
	}
	if err != nil {
		t.Fatal(err)
	}
	err = j.packagesOf(t.Context(), []target{amd64}, []string{"apk"})
	var missing *missingTool
	if errors.As(err, &missing) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// What is no package of two streams with one hash is refused, not made worse.
func TestNoAlpinePackage(t *testing.T) {
	pack := func(parts ...string) (b []byte) {
		for _, part := range parts {
			var out bytes.Buffer
			z := gzip.NewWriter(&out)
			if _, err := z.Write([]byte(part)); err != nil {
				t.Fatal(err)
			}
			if err := z.Close(); err != nil {
				t.Fatal(err)
			}
			b = append(b, out.Bytes()...)
		}
		return b
	}
	archive := func(name, text string) string {
		var out bytes.Buffer
		w := tar.NewWriter(&out)
		if err := w.WriteHeader(&tar.Header{Name: name, Size: int64(len(text)), Mode: 0o600}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	info := "pkgname = a\npkgdesc = one\n  two\n  three\nlicense = MIT\ndatahash = " + strings.Repeat("0", 64) + "\n"
	files := archive("usr/a", "a") + strings.Repeat("\x00", 1024)
	whole := pack(archive(".PKGINFO", info), files)
	b, err := denserAlpine(whole)
	if err != nil {
		t.Fatal(err)
	}
	parts, err := streams(b)
	if err != nil || len(parts) != 2 || string(parts[1]) != files || !strings.Contains(string(parts[0]), "\npkgdesc = one\nlicense = MIT\ndatahash = ") {
		t.Errorf("denserAlpine = %q, %v", parts, err)
	}
	for name, b := range map[string][]byte{
		"nothing": nil, "no gzip": []byte("no gzip"), "cut": whole[:len(whole)-9], "one stream": pack(files), "three streams": pack(files, files, files),
		"a signed one": pack(archive(".SIGN.RSA.a", "a"), archive(".PKGINFO", info), files),
		"no hash":      pack(archive(".PKGINFO", "pkgname = a\n"), files), "two hashes": pack(archive(".PKGINFO", info+info), files),
		"more than .PKGINFO": pack(archive(".PKGINFO", info)+archive(".post-install", "a"), files), "no .PKGINFO": pack(archive("usr/a", info), files),
	} {
		if b, err := denserAlpine(b); err == nil {
			t.Errorf("%s: %q", name, b)
		}
	}
}
