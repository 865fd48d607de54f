package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"ortop/internal/unit"
	"ortop/tools/internal/deflate"
)

// archives makes one of each target's folder: tar.gz, and zip for Windows.
func (j *job) archives(context.Context) error {
	var making errgroup.Group
	making.SetLimit(runtime.NumCPU())
	for _, t := range targets {
		making.Go(func() error { return j.archive(t) })
	}
	return making.Wait()
}

func (j *job) archive(t target) error {
	dir := j.stage(t)
	if err := os.CopyFS(dir, os.DirFS(j.shared())); err != nil {
		return err
	}
	if t.os == "linux" {
		if err := write(filepath.Join(dir, "ortop.service"), []byte(unit.Packaged("/usr/bin/ortop"))); err != nil {
			return err
		}
	}
	form, pack := ".tar.gz", tarball
	if t.os == "windows" {
		form, pack = ".zip", zipped
	}
	var b bytes.Buffer
	if err := pack(&b, filepath.Dir(dir), filepath.Base(dir), j.at); err != nil {
		return err
	}
	return j.put(j.base(t)+form, b.Bytes())
}

// put writes a file of the release, and says how large it is.
func (j *job) put(name string, b []byte) error {
	fmt.Printf("%-58s %9d bytes\n", name, len(b))
	return write(filepath.Join(j.dist, name), b)
}

// entry is a file or folder of an archive, in the order of names.
type entry struct {
	name string // with slashes; that of a folder ends with one
	mode fs.FileMode
	body []byte
}

// entries are those below root/name. Modes are of two kinds, whatever the umask was.
func entries(root, name string) (all []entry, err error) {
	err = filepath.WalkDir(filepath.Join(root, name), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		e := entry{name: filepath.ToSlash(rel), mode: 0o644}
		if d.IsDir() {
			e.name, e.mode = e.name+"/", fs.ModeDir|0o755
		} else if e.body, err = os.ReadFile(path); err != nil {
			return err
		}
		if base := d.Name(); base == "ortop" || base == "ortop.exe" {
			e.mode = 0o755
		}
		all = append(all, e)
		return nil
	})
	return all, err
}

// tarball writes a tar.gz that says nothing of who made it and when.
func tarball(w io.Writer, root, name string, at time.Time) error {
	all, err := entries(root, name)
	if err != nil {
		return err
	}
	var plain bytes.Buffer
	t := tar.NewWriter(&plain)
	for _, e := range all {
		h := &tar.Header{Name: e.name, Mode: int64(e.mode.Perm()), Size: int64(len(e.body)), ModTime: at, Format: tar.FormatUSTAR, Typeflag: tar.TypeReg}
		if e.mode.IsDir() {
			h.Typeflag = tar.TypeDir
		}
		if err := t.WriteHeader(h); err != nil {
			return err
		}
		if _, err := t.Write(e.body); err != nil {
			return err
		}
	}
	if err := t.Close(); err != nil {
		return err
	}
	dense, err := deflate.Gzip(plain.Bytes())
	if err == nil {
		_, err = w.Write(dense)
	}
	return err
}

func zipped(w io.Writer, root, name string, at time.Time) error {
	all, err := entries(root, name)
	if err != nil {
		return err
	}
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestCompression) })
	for _, e := range all {
		h := &zip.FileHeader{Name: e.name, Modified: at, Method: zip.Deflate}
		h.SetMode(e.mode)
		file, err := z.CreateHeader(h)
		if err != nil {
			return err
		}
		if _, err := file.Write(e.body); err != nil {
			return err
		}
	}
	return z.Close()
}
