package spenders

import (
	"fmt"
	"testing"
	"time"
	"unsafe"
)

// TestKeysShareTheirWorkspace: of thousands of keys each would hold its ID.
func TestKeysShareTheirWorkspace(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := oldAccount("steady")
		c.Keys, c.Workspaces = 6, 2
		b := newBench(t, c)
		list, err := listKeys(t.Context(), b.api, new(KeyList), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		copies, keys := map[string]*byte{}, map[string]int{}
		for _, k := range list.Keys {
			at := unsafe.StringData(k.Workspace)
			if first, ok := copies[k.Workspace]; ok && first != at {
				t.Errorf("key %s has a copy of the ID of workspace %s", k.Name, k.Workspace)
			}
			copies[k.Workspace] = at
			keys[k.Workspace]++
		}
		if len(list.Keys) != 6 || len(keys) != 2 {
			t.Errorf("keys by workspace: %v, want 6 of 2", keys)
		}
	})
}

// TestKeysAreFoundWithoutCopies: a listing is held beside the one before it.
func TestKeysAreFoundWithoutCopies(t *testing.T) {
	var l KeyList
	for i := range 1000 {
		l.Keys = append(l.Keys, Key{Hash: fmt.Sprint(i)})
	}
	if n := testing.AllocsPerRun(5, func() { l.byHash() }); n > 100 {
		t.Errorf("1,000 keys by their hashes take %v allocations", n)
	}
	if k := l.byHash()["7"]; k != &l.Keys[7] {
		t.Error("the key with a hash is another")
	}
}
