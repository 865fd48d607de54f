package dashboard

import (
	"os"
	"runtime"
)

// spareProcessors are more than the machine has. The thread that waits for keys keeps the
// processor of Go's scheduler that it had, and what it has read waits there: for up to
// 10 ms, where all others are busy with a long question to the history.
const spareProcessors = 2

// spare adds them, unless the environment says how many there are. A start is quicker
// without them.
func spare() {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + spareProcessors)
	}
}
