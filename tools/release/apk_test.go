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

// The package for Alpine of the program as it is: what apk verifies holds, and it is as
// small as the others have to be.
func TestAlpinePackage(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program and a package of it")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	j := &job{temp: t.TempDir(), source: source{dir: root, version: "v1.2.3", commit: strings.Repeat("0", 40), at: moment}}
	j.dist = t.TempDir()
	amd64 := target{"linux", "amd64"}
	ctx := t.Context()
	if err := errors.Join(j.build(ctx, amd64, filepath.Join(j.stage(amd64), "ortop")), j.pages(ctx), j.licenses(ctx)); err != nil {
		t.Fatal(err)
	}
	err = j.packagesOf(ctx, []target{amd64}, []string{"apk"})
	var missing *missingTool
	if errors.As(err, &missing) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(j.dist, "ortop_1.2.3_x86_64.apk"))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bytes", len(b))
	if len(b) > 8_000_000 {
		t.Errorf("it has %d bytes, more than 8 MB", len(b))
	}
	fields, files := readAlpine(t, b)
	if fields["pkgname"] != "ortop" || fields["pkgver"] != "1.2.3" || fields["arch"] != "x86_64" || fields["pkgdesc"] != "What is left of OpenRouter credits, and when they run out" {
		t.Errorf("the fields are %v", fields)
	}
	program, err := os.ReadFile(filepath.Join(j.stage(amd64), "ortop"))
	if err != nil || files["usr/bin/ortop"] != string(program) {
		t.Errorf("the program in the package is another: %v", err)
	}
	for _, name := range []string{"usr/share/man/man1/ortop.1.gz", "usr/share/licenses/ortop/LICENSE", "usr/share/bash-completion/completions/ortop"} {
		if files[name] == "" {
			t.Errorf("there is no %s, but %v", name, slices.Sorted(maps.Keys(files)))
		}
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
