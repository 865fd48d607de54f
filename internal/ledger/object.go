package ledger

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

var (
	errNoObject = errors.New("it is not a JSON object")
	errNoSpans  = errors.New("it is not a whole export of traces in JSON")
)

// wrappers are the objects that a request may lie in.
var wrappers = []string{"data", "response"}

// objectRow is the row of a JSON object. A value of a wrapped object counts where
// the outer one has none.
func objectRow(number int, raw []byte) Row {
	r := Row{Number: number}
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) != nil || object == nil {
		r.Err = errNoObject
		return r
	}
	r.values = map[string]string{}
	addValues(r.values, "", object)
	for name, raw := range object {
		if lower := strings.ToLower(name); lower != wrappers[0] && lower != wrappers[1] {
			continue
		}
		inner := map[string]string{}
		addObject(inner, "", raw)
		for name, text := range inner {
			if r.values[name] == "" {
				r.values[name] = text
			}
		}
	}
	return r
}

func addObject(values map[string]string, prefix string, raw json.RawMessage) {
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) == nil {
		addValues(values, prefix, object)
	}
}

// addValues takes the plain values of an object, and those of its usage.
func addValues(values map[string]string, prefix string, object map[string]json.RawMessage) {
	for name, raw := range object {
		name = strings.ToLower(name)
		switch raw[0] {
		case '{':
			if name == "usage" && prefix == "" {
				addObject(values, "usage.", raw)
			}
		case '[', 'n': // null
		case '"':
			var text string
			if len(raw) <= MaxCell && json.Unmarshal(raw, &text) == nil {
				values[prefix+name] = strings.TrimSpace(text)
			}
		default:
			values[prefix+name] = string(raw)
		}
	}
}

// readList reads a document such as the answer of GET /activity.
func readList(in io.Reader) ([]Row, error) {
	body, err := io.ReadAll(io.LimitReader(in, MaxList+1))
	if err != nil {
		return nil, err
	}
	if len(body) > MaxList {
		return nil, fmt.Errorf("it is JSON of more than %d MB", MaxList>>20)
	}
	var answer struct {
		Data *[]json.RawMessage `json:"data"`
	}
	if json.Unmarshal(body, &answer) != nil || answer.Data == nil {
		return nil, fmt.Errorf("%w: it is not a JSON document with a list called data", ErrFormat)
	}
	rows := make([]Row, len(*answer.Data))
	for i, raw := range *answer.Data {
		rows[i] = objectRow(i+1, raw)
	}
	return rows, nil
}
