package courier

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/smtp"
	"net/textproto"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ortop/internal/alert"
	"ortop/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

var start = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)

// example has everything that a message must not be split, mentioned, linked
// or filled in by.
var example = alert.Event{
	Rule: alert.Limit, Level: alert.Urgent, Account: "work", Since: start, At: start.Add(time.Hour), ValueText: "93 %",
	Text:  `work: key "<!channel> [a](https://b) @everyone %s ; é & <b>" has used 93 % (Sat 21 Nov, 10:42 CET)`,
	Title: `work: key "<!channel>" used`, Do: "Raise the limit", Page: "https://openrouter.ai/settings/keys", ID: "limit 0.9|k|2026-11-21T10:00:00Z",
}

func at(url string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return url, nil }
}

func once(t *testing.T, c alert.Channel, environ ...string) error {
	t.Helper()
	results := Test(t.Context(), Options{Channels: []alert.Channel{c}, Environ: environ}, example)
	if len(results) != 1 || results[0].Channel != c.Name || results[0].Via != c.Via || results[0].At.IsZero() {
		t.Fatalf("Test(…) = %+v, want one result of %s", results, c.Name)
	}
	return results[0].Err
}

// TestPosts checks the whole request of each way, as its service documents it.
func TestPosts(t *testing.T) {
	for _, tc := range []struct {
		via        alert.Via
		path, to   string
		wantPath   string
		authorized bool
	}{
		{via: alert.Webhook, path: "/hook?token=abc", wantPath: "/hook?token=abc"},
		{via: alert.Slack, path: "/services/T/B/x", wantPath: "/services/T/B/x"},
		{via: alert.Discord, path: "/api/webhooks/1/x", wantPath: "/api/webhooks/1/x"},
		{via: alert.Telegram, path: "/bot1:x", to: "42", wantPath: "/bot1:x/sendMessage"},
		{via: alert.Ntfy, path: "/credits", wantPath: "/"},
		{via: alert.Ntfy, path: "/below/credits/", wantPath: "/below"},
	} {
		var got map[string]any
		var request *http.Request
		server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			request = r
			if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
				t.Errorf("%s: the body is no JSON: %v", tc.via, err)
			}
		}))
		address := strings.Replace(server.URL, "http://", "http://me:pass@", 1) + tc.path
		if err := once(t, alert.Channel{Name: "c", Via: tc.via, URL: at(address), To: tc.to}); err != nil {
			t.Errorf("%s: %v", tc.via, err)
		}
		server.Close()
		user, password, _ := request.BasicAuth()
		if request.Method != http.MethodPost || request.URL.String() != tc.wantPath || request.Header.Get("Content-Type") != "application/json" || user != "me" || password != "pass" {
			t.Errorf("%s: got %s %s as %s:%s with %v, want POST %s", tc.via, request.Method, request.URL, user, password, request.Header, tc.wantPath)
		}
		_, body := requestOf(&alert.Channel{Via: tc.via, To: tc.to}, &url.URL{Path: tc.path}, &example)
		var want map[string]any
		if err := json.Unmarshal(body, &want); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, %v, want\n%v", tc.via, got, err, want)
		}
	}
}

