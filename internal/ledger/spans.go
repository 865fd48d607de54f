package ledger

import (
	"encoding/json"
	"strings"
)

// spansBegin is how an OTLP export of traces begins, such as OpenRouter's
// Broadcast sends it.
const spansBegin = `{"resourceSpans"`

// isSpans reports whether a text begins as an export of traces.
func isSpans(s string) bool {
	s = strings.TrimSpace(s)
	s, ok := strings.CutPrefix(s, "{")
	return ok && strings.HasPrefix(strings.TrimSpace(s), spansBegin[1:])
}

// span is one of an export: of a request, or of a part of one.
type span struct {
	SpanID     string `json:"spanId"`
	Parent     string `json:"parentSpanId"`
	EndNano    any    `json:"endTimeUnixNano"`
	Attributes []struct {
		Key   string         `json:"key"`
		Value map[string]any `json:"value"`
	} `json:"attributes"`
}

// spanNames are the attributes of requests, by what they are here.
var spanNames = map[string]string{
	"gen_ai.response.id":                     generationID[0],
	"gen_ai.usage.total_cost":                Cost[0],
	"gen_ai.request.model":                   Model[0],
	"trace.metadata.openrouter.api_key_name": Key[0],
}

// spanRows are the requests of a line of an export: the spans that have a cost or
// an id. A part of a request repeats what its whole has, and is none.
func spanRows(number int, line string) []Row {
	var export struct {
		Resources []struct {
			Scopes []struct {
				Spans []span `json:"spans"`
			} `json:"scopeSpans"`
		} `json:"resourceSpans"`
	}
	dec := json.NewDecoder(strings.NewReader(line))
	dec.UseNumber()
	if err := dec.Decode(&export); err != nil {
		return []Row{{Number: number, Err: errNoSpans}}
	}
	var rows []Row
	var spans []span
	whole := map[string]bool{}
	for _, resource := range export.Resources {
		for _, scope := range resource.Scopes {
			for _, s := range scope.Spans {
				row := s.row(number)
				if row.Text(generationID) == "" && row.Text(Cost) == "" {
					continue
				}
				whole[s.SpanID] = s.SpanID != ""
				spans, rows = append(spans, s), append(rows, row)
			}
		}
	}
	kept := rows[:0]
	for i, row := range rows {
		if !whole[spans[i].Parent] {
			kept = append(kept, row)
		}
	}
	return kept
}

// row is what a span says of a request.
func (s span) row(number int) Row {
	r := Row{Number: number, values: map[string]string{}}
	put := func(name string, value any) {
		switch v := value.(type) {
		case string:
			r.values[name] = strings.TrimSpace(v)
		case json.Number:
			r.values[name] = v.String()
		}
	}
	put(Time[0], s.EndNano)
	for _, a := range s.Attributes {
		if name, ok := spanNames[a.Key]; ok {
			for _, value := range a.Value { // one of stringValue, doubleValue, intValue
				put(name, value)
			}
		}
	}
	return r
}
