package pgwire

import (
	"net"
	"runtime"
	"strconv"
	"testing"
)

// answering serves one connection on loopback with these messages, one for each that it
// is sent, and then ends it.
func answering(t *testing.T, answers ...string) *Config {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		b := make([]byte, 1<<12)
		for _, a := range answers {
			if _, err := c.Read(b); err != nil {
				return
			}
			if _, err := c.Write([]byte(a)); err != nil {
				return
			}
		}
	}()
	return &Config{Hosts: []Host{{Name: "127.0.0.1", Port: strconv.Itoa(l.Addr().(*net.TCPAddr).Port)}}, User: "u", Database: "d", TLS: "disable"}
}

// What a server only announces takes no memory, and a greeting is never long.
func TestAnnounced(t *testing.T) {
	const huge = "\x1f\xff\xff\xff"
	for name, answers := range map[string][]string{
		"a login":            {"R" + huge},
		"a notice before it": {"N" + huge},
		"an answer":          {"R\x00\x00\x00\x08\x00\x00\x00\x00Z\x00\x00\x00\x05I", "D" + huge + "\x00\x01"},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		k, err := answering(t, answers...).Connect()
		if err == nil {
			err = k.Query("SELECT 1", nil)
			if !k.Bad() {
				t.Errorf("%s: the connection goes on", name)
			}
			_ = k.Close()
		}
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; err == nil || took > 4<<20 {
			t.Errorf("%s: %v, with %d bytes", name, err, took)
		}
	}
}
