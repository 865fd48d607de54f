package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// target is a system that the program is built for.
type target struct{ os, arch string }

var targets = []target{
	{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "amd64"}, {"darwin", "arm64"}, {"windows", "amd64"}, {"windows", "arm64"},
}

func (t target) String() string { return t.os + "_" + t.arch }

func (t target) binary() string {
	if t.os == "windows" {
		return "ortop.exe"
	}
	return "ortop"
}

// stage is the folder of what goes into the archive of a target.
func (j *job) stage(t target) string { return filepath.Join(j.temp, "stage", j.base(t)) }

// base is the name of a target's archive, without what says its form.
func (j *job) base(t target) string { return "ortop_" + j.number() + "_" + t.String() }

// shared is the folder of what every target has.
func (j *job) shared(name ...string) string {
	return filepath.Join(append([]string{j.temp, "shared"}, name...)...)
}

// stamp is what the program says of itself.
func (j *job) stamp() string {
	return j.version + "," + j.commit + "," + j.at.Format(time.RFC3339)
}

// goCommand is a run of Go in the exported source, whatever the settings of who runs it.
func (j *job) goCommand(ctx context.Context, t target, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, "go", args...)
	c.Dir = j.dir
	c.Env = append(os.Environ(), "GOOS="+t.os, "GOARCH="+t.arch, "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off",
		"GOEXPERIMENT=", "GOAMD64=v1", "GOARM64=v8.0")
	if j.toolchain != "" {
		c.Env = append(c.Env, "GOTOOLCHAIN="+j.toolchain)
	}
	return c
}

func (j *job) build(ctx context.Context, t target, path string) error {
	_, err := output(j.goCommand(ctx, t, "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -X main.stamp="+j.stamp(), "-o", path, "."))
	return err
}

func (j *job) binaries(ctx context.Context) error {
	for _, t := range targets {
		path := filepath.Join(j.stage(t), t.binary())
		if err := j.build(ctx, t, path); err != nil {
			return err
		}
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		fmt.Printf("%-14s %11d bytes\n", t, info.Size())
	}
	return nil
}

// pages lets the program write its manual page and its completions.
func (j *job) pages(ctx context.Context) error {
	here := target{runtime.GOOS, runtime.GOARCH}
	program := filepath.Join(j.temp, "native", here.binary())
	if err := j.build(ctx, here, program); err != nil {
		return err
	}
	for name, args := range map[string][]string{
		"ortop.1": {"man"}, "completions/ortop.bash": {"completion", "bash"}, "completions/_ortop": {"completion", "zsh"},
		"completions/ortop.fish": {"completion", "fish"}, "completions/ortop.ps1": {"completion", "powershell"},
	} {
		c := exec.CommandContext(ctx, program, args...)
		c.Env = []string{"HOME=" + j.temp, "LC_ALL=C.UTF-8"}
		text, err := output(c)
		if err != nil {
			return err
		}
		if err := write(j.shared(name), text); err != nil {
			return err
		}
	}
	for _, name := range []string{"README.md", "CHANGELOG.md", "LICENSE"} {
		text, err := os.ReadFile(filepath.Join(j.dir, name))
		if err != nil {
			return err
		}
		if err := write(j.shared(name), text); err != nil {
			return err
		}
	}
	return j.documents()
}

// documents are those that the README sends to, without pictures.
func (j *job) documents() error {
	entries, err := os.ReadDir(filepath.Join(j.dir, "docs"))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() || strings.HasSuffix(e.Name(), ".svg") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(j.dir, "docs", e.Name()))
		if err != nil {
			return err
		}
		if err := write(j.shared("docs", e.Name()), text); err != nil {
			return err
		}
	}
	return nil
}

// write writes a file, in folders that are made for it.
func write(path string, b []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o644)
}
