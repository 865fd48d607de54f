package child

import (
	"bytes"
	"os"
	"strconv"
)

// processes are those that run, and that this one may see.
func processes() (all []process) {
	dir, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(-1) // what could be read counts
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		stat, err := os.ReadFile("/proc/" + name + "/stat")
		if err != nil { // it has ended
			continue
		}
		// The name of the program, in brackets, may have any byte in it.
		fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
		if len(fields) < 4 || bytes.ContainsAny(fields[0], "ZX") { // dead
			continue
		}
		parent, _ := strconv.Atoi(string(fields[1])) // both are numbers
		group, _ := strconv.Atoi(string(fields[2]))
		session, _ := strconv.Atoi(string(fields[3]))
		all = append(all, process{pid, parent, group, session})
	}
	return all
}
