package main

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"path"
	"strings"
	"text/template"
)

//go:embed templates
var templates embed.FS

// addresses fills in where the project and the files of this version are.
func (j *job) addresses() {
	if host, _, _ := strings.Cut(j.module, "/"); j.home == "" && strings.Contains(host, ".") {
		j.home = "https://" + j.module
	}
	j.home = strings.TrimSuffix(j.home, "/")
	if j.download == "" && j.home != "" {
		j.download = j.home + "/releases/download/" + j.version
	}
	j.download = strings.TrimSuffix(j.download, "/")
}

// manifest is what the templates say of the release.
type manifest struct {
	Version  string // without a v
	Home     string
	Download string
	Date     string
	Arch     string // the version as Arch has it: without hyphens
	Summary  string
}

// File is the name of a target's archive.
func (m manifest) File(os, arch string) string {
	form := ".tar.gz"
	if os == "windows" {
		form = ".zip"
	}
	return "ortop_" + m.Version + "_" + os + "_" + arch + form
}

// manifestFiles are the templates, and where what they make is put.
func (j *job) manifestFiles() map[string]string {
	winget := "manifests/winget/o/ortop/ortop/" + j.number() + "/ortop.ortop"
	return map[string]string{
		"cask.rb":               "manifests/homebrew/Casks/ortop.rb",
		"scoop.json":            "manifests/scoop/ortop.json",
		"winget.yaml":           winget + ".yaml",
		"winget-installer.yaml": winget + ".installer.yaml",
		"winget-locale.yaml":    winget + ".locale.en-US.yaml",
		"PKGBUILD":              "manifests/aur/PKGBUILD",
		"SRCINFO":               "manifests/aur/.SRCINFO",
	}
}

// manifests writes the files of the package managers that fetch a release from where it is
// published.
func (j *job) manifests(context.Context) error {
	if j.home == "" {
		fmt.Println("left out: files for Homebrew, Scoop, winget and the AUR: the module has no address, and -home names none")
		return nil
	}
	t, err := template.New("").Funcs(template.FuncMap{
		"sum":   j.sum,
		"upper": strings.ToUpper,
	}).ParseFS(templates, "templates/*")
	if err != nil {
		return err
	}
	m := manifest{
		Version: j.number(), Home: j.home, Download: j.download, Date: j.at.Format("2006-01-02"),
		Arch:    strings.ReplaceAll(j.number(), "-", ""),
		Summary: "What is left of OpenRouter credits, and when they run out",
	}
	for name, file := range j.manifestFiles() {
		var b bytes.Buffer
		if err := t.ExecuteTemplate(&b, path.Base(name), m); err != nil {
			return err
		}
		if err := j.put(file, b.Bytes()); err != nil {
			return err
		}
	}
	return nil
}
