package child

import (
	"bufio"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// What a command left behind and was killed is gone, though nobody waits for it.
func TestDeadIsGone(t *testing.T) {
	// What loses its parent becomes this process's, which waits for nothing.
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		t.Fatal(err)
	}
	defer unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	c := exec.Command("sh", "-c", "sleep 1000 & echo $!")
	c.Stdout = w
	g, _, err := StartGroup(c, false)
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	left, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	<-g.Ended()
	if g.Gone() {
		t.Error("it is gone, and its child runs")
	}
	if err := g.Kill(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); !g.Gone(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it is not gone, a minute after it was killed")
		}
	}
	if pid, err := syscall.Wait4(left, nil, 0, nil); pid != left {
		t.Errorf("waiting for the child: %d, %v: it was not left to nobody", pid, err)
	}
}
