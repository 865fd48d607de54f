package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v2"
)

// published is a job whose archives hold their own names, and the manifests that it made.
func published(t *testing.T) (*job, func(name string) string) {
	t.Helper()
	j := &job{options: options{dist: t.TempDir(), home: "https://example.com/ortop"}, source: source{version: "v1.2.3-pre20261127184705", module: "ortop", at: moment}}
	j.addresses()
	for _, target := range targets {
		form := ".tar.gz"
		if target.os == "windows" {
			form = ".zip"
		}
		if err := j.put(j.base(target)+form, []byte(target.String())); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.manifests(t.Context()); err != nil {
		t.Fatal(err)
	}
	return j, func(name string) string {
		b, err := os.ReadFile(filepath.Join(j.dist, "manifests", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
}

// sumOf is the checksum of the archive of a target.
func sumOf(target string) string {
	sum := sha256.Sum256([]byte(target))
	return hex.EncodeToString(sum[:])
}

const (
	base    = "ortop_1.2.3-pre20261127184705"
	address = "https://example.com/ortop/releases/download/v1.2.3-pre20261127184705/" + base
)

func TestScoop(t *testing.T) {
	_, read := published(t)
	var m struct {
		Version, Homepage, License, Bin string
		Architecture                    map[string]struct {
			URL, Hash  string
			ExtractDir string `json:"extract_dir"`
		}
	}
	if err := json.Unmarshal([]byte(read("scoop/ortop.json")), &m); err != nil {
		t.Fatal(err)
	}
	for arch, target := range map[string]string{"64bit": "windows_amd64", "arm64": "windows_arm64"} {
		if a := m.Architecture[arch]; a.URL != address+"_"+target+".zip" || a.Hash != sumOf(target) || a.ExtractDir != base+"_"+target {
			t.Errorf("%s is %+v", arch, a)
		}
	}
	if m.Version != "1.2.3-pre20261127184705" || m.Bin != "ortop.exe" || m.License != "MIT" {
		t.Errorf("the manifest is %+v", m)
	}
}

func TestWinget(t *testing.T) {
	_, read := published(t)
	folder := "winget/o/ortop/ortop/1.2.3-pre20261127184705/ortop.ortop"
	for name, kind := range map[string]string{".yaml": "version", ".installer.yaml": "installer", ".locale.en-US.yaml": "defaultLocale"} {
		var m map[string]any
		if err := yaml.Unmarshal([]byte(read(folder+name)), &m); err != nil {
			t.Fatal(err)
		}
		if m["PackageIdentifier"] != "ortop.ortop" || m["PackageVersion"] != "1.2.3-pre20261127184705" || m["ManifestType"] != kind || m["ManifestVersion"] != "1.6.0" {
			t.Errorf("%s is %v", name, m)
		}
	}
	text := read(folder + ".installer.yaml")
	for _, target := range []string{"windows_amd64", "windows_arm64"} {
		for _, want := range []string{
			"    InstallerUrl: " + address + "_" + target + ".zip\n    InstallerSha256: " + strings.ToUpper(sumOf(target)) + "\n",
			"      - RelativeFilePath: " + base + "_" + target + "\\ortop.exe\n",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("the installers have no %q:\n%s", want, text)
			}
		}
	}
}

// The shell reads a PKGBUILD, and .SRCINFO says the same.
func TestArchUserRepository(t *testing.T) {
	_, read := published(t)
	dir := t.TempDir()
	if err := write(filepath.Join(dir, "PKGBUILD"), []byte(read("aur/PKGBUILD"))); err != nil {
		t.Fatal(err)
	}
	script := `. ./PKGBUILD; printf '%s\n' "$pkgname" "$pkgver" "${source_x86_64[0]}" "${sha256sums_x86_64[0]}" "${source_aarch64[0]}" "${sha256sums_aarch64[0]}"`
	c := exec.Command("bash", "-euc", script)
	c.Dir = dir
	out, err := output(c)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"ortop-bin", "1.2.3pre20261127184705", address + "_linux_amd64.tar.gz", sumOf("linux_amd64"), address + "_linux_arm64.tar.gz", sumOf("linux_arm64")}
	if got := strings.Fields(string(out)); strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("the PKGBUILD says %q, want %q", got, want)
	}
	info := read("aur/.SRCINFO")
	for i, key := range []string{"pkgbase", "\tpkgver", "\tsource_x86_64", "\tsha256sums_x86_64", "\tsource_aarch64", "\tsha256sums_aarch64"} {
		if line := key + " = " + want[i] + "\n"; !strings.Contains(info, line) {
			t.Errorf(".SRCINFO has no %q", line)
		}
	}
}

// TestPkgbuildInstalls runs package() on a folder like that of the archive.
func TestPkgbuildInstalls(t *testing.T) {
	_, read := published(t)
	dir := t.TempDir()
	if err := write(filepath.Join(dir, "PKGBUILD"), []byte(read("aur/PKGBUILD"))); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ortop", "ortop.1", "ortop.service", "completions/ortop.bash", "completions/_ortop", "completions/ortop.fish", "LICENSE", "THIRD-PARTY-LICENSES.txt"} {
		if err := write(filepath.Join(dir, base+"_linux_arm64", name), []byte(name)); err != nil {
			t.Fatal(err)
		}
	}
	c := exec.Command("bash", "-euc", `CARCH=aarch64 pkgdir=$PWD/root; . ./PKGBUILD; package`)
	c.Dir = dir
	if _, err := output(c); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "root/usr/bin/ortop"))
	if err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("/usr/bin/ortop: %v, %v", info, err)
	}
	for _, name := range []string{"man/man1/ortop.1", "zsh/site-functions/_ortop", "licenses/ortop-bin/LICENSE"} {
		if _, err := os.Stat(filepath.Join(dir, "root/usr/share", name)); err != nil {
			t.Error(err)
		}
	}
}

