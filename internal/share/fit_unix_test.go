//go:build unix

package share

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"
	"testing"

	"ortop/history"
	"ortop/internal/spenders"
)

// A viewer gets the list of keys, with their labels and without their names, and no
// state that is only this machine's.
func TestKeysReachAViewer(t *testing.T) {
	ctx := context.Background()
	_, e := started(t, 20e9)
	a := newStation(t, e, "a", "x")
	a.Start(ctx)
	own, err := a.db.Series(ctx, "x", "u", history.Own)
	if err != nil {
		t.Fatal(err)
	}
	keys := []spenders.Key{{Hash: "h1", Name: "hidden name", Label: "sk-or-v1-abc…123", UsageUSD: 3, ExternalUser: "hidden user"}}
	for _, list := range []spenders.KeyList{
		{At: noon, Keys: keys, Workspaces: []spenders.Workspace{{ID: "w", Name: "team"}}},
		{At: noon, Workspaces: []spenders.Workspace{{ID: "w", Name: "team"}}}, // the last key is gone
	} {
		text, err := json.Marshal(list)
		if err != nil {
			t.Fatal(err)
		}
		at, err := json.Marshal(list.At)
		if err != nil {
			t.Fatal(err)
		}
		a.read("x", noon, 1)
		for name, value := range map[string][]byte{history.KeysState: text, history.KeysAtState: at, "waits": []byte("hidden waits")} {
			if err := a.db.SetState(ctx, own, name, value); err != nil {
				t.Fatal(err)
			}
		}
		a.ship(ctx)
		all, err := e.List(false)
		if err != nil || len(all) != 1 {
			t.Fatal(all, err)
		}
		var rows history.Rows
		_, err = e.pull(ctx, all[0].id, mark{}, func(r history.Rows) error { rows = r; return nil })
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range rows.States {
			if bytes.Contains(s.Value, []byte("hidden")) {
				t.Errorf("the state %s leaves the machine: %s", s.Name, s.Value)
			}
		}
		db, err := history.OpenMemory(ctx, history.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if err := db.Take(ctx, "x", "u", rows); err != nil {
			t.Fatal(err)
		}
		s, err := db.Series(ctx, "x", "u", history.Own)
		if err != nil {
			t.Fatal(err)
		}
		want := list
		want.Keys = append([]spenders.Key(nil), list.Keys...)
		for i := range want.Keys {
			want.Keys[i].Name, want.Keys[i].ExternalUser = "", ""
		}
		if got, err := spenders.ReadKeys(ctx, db, s); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("a viewer has the keys %+v, %v, want %+v", got, err, want)
		}
	}
}
