// Package deflate compresses into gzip as densely as that form allows, in seconds for
// 20 MB, where the standard library aims at speed. Only integers decide, so that every
// machine makes the same bytes.
package deflate

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"runtime"
	"sync"
)

// segment is how much is compressed by itself, beside the others: the result does not
// depend on how many are at work.
const segment = 1 << 20

// Gzip is b as one gzip stream without a name or a time. It has been read back.
func Gzip(b []byte) ([]byte, error) {
	parts := make([][]block, (len(b)+segment-1)/segment)
	turns := make(chan struct{}, runtime.GOMAXPROCS(0))
	var all sync.WaitGroup
	for i := range parts {
		turns <- struct{}{}
		all.Go(func() {
			defer func() { <-turns }()
			parts[i] = blocks(b, i*segment, min(len(b), (i+1)*segment))
		})
	}
	all.Wait()

	w := bits{out: []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255}}
	for i, part := range parts {
		for j, one := range part {
			one.write(&w, i == len(parts)-1 && j == len(part)-1)
		}
	}
	if len(b) == 0 {
		newBlock(nil).write(&w, true)
	}
	w.flush()
	out := binary.LittleEndian.AppendUint32(w.out, crc32.ChecksumIEEE(b))
	out = binary.LittleEndian.AppendUint32(out, uint32(len(b)))

	z, err := gzip.NewReader(bytes.NewReader(out))
	if err != nil {
		return nil, fmt.Errorf("reading back what was compressed: %w", err)
	}
	back, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("reading back what was compressed: %w", err)
	}
	if !bytes.Equal(back, b) {
		return nil, errors.New("what was compressed reads back as something else")
	}
	return out, nil
}

// bits is a stream of them, the lowest first.
type bits struct {
	out  []byte
	held uint64
	n    uint
}

func (w *bits) put(value uint32, n uint) {
	w.held |= uint64(value) << w.n
	for w.n += n; w.n >= 8; w.n -= 8 {
		w.out = append(w.out, byte(w.held))
		w.held >>= 8
	}
}

func (w *bits) flush() {
	if w.n > 0 {
		w.out = append(w.out, byte(w.held))
	}
	w.held, w.n = 0, 0
}
