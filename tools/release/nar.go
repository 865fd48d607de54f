package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash"
	"os"
	"path/filepath"
)

// narHash is the hash that Nix gives a folder: of its serialisation, in which names are
// in order and a file has no more than its bytes and whether it can be run.
func narHash(dir string) (string, error) {
	h := nar{sha256.New()}
	h.text("nix-archive-1")
	if err := h.node(dir); err != nil {
		return "", err
	}
	return "sha256-" + base64.StdEncoding.EncodeToString(h.Sum(nil)), nil
}

// nar is a serialisation that is hashed as it is written.
type nar struct{ hash.Hash }

// text writes a string with its length, filled up to eight bytes. A hash takes everything.
func (h nar) text(s string) {
	var n [8]byte
	binary.LittleEndian.PutUint64(n[:], uint64(len(s)))
	h.Write(n[:])
	h.Write([]byte(s))
	h.Write(make([]byte, (8-len(s)%8)%8))
}

func (h nar) texts(all ...string) {
	for _, s := range all {
		h.text(s)
	}
}

func (h nar) node(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	h.text("(")
	defer h.text(")")
	switch {
	case info.Mode().IsRegular():
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		h.texts("type", "regular")
		if info.Mode()&0o100 != 0 {
			h.texts("executable", "")
		}
		h.texts("contents", string(b))
	case info.IsDir():
		h.texts("type", "directory")
		entries, err := os.ReadDir(path)
		if err != nil {
			return err
		}
		for _, e := range entries {
			h.texts("entry", "(", "name", e.Name(), "node")
			if err := h.node(filepath.Join(path, e.Name())); err != nil {
				return err
			}
			h.text(")")
		}
	default:
		return fmt.Errorf("%s is neither a file nor a folder", path)
	}
	return nil
}
