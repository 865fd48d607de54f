// Command release makes in dist/ what people install, from the commit that is
// checked out:
//
//	go -C tools run ./release                             everything
//	go -C tools run ./release -home https://example.com   with files for package managers that fetch from there
//
// What it makes depends on the commit alone: who makes it again gets the same bytes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"
)

// options are the flags.
type options struct {
	root, dist string
	home       string // where the project is; empty: the module's path, where it is an address
	download   string // where the files of this version will be; empty: below home, as on GitHub
	partial    bool
}

func main() {
	log.SetFlags(0)
	o := options{}
	flag.StringVar(&o.root, "root", "..", "the repository")
	flag.StringVar(&o.dist, "dist", "", "the folder to make; what is in it is removed (default dist in the repository)")
	flag.StringVar(&o.home, "home", "", "the project's address, for package managers (default the module's path, where it is one)")
	flag.StringVar(&o.download, "download", "", "the address below which the files will lie (default HOME/releases/download/TAG)")
	flag.BoolVar(&o.partial, "partial", false, "leave out, and say so, what needs a tool that cannot be fetched")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := release(ctx, o); err != nil {
		log.Fatalf("release: %v", err)
	}
}

// job is a release while it is made.
type job struct {
	options
	source
	temp string
}

func release(ctx context.Context, o options) (err error) {
	root, err := filepath.Abs(o.root)
	if err != nil {
		return err
	}
	o.root = root
	if o.dist == "" {
		o.dist = filepath.Join(root, "dist")
	}
	if o.dist, err = filepath.Abs(o.dist); err != nil {
		return err
	}
	temp, err := os.MkdirTemp("", "ortop-release-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	j := &job{options: o, temp: temp}
	if j.source, err = export(ctx, root, filepath.Join(temp, "source")); err != nil {
		return err
	}
	j.addresses()
	fmt.Printf("%s of commit %.12s, %s\n", j.version, j.commit, j.at.Format("2006-01-02 15:04 UTC"))
	if err := emptied(o.dist); err != nil {
		return err
	}
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"binaries", j.binaries}, {"pages", j.pages}, {"licences", j.licenses}, {"archives", j.archives},
		{"packages", j.packages}, {"bills of material", j.bills}, {"checksums", j.checksums}, {"manifests", j.manifests},
	} {
		err := step.do(ctx)
		var missing *missingTool
		if o.partial && errors.As(err, &missing) {
			fmt.Printf("LEFT OUT: %s: %v\n", step.name, err)
			continue
		}
		if err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return nil
}

// emptied makes an empty folder of dir. It refuses one that holds what no release made.
func emptied(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, marker)); err != nil && len(entries) > 0 {
		return fmt.Errorf("%s is not empty, and no release made it: remove it, or name another by -dist", dir)
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, marker), nil, 0o644)
}

// marker is the file by which a folder is known to be a release's.
const marker = ".ortop-release"
