//go:build unix

package child

import (
	"errors"
	"fmt"
	"slices"
	"syscall"
)

// process is what the system says of one.
type process struct{ pid, parent, group, session int }

// groupsOf are the process groups of a command and of all that it started, its own
// first: a shell with job control, timeout and others make some. What has lost its
// parent belongs to the command while it is in its session.
func groupsOf(id int, all []process) []int {
	groups, mine := []int{id}, map[int]bool{id: true}
	for found := true; found; {
		found = false
		for _, p := range all {
			if mine[p.pid] || !mine[p.parent] && p.session != id {
				continue
			}
			mine[p.pid], found = true, true
			if p.group > 1 && !slices.Contains(groups, p.group) {
				groups = append(groups, p.group)
			}
		}
	}
	return groups
}

// runs reports whether anything of a process group runs, of all that do. What is dead
// and was not waited for does not: in a container nobody may do that.
func runs(group int, all []process) bool {
	switch err := syscall.Kill(-group, 0); {
	case errors.Is(err, syscall.ESRCH):
		return false
	case err != nil || len(all) == 0: // others' processes, or nothing is known
		return true
	}
	return slices.ContainsFunc(all, func(p process) bool { return p.group == group })
}

// looks bounds how often what is started meanwhile is looked for.
const looks = 10

// sendAll sends s to every group of the command.
func (g *Group) sendAll(s syscall.Signal) (err error) {
	var sent []int
	for range looks {
		for _, id := range groupsOf(g.id, processes()) {
			if id != syscall.Getpgrp() && !slices.Contains(g.groups, id) {
				g.groups = append(g.groups, id)
				g.keeper.watch(id)
			}
		}
		before := len(sent)
		for _, id := range g.groups {
			if !slices.Contains(sent, id) {
				sent = append(sent, id)
				err = errors.Join(err, send(id, s))
			}
		}
		if len(sent) == before {
			break
		}
	}
	return err
}

// send sends s to a process group, if there is anything left of it.
func send(id int, s syscall.Signal) error {
	if id <= 0 { // which means others
		return nil
	}
	if err := syscall.Kill(-id, s); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("sending %s to the command: %w", s, err)
	}
	return nil
}