// TestA06FailuresKeepTheURLSecret wants each failure said, and of the URL the
// host alone.
func TestA06FailuresKeepTheURLSecret(t *testing.T) {
	redirected := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") }))
	defer redirected.Close()
	answers := func(code int) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", redirected.URL)
			w.WriteHeader(code)
			fmt.Fprint(w, r.URL)
		}))
		t.Cleanup(s.Close)
		return s.URL + "/hooks/hunter2?token=hunter2"
	}
	untrusted := httptest.NewUnstartedServer(nil)
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	defer untrusted.Close()
	closed := httptest.NewServer(nil)
	closed.Close()
	for _, tc := range []struct {
		name, url, want string
		via             alert.Via
	}{
		{"refused by the service", answers(404), "127.0.0.1: answered 404 Not Found", alert.Webhook},
		{"fault of the service", answers(503), "127.0.0.1: answered 503 Service Unavailable", alert.Slack},
		{"N09 redirect", answers(307), "127.0.0.1: answered 307 Temporary Redirect", alert.Discord},
		{"nobody there", closed.URL + "/hunter2", "connection refused", alert.Webhook},
		{"N07 untrusted certificate", untrusted.URL + "/hunter2", "127.0.0.1: tls: failed to verify certificate", alert.Webhook},
		{"N07 untrusted certificate of a mail server", strings.Replace(untrusted.URL, "https", "smtps", 1), "127.0.0.1: tls: failed to verify certificate", alert.Mail},
		{"no such host", "https://hunter2:hunter2@ortop.invalid/hunter2", "ortop.invalid: ", alert.Telegram},
		{"K10 not encrypted", "http://203.0.113.1/hunter2", "http is for this machine only", alert.Webhook},
		{"another scheme", "ftp://127.0.0.1/hunter2", "needs to begin with https://", alert.Webhook},
		{"mail by the web", "https://127.0.0.1/hunter2", "needs to begin with smtps://", alert.Mail},
		{"no URL", "hunter2\x7f:", "is not one", alert.Webhook},
		{"no host", "https:///hunter2", "has no host", alert.Webhook},
		{"no topic", "https://hunter2@ntfy.sh/", "names no topic", alert.Ntfy},
		{"nobody takes mail", strings.Replace(closed.URL, "http", "smtp", 1) + "/hunter2", "connection refused", alert.Mail},
	} {
		err := once(t, alert.Channel{Name: "c", Via: tc.via, URL: at(tc.url), From: "a@b.c", To: "d@e.f"})
		if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: error = %v, want one with %q and no secret", tc.name, err, tc.want)
		}
	}
	unread := alert.Channel{Name: "c", Via: alert.Webhook, URL: func(context.Context) (string, error) { return "", errors.New("no such file") }}
	if err := once(t, unread); err == nil || err.Error() != "reading its URL: no such file" {
		t.Errorf("error = %v, want why the URL cannot be read", err)
	}
}

func TestHTTPStaysOnThisMachine(t *testing.T) {
	if err := loopbackOnly("tcp", "203.0.113.1:80", nil); err == nil {
		t.Error("loopbackOnly(203.0.113.1:80) = nil, want an error")
	}
	if err := loopbackOnly("tcp", "[::1]:80", nil); err != nil {
		t.Errorf("loopbackOnly([::1]:80) = %v, want nil", err)
	}
}

// sink is an SMTP server for one message.
type sink struct {
	net.Listener
	refuse string // what is answered to RCPT, if anything
	lines  []string
	done   chan struct{}
}

func newSink(t *testing.T, refuse string) *sink {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &sink{Listener: l, refuse: refuse, done: make(chan struct{})}
	go s.serve()
	t.Cleanup(func() { l.Close(); <-s.done })
	return s
}

func (s *sink) serve() {
	defer close(s.done)
	conn, err := s.Accept()
	if err != nil {
		return
	}
	defer conn.Close()
	in := textproto.NewReader(bufio.NewReader(conn))
	fmt.Fprint(conn, "220 sink\r\n")
	for {
		line, err := in.ReadLine()
		if err != nil {
			return
		}
		s.lines = append(s.lines, line)
		switch verb, _, _ := strings.Cut(line, " "); verb {
		case "EHLO":
			fmt.Fprint(conn, "250-sink\r\n250 AUTH PLAIN\r\n")
		case "AUTH":
			fmt.Fprint(conn, "235 welcome\r\n")
		case "RCPT":
			if s.refuse != "" {
				fmt.Fprint(conn, s.refuse+"\r\n")
				continue
			}
			fmt.Fprint(conn, "250 ok\r\n")
		case "DATA":
			fmt.Fprint(conn, "354 go on\r\n")
			body, _ := in.ReadDotLines()
			s.lines = append(s.lines, body...)
			fmt.Fprint(conn, "250 ok\r\n")
		case "QUIT":
			fmt.Fprint(conn, "221 bye\r\n")
			return
		default:
			fmt.Fprint(conn, "250 ok\r\n")
		}
	}
}

func TestMail(t *testing.T) {
	s := newSink(t, "")
	err := once(t, alert.Channel{Name: "c", Via: alert.Mail, URL: at("smtp://me:hunter2@" + s.Addr().String()), From: "ortop <ortop@example.com>", To: "a@example.com, Ünal <b@example.com>"})
	if err != nil {
		t.Fatal(err)
	}
	<-s.done
	got := strings.Join(s.lines, "\n")
	for _, want := range []string{
		"AUTH PLAIN AG1lAGh1bnRlcjI=\nMAIL FROM:<ortop@example.com>\nRCPT TO:<a@example.com>\nRCPT TO:<b@example.com>\nDATA\n",
		"From: \"ortop\" <ortop@example.com>\nTo: <a@example.com>, =?utf-8?q?=C3=9Cnal?= <b@example.com>\nSubject: urgent: work: key \"<!channel>\" used\nDate: Sat, 21 Nov 2026 11:00:00 +0000\nMessage-ID: <",
		"Importance: high\n", "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nKey \"<!channel>",
		"=C3=A9 & <b>", "\nSince Sat 21 Nov, 10:00 UTC.\n", "\nRaise the limit: https://openrouter.ai/settings/keys",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the server got\n%s\nwant in it\n%s", got, want)
		}
	}
}

