//go:build unix

package sharetest

import (
	"encoding/binary"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ortop/internal/routine"
)

// Relay passes connections on to a port of this machine, until it falls silent or
// is cut.
type Relay struct {
	net.Listener
	Silent atomic.Bool // what is sent stays under way
	// Turns counts how often something was sent that an answer followed, or follows.
	Turns atomic.Int64
	// Largest is the length of the largest message that the server sent, as PostgreSQL
	// frames them: a row is one.
	Largest atomic.Int64

	mu    sync.Mutex
	down  bool
	conns []net.Conn
}

// NewRelay returns a relay to a port that ends with its test.
func NewRelay(t testing.TB, port int) *Relay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &Relay{Listener: l}
	t.Cleanup(func() { _ = l.Close(); r.Silent.Store(false); r.Cut(true) })
	routine.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", port))
			if err != nil {
				_ = near.Close()
				continue
			}
			if r.takes(near, far) {
				asked := new(atomic.Bool) // and not answered yet
				routine.Go(func() {
					r.pass(near, far, func([]byte) {
						if !asked.Swap(true) {
							r.Turns.Add(1)
						}
					})
				})
				frames := frames{largest: &r.Largest}
				routine.Go(func() {
					r.pass(far, near, func(b []byte) {
						asked.Store(false)
						frames.see(b)
					})
				})
			}
		}
	})
	return r
}

// Port is where it listens.
func (r *Relay) Port() int { return r.Addr().(*net.TCPAddr).Port }

// Cut ends all connections and takes no more, or takes them again.
func (r *Relay) Cut(down bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.down = down
	for _, c := range r.conns {
		_ = c.Close()
	}
	r.conns = nil
}

// takes reports whether connections go on; where they do not they are closed.
func (r *Relay) takes(near, far net.Conn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.down {
		_, _ = near.Close(), far.Close()
		return false
	}
	r.conns = append(r.conns, near, far)
	return true
}

// pass passes on what one side sends, of which sent is told.
func (r *Relay) pass(from, to net.Conn, sent func([]byte)) {
	defer func() { _, _ = from.Close(), to.Close() }()
	b := make([]byte, 1<<16)
	for {
		n, err := from.Read(b)
		for r.Silent.Load() { // what comes stays here
			time.Sleep(10 * time.Millisecond)
		}
		if err != nil {
			return
		}
		sent(b[:n])
		if _, err := to.Write(b[:n]); err != nil {
			return
		}
	}
}

// frames follows the messages of a server that does not answer by TLS.
type frames struct {
	largest *atomic.Int64
	head    []byte // of the message that begins
	left    int    // of the one before
}

func (f *frames) see(b []byte) {
	for len(b) > 0 {
		if f.left > 0 {
			n := min(f.left, len(b))
			f.left, b = f.left-n, b[n:]
			continue
		}
		f.head, b = append(f.head, b[0]), b[1:]
		if len(f.head) == 5 { // its kind, and its length with that of this number
			n := int64(binary.BigEndian.Uint32(f.head[1:]))
			f.left, f.head = int(n)-4, f.head[:0]
			for was := f.largest.Load(); n > was && !f.largest.CompareAndSwap(was, n); was = f.largest.Load() {
			}
		}
	}
}
