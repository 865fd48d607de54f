package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"

	"github.com/klauspost/compress/zstd"
	"go.yaml.in/yaml/v2"
	"golang.org/x/sync/errgroup"

	"ortop/internal/unit"
)

// content is a file of a package, as nfpm reads it.
type content struct {
	Src      string `yaml:"src"`
	Dst      string `yaml:"dst"`
	Packager string `yaml:"packager,omitempty"`
	FileInfo struct {
		Mode int `yaml:"mode"`
	} `yaml:"file_info"`
}

// forms are those of packages; each leaves out some files of the others.
var forms = []string{"deb", "rpm", "apk", "archlinux"}

// packages makes those of Linux.
func (j *job) packages(ctx context.Context) error {
	var linux []target
	for _, t := range targets {
		if t.os == "linux" {
			linux = append(linux, t)
		}
	}
	return j.packagesOf(ctx, linux, forms)
}

// packagesOf makes those of these targets and forms by nfpm.
func (j *job) packagesOf(ctx context.Context, targets []target, forms []string) error {
	program, err := j.tool(ctx, "nfpm", nfpm)
	if err != nil {
		return err
	}
	for _, name := range []string{"ortop.1", "CHANGELOG.md", "THIRD-PARTY-LICENSES.txt"} {
		b, err := os.ReadFile(j.shared(name))
		if err != nil {
			return err
		}
		var zipped bytes.Buffer
		z, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
		if err != nil {
			return err
		}
		if _, err := z.Write(b); err != nil {
			return err
		}
		if err := z.Close(); err != nil {
			return err
		}
		if err := write(filepath.Join(j.temp, "packed", name+".gz"), zipped.Bytes()); err != nil {
			return err
		}
	}
	if err := write(filepath.Join(j.temp, "packed", "ortop.service"), []byte(unit.Packaged("/usr/bin/ortop"))); err != nil {
		return err
	}
	config := func(t target) string { return filepath.Join(j.temp, t.arch+".yaml") }
	for _, t := range targets {
		b, err := yaml.Marshal(j.packageConfig(t))
		if err != nil {
			return err
		}
		if err := write(config(t), b); err != nil {
			return err
		}
	}
	making, ctx := errgroup.WithContext(ctx)
	making.SetLimit(runtime.NumCPU())
	for _, t := range targets {
		for _, form := range forms {
			making.Go(func() error { return j.packed(ctx, program, config(t), form) })
		}
	}
	return making.Wait()
}

// packed makes one package, under the name that its system gives it.
func (j *job) packed(ctx context.Context, program, config, form string) error {
	dir, err := os.MkdirTemp(j.temp, form)
	if err != nil {
		return err
	}
	c := exec.CommandContext(ctx, program, "package", "--config", config, "--packager", form, "--target", dir)
	c.Env = append(os.Environ(), "SOURCE_DATE_EPOCH="+strconv.FormatInt(j.at.Unix(), 10))
	if _, err := output(c); err != nil {
		return err
	}
	made, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	if len(made) != 1 {
		return fmt.Errorf("nfpm made %d files", len(made))
	}
	b, err := os.ReadFile(filepath.Join(dir, made[0].Name()))
	if err != nil {
		return err
	}
	switch form {
	case "archlinux":
		b, err = denser(b)
	case "apk":
		b, err = denserAlpine(b)
	}
	if err != nil {
		return err
	}
	return j.put(made[0].Name(), b)
}

// denser is the same archive, compressed as well as can be: nfpm does it fast.
func denser(zstandard []byte) ([]byte, error) {
	d, err := zstd.NewReader(nil)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	plain, err := d.DecodeAll(zstandard, nil)
	if err != nil {
		return nil, err
	}
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	return e.EncodeAll(plain, nil), e.Close()
}

// packageConfig is what nfpm is told of a target.
func (j *job) packageConfig(t target) yaml.MapSlice {
	config := yaml.MapSlice{
		{Key: "name", Value: "ortop"},
		{Key: "arch", Value: t.arch},
		{Key: "platform", Value: "linux"},
		{Key: "version", Value: j.number()},
		{Key: "section", Value: "utils"},
		{Key: "priority", Value: "optional"},
		{Key: "maintainer", Value: "The ortop authors <ortop@localhost>"},
		{Key: "license", Value: "MIT"},
		{Key: "description", Value: "What is left of OpenRouter credits, and when they run out\n" +
			"A dashboard for the terminal that shows what is left of prepaid OpenRouter\ncredits, what is being spent and by whom, and a forecast of when they run\nout. Its commands answer scripts, status bars, alerts and Prometheus."},
		{Key: "contents", Value: j.contents(t)},
		{Key: "deb", Value: yaml.MapSlice{{Key: "compression", Value: "xz"}}},
		{Key: "rpm", Value: yaml.MapSlice{{Key: "compression", Value: "xz"}, {Key: "summary", Value: "What is left of OpenRouter credits, and when they run out"}, {Key: "buildhost", Value: "localhost"}}},
	}
	if j.home != "" {
		config = append(config, yaml.MapItem{Key: "homepage", Value: j.home})
	}
	return config
}

func (j *job) contents(t target) (all []content) {
	add := func(src, dst string, mode int, packagers ...string) {
		for _, p := range packagers {
			c := content{Src: src, Dst: dst, Packager: p}
			c.FileInfo.Mode = mode
			all = append(all, c)
		}
	}
	packed := func(name string) string { return filepath.Join(j.temp, "packed", name) }
	add(filepath.Join(j.stage(t), t.binary()), "/usr/bin/ortop", 0o755, "")
	add(packed("ortop.1.gz"), "/usr/share/man/man1/ortop.1.gz", 0o644, "")
	add(j.shared("completions", "ortop.bash"), "/usr/share/bash-completion/completions/ortop", 0o644, "")
	add(j.shared("completions", "_ortop"), "/usr/share/zsh/vendor-completions/_ortop", 0o644, "deb")
	add(j.shared("completions", "_ortop"), "/usr/share/zsh/site-functions/_ortop", 0o644, "rpm", "apk", "archlinux")
	add(j.shared("completions", "ortop.fish"), "/usr/share/fish/vendor_completions.d/ortop.fish", 0o644, "")
	// Alpine has no systemd.
	add(packed("ortop.service"), "/usr/lib/systemd/user/ortop.service", 0o644, "deb", "rpm", "archlinux")
	add(j.shared("LICENSE"), "/usr/share/doc/ortop/copyright", 0o644, "deb")
	add(packed("THIRD-PARTY-LICENSES.txt.gz"), "/usr/share/doc/ortop/THIRD-PARTY-LICENSES.txt.gz", 0o644, "deb")
	add(j.shared("LICENSE"), "/usr/share/licenses/ortop/LICENSE", 0o644, "rpm", "apk", "archlinux")
	add(packed("THIRD-PARTY-LICENSES.txt.gz"), "/usr/share/licenses/ortop/THIRD-PARTY-LICENSES.txt.gz", 0o644, "rpm", "apk", "archlinux")
	add(packed("CHANGELOG.md.gz"), "/usr/share/doc/ortop/CHANGELOG.md.gz", 0o644, "")
	return all
}
