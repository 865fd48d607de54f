//go:build unix

package child

import (
	"os"
	"os/exec"
	"slices"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

func TestGroupsOf(t *testing.T) {
	for _, c := range []struct {
		name string
		all  []process
		want []int
	}{
		{"nothing is known", nil, []int{50}},
		{"all in one", []process{{1, 0, 1, 1}, {50, 9, 50, 7}, {51, 50, 50, 7}}, []int{50}},
		{"groups below groups, a child listed before its parent", []process{{40, 51, 40, 7}, {50, 9, 50, 7}, {51, 50, 51, 7}, {52, 50, 52, 7}}, []int{50, 51, 52, 40}},
		{"others' groups", []process{{9, 1, 9, 9}, {50, 9, 50, 50}, {60, 9, 60, 60}, {61, 60, 61, 60}}, []int{50}},
		{"a parent that has ended, in the command's session", []process{{50, 9, 50, 50}, {70, 1, 70, 50}, {71, 70, 71, 71}}, []int{50, 70, 71}},
		{"what went into a session of its own has left", []process{{50, 9, 50, 50}, {70, 1, 70, 70}}, []int{50}},
		{"the command itself has ended", []process{{51, 1, 51, 50}}, []int{50, 51}},
	} {
		if got := groupsOf(50, c.all); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// What the system says of this process and of one that it starts is read.
func TestProcesses(t *testing.T) {
	c := exec.Command("sleep", "100")
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { c.Process.Kill(); c.Wait() }()
	all := processes()
	i := slices.IndexFunc(all, func(p process) bool { return p.pid == c.Process.Pid })
	if i < 0 {
		t.Fatal("a child is not among the processes")
	}
	session, err := unix.Getsid(0) // 0 where its leader is outside of this namespace
	if err != nil {
		t.Fatal(err)
	}
	if p, want := all[i], (process{c.Process.Pid, os.Getpid(), c.Process.Pid, session}); p != want {
		t.Errorf("the child is %+v, want %+v", p, want)
	}
}