func TestMailFailures(t *testing.T) {
	for _, tc := range []struct{ name, refuse, from, to, want string }{
		{"refused", "550 no hunter2\x1b[2J here", "a@b.c", "d@e.f", `127.0.0.1: 550 "no [redacted]\x1b[2J here"`},
		{"from is none", "", "a", "d@e.f", "from is not an address"},
		{"to is none", "", "a@b.c", "d@e.f; g@h.i", "to is not a list of addresses"},
		{"I12 header injection", "", "a@b.c", "d@e.f\r\nBcc: x@y.z", "to is not a list of addresses"},
	} {
		s := newSink(t, tc.refuse)
		err := once(t, alert.Channel{Name: "c", Via: alert.Mail, URL: at("smtp://me:hunter2@" + s.Addr().String()), From: tc.from, To: tc.to})
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error = %v, want one with %q", tc.name, err, tc.want)
		}
	}
}

func TestMailIsNotSentUnencrypted(t *testing.T) {
	s := newSink(t, "")
	c, err := smtp.Dial(s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	u := &url.URL{Scheme: "smtp", Host: "mail.example.com", User: url.UserPassword("me", "hunter2")}
	if err := greet(c, u, nil); err == nil || err.Error() != "the server offers no STARTTLS" {
		t.Errorf("greet(…) = %v, want that the server offers no STARTTLS", err)
	}
}

func TestCommand(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell")
	}
	out := filepath.Join(t.TempDir(), "out")
	sh := func(script string) alert.Channel {
		return alert.Channel{Name: "c", Via: alert.Command, Argv: []string{"sh", "-c", script, "name", "$HOME;x"}}
	}
	t.Setenv("ORTOP_API_KEY", "sk-or-v1-canary0123456789")
	if err := once(t, sh(`{ cat; printf '%s|%s|%s' "$1" "$ORTOP_API_KEY" "$FOO"; } >`+out), "FOO=bar"); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(out)
	if want := string(eventJSON(example)) + "\n$HOME;x||bar"; err != nil || string(got) != want {
		t.Errorf("the command got %s (%v), want %s", got, err, want)
	}
	for _, tc := range []struct {
		name string
		c    alert.Channel
		want string
	}{
		{"does not read", sh("exec 0<&-; exit 0"), ""},
		{"leaves a helper running", sh("sleep 2 & exit 0"), ""},
		{"fails in silence", sh("exit 3"), "running sh: exit status 3"},
		{"fails and says why", sh(`printf 'no \033[31msk-or-v1-canary0123456789\nmore' >&2; exit 1`), "running sh: exit status 1: no \ufffd[31m[redacted]"},
		{"says too much", sh("yes >&2 & sleep 0.1; kill $!; exit 1"), "running sh: exit status 1: y"},
		{"not to be run", alert.Channel{Name: "c", Via: alert.Command, Argv: []string{os.TempDir()}}, "running " + filepath.Base(os.TempDir()) + ": permission denied"},
		{"no such program", alert.Channel{Name: "c", Via: alert.Command, Argv: []string{"ortop-no-such"}}, "running ortop-no-such: no such program"},
		{"no command", alert.Channel{Name: "c", Via: alert.Command}, "the channel has no command"},
		{"no way", alert.Channel{Name: "c", Via: "pigeon"}, `no way "pigeon" to deliver`},
	} {
		err := once(t, tc.c)
		if tc.want == "" && err != nil || tc.want != "" && (err == nil || err.Error() != tc.want) {
			t.Errorf("%s: error = %v, want %q", tc.name, err, tc.want)
		}
	}
}

