package dashboard

import (
	"runtime"
	"testing"
)

func TestSpareProcessors(t *testing.T) {
	was := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(was)
	for _, c := range []struct {
		environment string
		want        int
	}{{"", was + spareProcessors}, {"1", was}} {
		t.Setenv("GOMAXPROCS", c.environment)
		runtime.GOMAXPROCS(was)
		if spare(); runtime.GOMAXPROCS(0) != c.want {
			t.Errorf("GOMAXPROCS=%q of %d: %d, want %d", c.environment, was, runtime.GOMAXPROCS(0), c.want)
		}
	}
}
