package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"

	"ortop/tools/internal/deflate"
)

// An Alpine package is two gzip streams, one after the other: a tar archive with
// .PKGINFO that has no end, and one with the files.

// denserAlpine is the same package, compressed as well as gzip can be: nfpm does it fast.
func denserAlpine(b []byte) ([]byte, error) {
	parts, err := streams(b)
	if err != nil {
		return nil, err
	}
	if len(parts) != 2 {
		return nil, fmt.Errorf("an Alpine package of %d streams, not of 2", len(parts))
	}
	files, err := deflate.Gzip(parts[1])
	if err != nil {
		return nil, err
	}
	control, err := controlOf(parts[0], sha256.Sum256(files))
	if err != nil {
		return nil, err
	}
	head, err := deflate.Gzip(control)
	if err != nil {
		return nil, err
	}
	return append(head, files...), nil
}

// streams are what each gzip stream of a file holds.
func streams(b []byte) (parts [][]byte, err error) {
	from := bufio.NewReader(bytes.NewReader(b))
	z := new(gzip.Reader)
	for {
		if err := z.Reset(from); errors.Is(err, io.EOF) {
			return parts, nil
		} else if err != nil {
			return nil, err
		}
		z.Multistream(false)
		part, err := io.ReadAll(z)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
}

var (
	dataHash    = regexp.MustCompile(`(?m)^datahash = [0-9a-f]{64}$`)
	description = regexp.MustCompile(`(?m)^(pkgdesc = .*\n)(?:  .*\n)*`)
)

// controlOf is an archive of .PKGINFO that has the hash of these files. Its description
// is one line: apk takes each line for a field.
func controlOf(control []byte, files [sha256.Size]byte) ([]byte, error) {
	r := tar.NewReader(bytes.NewReader(control))
	h, err := r.Next()
	if err != nil {
		return nil, err
	}
	info, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	if _, err := r.Next(); h.Name != ".PKGINFO" || !errors.Is(err, io.EOF) || len(dataHash.FindAll(info, -1)) != 1 {
		return nil, fmt.Errorf("an Alpine package whose first archive holds %s, and not one .PKGINFO with one datahash", h.Name)
	}
	info = dataHash.ReplaceAll(info, []byte("datahash = "+hex.EncodeToString(files[:])))
	info = description.ReplaceAll(info, []byte("$1"))
	h.Size = int64(len(info))
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	if err := w.WriteHeader(h); err != nil {
		return nil, err
	}
	if _, err := w.Write(info); err != nil {
		return nil, err
	}
	err = w.Flush()
	return out.Bytes(), err
}
