package main

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/modfile"
)

// source is the commit that a release is made of.
type source struct {
	dir       string // its files
	module    string
	toolchain string // of go.mod
	commit    string
	at        time.Time
	version   string // with a v in front; a tag, or of a commit that has none
	tagged    bool
}

// export writes the files of the checked-out commit to dir. What is not committed is no
// part of a release.
func export(ctx context.Context, root, dir string) (s source, err error) {
	git := func(args ...string) (string, error) {
		out, err := output(exec.CommandContext(ctx, "git", append([]string{"-C", root}, args...)...))
		return strings.TrimSpace(string(out)), err
	}
	head, err := git("log", "-1", "--format=%H %ct")
	if err != nil {
		return s, err
	}
	commit, seconds, _ := strings.Cut(head, " ")
	unix, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return s, err
	}
	s = source{dir: dir, commit: commit, at: time.Unix(unix, 0).UTC()}
	if changed, err := git("status", "--porcelain"); err != nil {
		return s, err
	} else if changed != "" {
		fmt.Println("what is not committed is left out")
	}
	files, err := output(exec.CommandContext(ctx, "git", "-C", root, "archive", "--format=tar", commit))
	if err != nil {
		return s, err
	}
	if err := untar(bytes.NewReader(files), dir); err != nil {
		return s, err
	}
	mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return s, err
	}
	file, err := modfile.Parse("go.mod", mod, nil)
	if err != nil {
		return s, err
	}
	s.module = file.Module.Mod.Path
	if file.Toolchain != nil {
		s.toolchain = file.Toolchain.Name
	}
	changelog, err := os.ReadFile(filepath.Join(dir, "CHANGELOG.md"))
	if err != nil {
		return s, err
	}
	here, err := git("tag", "--points-at", commit, "v*")
	if err != nil {
		return s, err
	}
	every, err := git("tag", "--list", "v*")
	if err != nil {
		return s, err
	}
	s.version, s.tagged, err = versionOf(string(changelog), strings.Fields(here), strings.Fields(every), s.at)
	return s, err
}

var heading = regexp.MustCompile(`(?m)^## (\d+)\.(\d+)\.(\d+)(?:\s|$)`)

// versionOf is the version that the change log begins with, where the commit has its tag.
// A commit without a tag comes before the next version.
func versionOf(changelog string, here, every []string, at time.Time) (version string, tagged bool, err error) {
	m := heading.FindStringSubmatch(changelog)
	if m == nil {
		return "", false, errors.New(`CHANGELOG.md has no heading of a version, such as "## 1.2.3"`)
	}
	next := fmt.Sprintf("v%s.%s.%s", m[1], m[2], m[3])
	if slices.Contains(here, next) {
		return next, true, nil
	}
	if len(here) > 0 {
		return "", false, fmt.Errorf("the commit has the tag %s, but CHANGELOG.md begins with %s", here[0], strings.TrimPrefix(next, "v"))
	}
	if slices.Contains(every, next) {
		patch, err := strconv.Atoi(m[3])
		if err != nil {
			return "", false, err
		}
		next = fmt.Sprintf("v%s.%s.%d", m[1], m[2], patch+1)
	}
	return next + "-pre" + at.UTC().Format("20060102150405"), false, nil
}

// number is the version without the v.
func (s source) number() string { return strings.TrimPrefix(s.version, "v") }

// untar writes the files of an archive below dir.
func untar(r io.Reader, dir string) error {
	for t := tar.NewReader(r); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if h.Typeflag != tar.TypeReg && h.Typeflag != tar.TypeDir {
			continue
		}
		if !filepath.IsLocal(h.Name) {
			return fmt.Errorf("%s lies outside of the archive", h.Name)
		}
		path := filepath.Join(dir, filepath.FromSlash(h.Name))
		if h.Typeflag == tar.TypeDir {
			if err := os.MkdirAll(path, 0o755); err != nil {
				return err
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		b, err := io.ReadAll(t)
		if err != nil {
			return err
		}
		if err := os.WriteFile(path, b, h.FileInfo().Mode().Perm()); err != nil {
			return err
		}
	}
}

// output runs a command, whose error has what it says of it.
func output(c *exec.Cmd) ([]byte, error) {
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	if err := c.Run(); err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", strings.Join(c.Args, " "), err, strings.TrimSpace(errs.String()+out.String()))
	}
	return out.Bytes(), nil
}
