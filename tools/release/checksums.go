package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
)

// checksums lists the files of the release as sha256sum does.
func (j *job) checksums(context.Context) error {
	entries, err := os.ReadDir(j.dist)
	if err != nil {
		return err
	}
	var list strings.Builder
	for _, e := range entries {
		if e.IsDir() || e.Name() == marker {
			continue
		}
		sum, err := j.sum(e.Name())
		if err != nil {
			return err
		}
		list.WriteString(sum + "  " + e.Name() + "\n")
	}
	return j.put("SHA256SUMS", []byte(list.String()))
}

// sum is the checksum of a file of the release.
func (j *job) sum(name string) (string, error) {
	b, err := os.ReadFile(filepath.Join(j.dist, name))
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}