func TestA03CommandThatHangsEndsWithItsChildren(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell")
	}
	pid := filepath.Join(t.TempDir(), "pid")
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	argv := []string{"sh", "-c", "sleep 600 & echo $! >" + pid + "; wait"}
	if err := runCommand(ctx, argv, []string{"PATH=" + os.Getenv("PATH")}, &example); err == nil {
		t.Error("runCommand(…) = nil, want an error")
	}
	text, err := os.ReadFile(pid)
	if err != nil {
		t.Fatal(err)
	}
	// It was killed; the kernel may need a moment to end it.
	for limit := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		stat, err := os.ReadFile("/proc/" + strings.TrimSpace(string(text)) + "/stat")
		if err != nil || strings.Contains(string(stat), ") Z ") {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("its child still runs: %s", stat)
		}
	}
}

func TestDesktop(t *testing.T) {
	before := beep
	defer func() { beep = before }()
	var got string
	beep = func(_ context.Context, title, body string, urgent bool) error {
		got = fmt.Sprint(title, "|", body, "|", urgent)
		return nil
	}
	c := alert.Channel{Name: "c", Via: alert.Desktop}
	if err := once(t, c); err != nil || !strings.HasPrefix(got, "urgent: work: key \"‹!channel›\" used|Key \"‹!channel›") || !strings.HasSuffix(got, "|true") || strings.ContainsAny(got, "<>&") {
		t.Errorf("the desktop got %q (%v), want the text without markup", got, err)
	}
	if got := desktopBody("-u: x"); got != " -u: x" {
		t.Errorf("desktopBody(%q) = %q, want no option of notify-send", "-u: x", got)
	}
	beep = func(context.Context, string, string, bool) error { return errors.New("no bus\x1b") }
	if err := once(t, c); err == nil || err.Error() != "notifying the desktop: no bus\ufffd" {
		t.Errorf("error = %v, want why", err)
	}
	beep = func(context.Context, string, string, bool) error { panic("dbus") }
	if err := once(t, c); err == nil || err.Error() != "notifying the desktop: panic: dbus" {
		t.Errorf("error = %v, want the panic", err)
	}
	synctest.Test(t, func(t *testing.T) {
		outside := calling
		calling = make(chan struct{}, 1) // of this bubble
		defer func() { calling = outside }()
		free := make(chan struct{})
		defer close(free)
		var calls atomic.Int32
		beep = func(context.Context, string, string, bool) error { calls.Add(1); <-free; return nil }
		begin := time.Now()
		if err := once(t, c); err == nil || !strings.Contains(err.Error(), "no answer in time") || time.Since(begin) != desktopLimit {
			t.Errorf("error = %v after %v, want no answer after %v", err, time.Since(begin), desktopLimit)
		}
		if err := once(t, c); err == nil || !strings.Contains(err.Error(), "the call before this one still hangs") || calls.Load() != 1 {
			t.Errorf("error = %v, %d calls, want no other call beside the one that hangs", err, calls.Load())
		}
	})
}

func TestTerminal(t *testing.T) {
	channels := []alert.Channel{{Name: "b", Via: alert.Bell}, {Name: "n", Via: alert.OSC9, Level: alert.Urgent}, {Name: "u", Via: alert.OSC777}, {Name: "w", Via: alert.Webhook}}
	hostile := alert.Event{Level: alert.Warning, Title: "t; u\a", Text: "x; y\x1b\\\a\u009c z"}
	for _, tc := range []struct {
		name   string
		events []alert.Event
		want   string
	}{
		{"nothing", nil, ""},
		{"least levels and hostile text", []alert.Event{hostile}, "\a\x1b]777;notify;warning: t, u\ufffd;X, y\ufffd\\\ufffd\ufffd z.\x1b\\"},
		{"named channels", []alert.Event{{Level: alert.Urgent, Title: "x; y", Channels: []string{"n", "w"}}}, "\x1b]9;ortop urgent: x; y\x1b\\"},
		{"stored without a title", []alert.Event{{Level: alert.Urgent, Text: "x", Cleared: true, Channels: []string{"n"}}}, "\x1b]9;ortop over: x\x1b\\"},
		{"another channel", []alert.Event{{Level: alert.Urgent, Channels: []string{"phone"}}}, ""},
	} {
		if got := Terminal(channels, tc.events); got != tc.want {
			t.Errorf("%s: Terminal(…) = %q, want %q", tc.name, got, tc.want)
		}
	}
	if got := Terminal(alert.DefaultChannels(), []alert.Event{alert.TestEvent("x", start)}); got != "\a" {
		t.Errorf("Terminal(default channels) = %q, want a bell", got)
	}
}
