package deflate

import (
	"bytes"
	"compress/gzip"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"testing"
)

// texts are those at which an encoder fails: nothing, runs, matches as far and as long
// as can be, across the border of two segments, and what cannot be made smaller.
func texts(t *testing.T) map[string][]byte {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	noise := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		return b
	}
	few := noise(100_000)
	for i := range few {
		few[i] %= 3
	}
	var every []byte // each length and many distances
	for n := range 600 {
		every = append(append(every, noise(n%70)...), every[len(every)/2:min(len(every), len(every)/2+n)]...)
	}
	far := noise(window)
	program, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{
		"nothing": nil, "a byte": {0}, "two": {255, 255}, "three": []byte("aaa"),
		"a long run": make([]byte, segment+77), "noise": noise(70000), "few bytes": few, "every length": every,
		"as far as can be": bytes.Repeat(far, 3), "too far": bytes.Repeat(append(far, 1), 3),
		"a segment": bytes.Repeat([]byte("what is left. "), segment/14+1)[:segment], "a program": program[:min(len(program), 3*segment/2)],
	}
}

func TestGzip(t *testing.T) {
	for name, text := range texts(t) {
		got, err := Gzip(text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		z, err := gzip.NewReader(bytes.NewReader(got))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if back, err := io.ReadAll(z); err != nil || !bytes.Equal(back, text) {
			t.Errorf("%s: reads back as another: %v", name, err)
		}
		c := exec.Command("gzip", "-dc")
		c.Stdin = bytes.NewReader(got)
		if back, err := c.Output(); err != nil || !bytes.Equal(back, text) {
			t.Errorf("%s: gzip reads it back as another: %v", name, err)
		}
		var best bytes.Buffer
		w, err := gzip.NewWriterLevel(&best, gzip.BestCompression)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(text); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if len(got) > best.Len()+len(text)/400+120 {
			t.Errorf("%s: %d bytes, and the standard library needs %d", name, len(got), best.Len())
		}
		if name == "a program" && len(got) > best.Len()*96/100 {
			t.Errorf("%s: %d bytes, hardly fewer than the standard library's %d", name, len(got), best.Len())
		}
	}
}

// How many processors there are does not show in the bytes.
func TestGzipIsTheSameAnywhere(t *testing.T) {
	text := texts(t)["a program"]
	all, err := Gzip(text)
	if err != nil {
		t.Fatal(err)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	one, err := Gzip(text)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(all, one) {
		t.Error("another number of processors makes other bytes")
	}
}

// No code is longer than the form allows, and each is whole.
func TestLengths(t *testing.T) {
	fibonacci := []int32{1, 1}
	for len(fibonacci) < 40 {
		fibonacci = append(fibonacci, fibonacci[len(fibonacci)-1]+fibonacci[len(fibonacci)-2])
	}
	for _, c := range []struct {
		name string
		freq []int32
		most int
	}{{"deep", fibonacci, 15}, {"deep in seven", fibonacci[:19], 7}, {"one", []int32{0, 5, 0}, 15}, {"the first", []int32{5, 0}, 7}, {"two", []int32{0, 1, 1000}, 7}} {
		room := 0
		for s, n := range lengths(c.freq, c.most) {
			if int(n) > c.most || n == 0 && c.freq[s] > 0 {
				t.Errorf("%s: a code of %d bits for %d", c.name, n, c.freq[s])
			}
			if n > 0 {
				room += 1 << (c.most - int(n))
			}
		}
		if room != 1<<c.most {
			t.Errorf("%s: a code that is not whole: %d of %d", c.name, room, 1<<c.most)
		}
	}
}

func FuzzGzip(f *testing.F) {
	f.Add([]byte("what is left, and when it runs out: what is left"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := Gzip(b); err != nil {
			t.Error(err)
		}
	})
}
