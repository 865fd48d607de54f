package share

import (
	"encoding/json"

	"ortop/history"
)

// fit takes from a state what is not to leave the machine: of keys the label stays, not
// the name. ok is false for a state that concerns only this machine.
func fit(s history.StateRow) (fitted history.StateRow, ok bool) {
	switch s.Name {
	case "", history.MutesState, history.KeysAtState, history.ModelsState:
	case history.KeysState:
		var list map[string]json.RawMessage
		var keys []map[string]json.RawMessage
		if json.Unmarshal(s.Value, &list) != nil {
			return s, false
		}
		if list["keys"] == nil { // there are none
			break
		}
		if json.Unmarshal(list["keys"], &keys) != nil {
			return s, false
		}
		for _, k := range keys {
			delete(k, "name")
			delete(k, "external_user")
		}
		text, err := json.Marshal(keys)
		if err != nil {
			return s, false
		}
		list["keys"] = text
		s.Value, err = json.Marshal(list)
		return s, err == nil
	default:
		return s, false
	}
	return s, true
}
