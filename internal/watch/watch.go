// Package watch tells that a database was written, by whichever process, so that
// nobody has to look each second.
package watch

import (
	"path/filepath"
	"sync"
	"time"

	"ortop/internal/routine"
)

// gather is how long writes are taken together: whoever is told never looks more often
// than one who looks each second.
const gather = time.Second

// Watcher tells all that runs in a process. The zero Watcher works, and goes on to the
// process's end.
type Watcher struct {
	mu      sync.Mutex
	notices *notices // from the system, since the first watch
	all     []*Watch
}

// Watch is of one database, which is its file and the log beside that.
type Watch struct {
	of   *Watcher
	path string // behind links
	news chan struct{}
}

// Watch watches the database at path, which is open. It returns nil where the system
// does not tell of every write: then there is only looking.
func (w *Watcher) Watch(path string) *Watch {
	path, err := filepath.EvalSymlinks(path)
	if err != nil || !notifies(path) {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.notices == nil {
		if w.notices = open(); w.notices == nil {
			return nil
		}
		routine.Go(w.listen)
	}
	h := &Watch{w, path, make(chan struct{}, 1)}
	if !h.Renew() {
		return nil
	}
	w.all = append(w.all, h)
	return h
}

// News has a value once something was written, by this process too. Writes may be
// missed where the file is replaced by another.
func (h *Watch) News() <-chan struct{} { return h.news }

// Renew watches the files that are at the path now; it is false where one is missing.
func (h *Watch) Renew() bool {
	n := h.of.notices
	file := n.add(h.path)
	return n.add(h.path+"-wal") && file
}

// listen hands on the notices. Which database one is of does not matter: a process has
// one, almost always.
func (w *Watcher) listen() {
	for w.notices.await() {
		time.Sleep(gather)
		w.notices.take()
		w.mu.Lock()
		for _, h := range w.all {
			h.Renew() // a file may be another by now
			select {
			case h.news <- struct{}{}:
			default:
			}
		}
		w.mu.Unlock()
	}
}
