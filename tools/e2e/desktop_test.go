//go:build linux

package e2e

import (
	"bufio"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// notified is a notification as a desktop was asked to show it.
type notified struct {
	app, title, body string
	urgency          byte
}

// desktop is the part of a desktop that shows notifications.
type desktop struct {
	shown chan notified
	hangs chan struct{} // if not nil, nothing is answered before it is closed
}

// Notify is the method of org.freedesktop.Notifications.
func (d desktop) Notify(app string, _ uint32, _, title, body string, _ []string, hints map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	if d.hangs != nil {
		<-d.hangs
	}
	urgency, _ := hints["urgency"].Value().(byte)
	d.shown <- notified{app, title, body, urgency}
	return 1, nil
}

// sessionBus starts a real message bus and returns its address.
func sessionBus(t *testing.T) string {
	t.Helper()
	daemon, err := exec.LookPath("dbus-daemon")
	if err != nil {
		t.Skip("there is no dbus-daemon (Debian package dbus-daemon)")
	}
	cmd := exec.Command(daemon, "--session", "--nofork", "--nopidfile", "--print-address", "--address=unix:path="+filepath.Join(t.TempDir(), "bus"))
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	address, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("dbus-daemon says no address: %v", err)
	}
	return strings.TrimSpace(address)
}

// serve puts d on the bus.
func (d desktop) serve(t *testing.T, address string) {
	t.Helper()
	conn, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.Export(d, "/org/freedesktop/Notifications", "org.freedesktop.Notifications"); err != nil {
		t.Fatal(err)
	}
	if reply, err := conn.RequestName("org.freedesktop.Notifications", dbus.NameFlagDoNotQueue); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("RequestName = %v, %v", reply, err)
	}
}

// testDesktop runs "ortop alerts test" on a desktop of that address.
func testDesktop(t *testing.T, address string) (stdout string, code int, took time.Duration) {
	t.Helper()
	home := t.TempDir()
	folder := filepath.Join(home, ".config", "ortop")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	config := "account = \"a<b>&c\"\n[[accounts]]\nname = \"a<b>&c\"\n[[channels]]\nname = \"desk\"\nkind = \"desktop\"\n"
	if err := os.WriteFile(filepath.Join(folder, "config.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(ortop, "alerts", "test")
	// In an empty PATH there is no notify-send to fall back to.
	cmd.Env = []string{"HOME=" + home, "PATH=" + home, "DBUS_SESSION_BUS_ADDRESS=" + address}
	begun := time.Now()
	out, _ := cmd.Output()
	return string(out), cmd.ProcessState.ExitCode(), time.Since(begun)
}

func TestDesktopOverDBus(t *testing.T) {
	t.Parallel()
	address := sessionBus(t)
	d := desktop{shown: make(chan notified, 9)}
	if out, code, _ := testDesktop(t, address); code != 1 || !strings.Contains(out, "wrong") || !strings.Contains(out, "org.freedesktop.Notifications") {
		t.Errorf("on a bus without a desktop: exit code %d, %q, want why", code, out)
	}
	d.serve(t, address)
	if out, code, _ := testDesktop(t, address); code != 0 || !strings.Contains(out, "ok") {
		t.Fatalf("exit code %d, %q, want ok", code, out)
	}
	want := notified{"ortop", "urgent: a‹b›＆c: this is a test of this channel", "This is a test of this channel", 2}
	select {
	case got := <-d.shown:
		if got.app != want.app || got.title != want.title || got.urgency != want.urgency || !strings.HasPrefix(got.body, want.body) {
			t.Errorf("the desktop shows %+v, want %+v", got, want)
		}
	default:
		t.Error("the desktop shows nothing")
	}
}

func TestDesktopThatHangs(t *testing.T) {
	t.Parallel()
	address := sessionBus(t)
	d := desktop{shown: make(chan notified, 9), hangs: make(chan struct{})}
	d.serve(t, address)
	t.Cleanup(func() { close(d.hangs) })
	// A bus that takes connections and says nothing.
	mute, err := net.Listen("unix", filepath.Join(t.TempDir(), "mute"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mute.Close() })
	go func() {
		for {
			conn, err := mute.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(io.Discard, conn) }()
		}
	}()
	for name, address := range map[string]string{"a desktop": address, "a bus": "unix:path=" + mute.Addr().String()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, code, took := testDesktop(t, address)
			if code != 1 || !strings.Contains(out, "no answer in time") || took < 3*time.Second || took > busy*3*time.Second {
				t.Errorf("exit code %d after %v, %q, want no answer after 3 s", code, took, out)
			}
		})
	}
}