// TestCask lets Ruby read the cask, with words that note what they are given.
func TestCask(t *testing.T) {
	_, read := published(t)
	text := read("homebrew/Casks/ortop.rb")
	for _, target := range []string{"darwin_arm64", "darwin_amd64", "linux_arm64", "linux_amd64"} {
		if !strings.Contains(text, `"`+sumOf(target)+`"`) {
			t.Errorf("the cask has no checksum of %s", target)
		}
	}
	ruby, err := exec.LookPath("ruby")
	if err != nil {
		t.Skip("there is no ruby")
	}
	const words = `
def cask(name) = yield
def arch(**a) = a[:arm] ? "arm64" : nil
def os(**o) = "darwin"
def version(v = nil) = (@v = v || @v)
def sha256(**s) = puts(s.keys.join(","))
def url(u) = puts(u)
def postflight = nil
%i[name desc homepage binary manpage bash_completion zsh_completion fish_completion zap].each { |w| define_method(w) { |*a, **k| puts "#{w} #{a.first}" } }
`
	// Homebrew's arch and os return what holds for the machine wherever they are said.
	script := words + strings.NewReplacer("#{os}", "darwin", "#{arch}", "arm64").Replace(text)
	out, err := output(exec.Command(ruby, "-e", script))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"arm,intel,arm64_linux,x86_64_linux\n", address + "_darwin_arm64.tar.gz\n", "binary " + base + "_darwin_arm64/ortop\n",
		"manpage " + base + "_darwin_arm64/ortop.1\n", "zsh_completion " + base + "_darwin_arm64/completions/_ortop\n",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the cask says\n%s\nwant %q", out, want)
		}
	}
}

// A project without an address has no files that fetch from one.
func TestNoManifestsWithoutAnAddress(t *testing.T) {
	j := &job{options: options{dist: t.TempDir()}, source: source{version: "v1.2.3", module: "ortop"}}
	j.addresses()
	if err := j.manifests(t.Context()); err != nil {
		t.Fatal(err)
	}
	if made, err := os.ReadDir(j.dist); err != nil || len(made) != 0 {
		t.Errorf("there are %v, %v", made, err)
	}
}
