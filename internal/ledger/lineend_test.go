package ledger

import (
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

// However the lines of a file end, and however it arrives, it says the same.
func TestLineEnds(t *testing.T) {
	files, err := filepath.Glob("testdata/*.csv")
	if err != nil || len(files) == 0 {
		t.Fatalf("Glob = %v, %v", files, err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), "\x00") { // UTF-16
			continue
		}
		text := strings.ReplaceAll(string(b), "\r\n", "\n")
		read := func(end string, slow bool) (*Import, error) {
			var in io.Reader = strings.NewReader(strings.ReplaceAll(text, "\n", end))
			if slow {
				in = iotest.OneByteReader(in)
			}
			return ReadImport(in, day("2026-11-26 12:00"))
		}
		want, wantErr := read("\n", false)
		for _, end := range []string{"\r", "\r\n", "\r\r\n"} {
			for _, slow := range []bool{false, true} {
				got, err := read(end, slow)
				if !reflect.DeepEqual(got, want) || (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() {
					t.Errorf("%s with %q: %+v, %v, want %+v, %v", file, end, got, err, want, wantErr)
				}
			}
		}
	}
}
