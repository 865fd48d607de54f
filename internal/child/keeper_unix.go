//go:build unix

package child

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"ortop/internal/routine"
)

// keeperScript is told process groups, and then either that all is well or, by the
// end of its input, that this program is gone. It continues them in the order of
// Group.Continue.
const keeperScript = `trap '' HUP INT QUIT TERM; groups=
while read -r group; do [ "$group" != well ] || exit 0; groups="-$group $groups"; done
for group in $groups; do kill -s CONT -- "$group"; done`

// keeper is a process in a session of its own that lets groups go on when this
// program ends, however it does. One that ends before is replaced. A nil one keeps
// nothing.
type keeper struct {
	mu     chan *keeperProcess // holds the one that runs
	closed chan struct{}
	groups []int // that it was told; for who holds the process
}

type keeperProcess struct {
	cmd *exec.Cmd
	in  *os.File
}

func newKeeperProcess() (*keeperProcess, error) {
	out, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer out.Close()
	c := exec.Command("/bin/sh", "-c", keeperScript)
	c.Env, c.Stdin, c.Dir = []string{}, out, "/"
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := c.Start(); err != nil {
		in.Close()
		return nil, err
	}
	return &keeperProcess{c, in}, nil
}

func newKeeper() (*keeper, error) {
	p, err := newKeeperProcess()
	if err != nil {
		return nil, err
	}
	k := &keeper{mu: make(chan *keeperProcess, 1), closed: make(chan struct{})}
	k.mu <- p
	return k, nil
}

func (p *keeperProcess) send(group int) {
	_, _ = fmt.Fprintf(p.in, "%d\n", group) // one that is gone is replaced, and told again
}

// watch names a group. With the first one a process that ends is replaced.
func (k *keeper) watch(group int) {
	if k == nil {
		return
	}
	p := <-k.mu
	k.groups = append(k.groups, group)
	first := len(k.groups) == 1
	p.send(group)
	k.mu <- p
	if first {
		routine.Go(func() { k.replace(p) })
	}
}

func (k *keeper) replace(p *keeperProcess) {
	for {
		_ = p.cmd.Wait() // only its end counts
		was := <-k.mu
		_ = was.in.Close()
		select {
		case <-k.closed:
			k.mu <- was
			return
		case <-time.After(50 * time.Millisecond): // never in a tight circle
		}
		next, err := newKeeperProcess()
		if err != nil {
			k.mu <- was
			return
		}
		for _, group := range k.groups {
			next.send(group)
		}
		p = next
		k.mu <- p
	}
}

// close lets the process end.
func (k *keeper) close() {
	if k == nil {
		return
	}
	close(k.closed)
	p := <-k.mu
	_, _ = p.in.WriteString("well\n")
	_ = p.in.Close()
	k.mu <- p
}
