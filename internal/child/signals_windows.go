package child

import "os"

// sentToAll reports whether s goes to the command as well: the console sends
// it to every program on it.
func sentToAll(os.Signal) bool { return true }
