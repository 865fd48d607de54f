package reconcile

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// What a log may call its values, the dearest first, in lower case.
var (
	idNames    = []string{"generation_id", "gen_id", "id"}
	timeNames  = []string{"time", "at", "timestamp", "ts", "created_at", "created", "date"}
	costNames  = []string{"cost_usd", "cost", "usage.cost", "usage", "usd", "total_cost", "cost_total"}
	byokNames  = []string{"is_byok", "usage.is_byok", "byok"}
	modelNames = []string{"model", "model_permaslug"}
	keyNames   = []string{"key", "api_key_name", "key_name", "key_hash", "api_key_hash", "key_label"}
)

// record is one line: its values as text, by their lower-case names.
type record map[string]string

// find returns the first value that is there, and its name.
func (r record) find(names []string) (name, text string) {
	for _, name := range names {
		if text := r[name]; text != "" {
			return name, text
		}
	}
	return "", ""
}

func (r record) text(names []string) string {
	_, text := r.find(names)
	return text
}

func (r record) flag(names []string) bool {
	set, err := strconv.ParseBool(r.text(names))
	return err == nil && set
}

// wrappers are the objects that a record may lie in.
var wrappers = []string{"data", "response"}

// parseJSON reads one object. What the wrapped object says counts where the
// outer one says nothing.
func parseJSON(line []byte) (record, error) {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(line, &object); err != nil {
		return nil, errors.New("it is not a JSON object")
	}
	r := record{}
	r.add("", object)
	for name, raw := range object {
		if lower := strings.ToLower(name); lower == wrappers[0] || lower == wrappers[1] {
			inner := record{}
			inner.addObject("", raw)
			for name, text := range inner {
				if r[name] == "" {
					r[name] = text
				}
			}
		}
	}
	return r, nil
}

func (r record) addObject(prefix string, raw json.RawMessage) {
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) == nil {
		r.add(prefix, object)
	}
}

// add takes the plain values of an object, and those of its usage.
func (r record) add(prefix string, object map[string]json.RawMessage) {
	for name, raw := range object {
		name = strings.ToLower(name)
		switch raw[0] {
		case '{':
			if name == "usage" && prefix == "" {
				r.addObject("usage.", raw)
			}
		case '[', 'n': // null
		case '"':
			var text string
			if json.Unmarshal(raw, &text) == nil {
				r[prefix+name] = strings.TrimSpace(text)
			}
		default:
			r[prefix+name] = string(raw)
		}
	}
}

// header is the first line of a CSV log.
type header struct {
	separator rune
	names     []string
}

// plain makes "cost (usd)" cost_usd.
var plain = strings.NewReplacer(" ", "_", "(", "", ")", "")

func newHeader(line []byte) (header, error) {
	h := header{separator: ','}
	for _, s := range []rune{'\t', ';'} {
		if !bytes.ContainsRune(line, ',') && bytes.ContainsRune(line, s) {
			h.separator = s
		}
	}
	names, err := h.cells(line)
	if err != nil {
		return h, errors.New("it begins with neither a JSON object nor a header of CSV")
	}
	known := record{}
	for _, name := range names {
		name = plain.Replace(strings.ToLower(strings.TrimSpace(name)))
		h.names = append(h.names, name)
		known[name] = "x"
	}
	if known.text(idNames) == "" && known.text(costNames) == "" {
		return h, errors.New("its header names neither id nor cost")
	}
	return h, nil
}

func (h header) cells(line []byte) ([]string, error) {
	in := csv.NewReader(bytes.NewReader(line))
	in.Comma = h.separator
	return in.Read()
}

func (h header) parse(line []byte) (record, error) {
	cells, err := h.cells(line)
	if err != nil {
		return nil, errors.New("its quotes are wrong")
	}
	if len(cells) != len(h.names) {
		return nil, fmt.Errorf("it has %d cells, and the header %d", len(cells), len(h.names))
	}
	r := record{}
	for i, cell := range cells {
		if r[h.names[i]] == "" {
			r[h.names[i]] = strings.TrimSpace(cell)
		}
	}
	return r, nil
}

func parseCost(text string) (float64, error) {
	usd, err := strconv.ParseFloat(strings.TrimPrefix(text, "$"), 64)
	if err != nil || !plausible(usd) {
		return 0, errors.New("not an amount in USD")
	}
	return usd, nil
}

// firstSecond is the beginning of 2020, before which nothing was logged: a
// smaller number is no Unix time.
const firstSecond = 1577836800

var layouts = []string{
	time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 -0700 MST",
	"2006-01-02 15:04:05 MST", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04",
}

// parseTime reads a time; one without a zone is in UTC.
func parseTime(text string) (time.Time, error) {
	if n, err := strconv.ParseFloat(text, 64); err == nil {
		for _, perSecond := range []float64{1, 1e3, 1e6, 1e9} {
			if s := n / perSecond; s >= firstSecond && s < 1e10 {
				return time.UnixMicro(int64(s * 1e6)).UTC(), nil
			}
		}
		return time.Time{}, errors.New("not a Unix time")
	}
	for _, layout := range layouts {
		if at, err := time.Parse(layout, text); err == nil && at.Unix() >= firstSecond {
			return at.UTC(), nil
		}
	}
	return time.Time{}, errors.New("not a time")
}
