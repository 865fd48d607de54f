//go:build linux

package e2e

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ortop/internal/sim"
)

// hostFault is a way to fail, by the ID of its row: of the account, or of the
// connection itself.
type hostFault struct {
	fault sim.Fault
	soon  func() sim.Fault // one that is about a time, in place of fault
	raw   func(net.Conn)
	words string // on the screen; a regular expression
	stays bool   // the next try is later than a test waits
}

// at is a fault of one endpoint.
func at(path string, f sim.Fault) sim.Fault {
	f.Path = path
	return f
}

// sends is a server that sends this and closes.
func sends(text string) func(net.Conn) {
	return func(c net.Conn) { _, _ = io.WriteString(c, text) } // the client may be gone
}

// endless is a server that begins so and goes on and on with more, up to n bytes.
func endless(begin string, more []byte, n int) func(net.Conn) {
	return func(c net.Conn) {
		if _, err := io.WriteString(c, begin); err != nil {
			return
		}
		for sent := 0; sent < n; sent += len(more) {
			if _, err := c.Write(more); err != nil {
				return
			}
		}
	}
}

// bomb is 16 MiB of zeros, compressed; as many as wanted may follow each other.
var bomb = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	for range 16 {
		_, _ = w.Write(make([]byte, 1<<20)) // into memory
	}
	_ = w.Close()
	return b.Bytes()
})

const whole = `{"data":{"total_credits":875,"total_usage":25.75}}`

