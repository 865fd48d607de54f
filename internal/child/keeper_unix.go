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

// keeperScript is told a process group, and then either that all is well or,
// by the end of its input, that this program is gone.
const keeperScript = `trap '' HUP INT QUIT TERM; read -r group || exit 0; read -r well || kill -s CONT -- "-$group"`

// keeper is a process in a session of its own that lets the group go on when this
// program ends, however it does. One that ends before is replaced.
type keeper struct {
	mu     chan *keeperProcess // holds the one that runs
	closed chan struct{}
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

// keep names the group, and replaces a process that ends.
func (k *keeper) keep(group int) {
	tell := func(p *keeperProcess) { fmt.Fprintf(p.in, "%d\n", group) } // one that is gone is replaced
	p := <-k.mu
	tell(p)
	k.mu <- p
	routine.Go(func() {
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
			tell(next)
			p = next
			k.mu <- p
		}
	})
}

// close lets the process end.
func (k *keeper) close() {
	close(k.closed)
	p := <-k.mu
	_, _ = p.in.WriteString("0\nwell\n") // the first line where it was told no group
	_ = p.in.Close()
	k.mu <- p
}
