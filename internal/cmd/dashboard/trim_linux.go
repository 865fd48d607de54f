package dashboard

import (
	"sync"
	_ "unsafe" // for go:linkname

	_ "modernc.org/libc" // has what is named below
	"modernc.org/memory"
)

// trim gives back the memory that SQLite no longer holds. A list of thousands of keys is
// megabytes, twice, while it is stored, and its allocator keeps 4 MB of each size and more:
// it can give them back, which the package that has it does not offer.
func trim() {
	allocatorMu.Lock()
	defer allocatorMu.Unlock()
	_ = allocator.Trim() // what is not given back is used again
}

//go:linkname allocator modernc.org/libc.allocator
var allocator memory.Allocator

//go:linkname allocatorMu modernc.org/libc.allocatorMu
var allocatorMu sync.Mutex
