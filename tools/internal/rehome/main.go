// Command rehome gives the module in a folder a new path: in the go.mod files
// of the program and of its tools, and in all imports. Script tools/rehome runs
// it.
package main

import (
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("rehome: ")
	if len(os.Args) != 3 {
		log.Fatal("usage: tools/rehome PATH")
	}
	if err := rehome(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

// rehome renames the module in the folder root.
func rehome(root, to string) error {
	if err := module.CheckPath(to); err != nil {
		return err
	}
	from, err := modulePath(root)
	if err != nil {
		return err
	}
	if from == to {
		return fmt.Errorf("the module is %s already", to)
	}
	for _, dir := range []string{root, filepath.Join(root, "tools")} {
		if err := editModFile(filepath.Join(dir, "go.mod"), from, to); err != nil {
			return err
		}
	}
	return editImports(root, from, to)
}

// modulePath returns the path of the module in the folder root.
func modulePath(root string) (string, error) {
	b, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return "", err
	}
	path := modfile.ModulePath(b)
	if path == "" {
		return "", errors.New("go.mod names no module")
	}
	return path, nil
}

// editModFile renames the module that a go.mod is of, or requires and replaces.
func editModFile(path, from, to string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	f, err := modfile.Parse(path, b, nil)
	if err != nil {
		return err
	}
	own, _ := renamed(f.Module.Mod.Path, from, to)
	if err := f.AddModuleStmt(own); err != nil {
		return err
	}
	for _, r := range f.Require {
		if version := r.Mod.Version; r.Mod.Path == from {
			if err := f.DropRequire(from); err != nil {
				return err
			}
			f.AddNewRequire(to, version, false)
			break
		}
	}
	for _, r := range f.Replace {
		if folder := r.New.Path; r.Old.Path == from {
			if err := errors.Join(f.DropReplace(from, ""), f.AddReplace(to, "", folder, "")); err != nil {
				return err
			}
			break
		}
	}
	f.Cleanup()
	f.SortBlocks()
	b, err = f.Format()
	if err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o644)
}