func hostFaults() map[string]hostFault {
	all := map[string]hostFault{
		"C400":             {fault: at("/credits", sim.Error(400)), words: `▲ .*400`},
		"C402":             {fault: sim.Error(402), words: `payment required 402`},
		"C403":             {fault: sim.Error(403), words: `not allowed 403`},
		"C403 a page":      {fault: sim.HTML(403), words: `▲ .*403`},
		"C404":             {fault: at("/credits", sim.Error(404)), words: `▲ .*404`},
		"C410":             {fault: at("/credits", sim.Error(410)), words: `▲ .*410`},
		"C408":             {fault: sim.Error(408), words: `▲ .*408`},
		"C429":             {fault: sim.RateLimited("2"), words: `waiting until \d\d:\d\d:\d\d`},
		"C3xx 304":         {fault: at("/credits", sim.Fault{Status: 304}), words: `▲ .*304`},
		"C3xx 300":         {fault: at("/credits", sim.Fault{Status: 300}), words: `▲ .*300`},
		"R01 fraction":     {fault: sim.RateLimited("2.5"), words: `waiting until`, stays: true},
		"R01 negative":     {fault: sim.RateLimited("-7"), words: `waiting until`, stays: true},
		"R01 text":         {fault: sim.RateLimited("soon"), words: `waiting until`, stays: true},
		"R01 a day":        {fault: sim.RateLimited("86400"), words: `waiting until`, stays: true},
		"R01 overflow":     {fault: sim.RateLimited("9223372037"), words: `waiting until`, stays: true},
		"R01 max int64":    {fault: sim.RateLimited("9223372036854775807"), words: `waiting until`, stays: true},
		"R01 beyond int64": {fault: sim.RateLimited("99999999999999999999"), words: `waiting until`, stays: true},
		"R01 zero":         {fault: sim.RateLimited("0"), words: `▲ .*429`},
		"R01 none":         {fault: sim.RateLimited(""), words: `▲ .*429`},
		"R01 a date": {soon: func() sim.Fault {
			return sim.RateLimited(time.Now().Add(12 * time.Second).UTC().Format(http.TimeFormat))
		}, words: `waiting until`},
		"R01 a past date":        {fault: sim.RateLimited(time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat)), words: `▲ .*429`},
		"R01 reset in ms":        {soon: func() sim.Fault { return sim.RateLimitedUntil(time.Now().Add(12 * time.Second)) }, words: `waiting until`},
		"N02 reset":              {fault: sim.Fault{Reset: true}, words: `reset by`},
		"N02 closed":             {fault: sim.Fault{Close: true}, words: `closed by`},
		"N02 garbage":            {raw: sends("220 mail.example ESMTP ready\r\n"), words: `does not speak HTTP`},
		"N03 hang":               {fault: sim.Fault{Hang: true}, words: `▲ .*15 s`},
		"N03 slow body":          {fault: sim.Fault{Pace: 2 * time.Second}, words: `▲ .*15 s`},
		"N04 short":              {raw: sends("HTTP/1.1 200 OK\r\nContent-Length: 4096\r\n\r\n" + whole), words: `closed by`},
		"N04 chunks without end": {raw: sends(fmt.Sprintf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n", len(whole), whole)), words: `closed by`},
		"N05 endless 1xx":        {raw: endless("", bytes.Repeat([]byte("HTTP/1.1 103 Early Hints\r\n\r\n"), 100), 64<<20), words: `header of the answer`},
		"N05 header of 8 MB":     {raw: endless("HTTP/1.1 200 OK\r\nX: ", bytes.Repeat([]byte("x"), 64<<10), 8<<20), words: `header of the answer`},
		"N06 body of 1 GiB":      {raw: endless("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n", bytes.Repeat([]byte(" "), 64<<10), 1<<30), words: `larger than 1 MiB`},
		"N06 gzip bomb": {raw: func(c net.Conn) {
			endless("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n", bomb(), 64*len(bomb()))(c)
		}, words: `larger than 1 MiB`},
		"N09 redirect to a name":  {fault: sim.Fault{Status: 302, Header: http.Header{"Location": {"https://user:hunter2@elsewhere.example/"}}}, words: `▲ .*302`},
		"I01 escapes in a header": {raw: sends("HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example/\x1b[31m\r\n\r\n"), words: `does not speak HTTP`},
		"N09 redirect to a file":  {fault: sim.Fault{Status: 308, Header: http.Header{"Location": {"file:///etc/passwd"}}}, words: `▲ .*308`},
		"K01 key in an error":     {fault: sim.Fault{Status: 500, Body: `{"error":{"code":500,"message":"no such key: ` + sim.DemoKey + `"}}`}, words: `▲ .*500`},
		"I01 escapes in an error": {fault: sim.Fault{Status: 500, Body: "{\"error\":{\"code\":500,\"message\":\"a\\u001b]52;c;ZXZpbA==\\u0007\\u009b31m\\u202eb\\r\\nc\"}}"}, words: `▲ .*500`},
	}
	for name, f := range sim.Malformed() {
		all[name] = hostFault{fault: at("/credits", f), words: `▲ .*(\bread|answer)`}
	}
	for _, status := range []int{500, 502, 503, 504, 520, 521, 522, 523, 524, 529} {
		f := sim.HTML(status)
		switch status % 3 {
		case 0:
			f = sim.Error(status)
		case 1:
			f.Body = ""
		}
		all[fmt.Sprintf("C5xx %d", status)] = hostFault{fault: f, words: fmt.Sprintf(`▲ .*%d`, status)}
	}
	return all
}

// TestFaults has a real dashboard on a terminal for each fault of the service, and
// checks contract G and B: the last good value stays with its age and the cause,
// nothing invalid is stored, requests are few, and the first good answer is shown
// without a key press.
func TestFaults(t *testing.T) {
	t.Parallel()
	faults := hostFaults()
	for _, name := range slices.Sorted(maps.Keys(faults)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, c := newFaulty(t), faults[name]
			x := h.dashboard()
			before := number(t, x.waitFor(balancePattern+` left`, 5*time.Second))
			switch {
			case c.raw != nil:
				h.raw.Store(&c.raw)
			case c.soon != nil:
				h.account.Fail(c.soon())
			default:
				h.account.Fail(c.fault)
			}
			began, asked := time.Now(), len(h.polls())
			x.waitFor(`(?m)`+c.words, 22*time.Second)
			shown := number(t, x.waitFor(`\$[0-9,.]+ at \d\d:\d\d`, time.Second))
			x.waitFor(`Next try|▲ (waiting )?until `, time.Second)
			screen := x.screen()
			if shown < before-1 || shown > before+1 {
				t.Errorf("the screen shows %v, want %v with its age:\n%s", shown, before, screen)
			}
			if strings.Contains(screen, "● live") || strings.ContainsAny(screen, "\x1b\x07\u202e") || strings.Contains(screen, "<html") || strings.Contains(screen, "hunter2") || strings.Contains(screen, "net/http") {
				t.Errorf("the screen says live, or has what the server sent:\n%s", screen)
			}
			time.Sleep(2 * time.Second) // another try or two
			if n, most := len(h.polls())-asked, 2+int(time.Since(began)/every); c.raw == nil && n > 3*most {
				t.Errorf("%d requests in %v", n, time.Since(began))
			} else if strings.HasPrefix(name, "H") && n > most {
				t.Errorf("%d requests in %v, want at most %d", n, time.Since(began), most)
			}
			x.press("?")
			x.waitFor(`quit`, time.Second) // keys are answered meanwhile
			x.press("?")
			t.Log(regexp.MustCompile(`(?m)▲ .*$`).FindAllString(screen, -1))
			h.raw.Store(nil)
			h.account.Fail()
			if !c.stays {
				x.waitFor(`● live`, 40*time.Second)
				x.waitFor(balancePattern+` left`, time.Second)
			}
			if mib := peak(t, x.cmd.Process.Pid); mib > 64 {
				t.Errorf("%.0f MiB at most, want 64", mib)
			}
			if code := x.quit(); code != 0 {
				t.Errorf("exit code %d after q:\n%s", code, x.screen())
			}
			h.contractG(x)
		})
	}
}
