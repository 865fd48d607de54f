//go:build unix

package sharetest

import (
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
)

// taken are the ports that freePort returned.
var taken sync.Map

// freePort returns a port that nothing listens on. It is below those of which a connection
// takes any for its own end, so that it stays free while a cluster is stopped.
func freePort(t testing.TB) int {
	t.Helper()
	for range 1000 {
		port := 15_000 + rand.IntN(16_000)
		if _, ok := taken.LoadOrStore(port, true); ok {
			continue
		}
		if l, err := net.Listen("tcp", fmt.Sprint("127.0.0.1:", port)); err == nil {
			_ = l.Close()
			return port
		}
	}
	t.Fatal("there is no free port")
	return 0
}
