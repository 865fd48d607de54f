package client

import (
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestKeysOfAWorkspace(t *testing.T) {
	var asked []string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.RequestURI)
		answer(404, `{"error":{"message":"Resource not found"}}`)(w, r)
	})
	_, err := c.Keys(t.Context(), "a&b=c/../é")
	wantError(t, "Keys(unknown workspace)", err, ErrNotFound, "reading keys: 404 not found: Resource not found")
	want := []string{"/api/v1/keys?include_disabled=true&offset=0&workspace_id=a%26b%3Dc%2F..%2F%C3%A9"}
	if !reflect.DeepEqual(asked, want) {
		t.Errorf("Keys(unknown workspace) asked %q, want %q", asked, want)
	}
}

func TestKeyRows(t *testing.T) {
	for _, tt := range []struct {
		name, row string
		want      APIKey
	}{
		{"hash and usage alone", `{"hash":"h","usage":0}`, APIKey{Hash: "h"}},
		{"all null", `{"hash":"h","usage":0,"name":null,"disabled":null,"created_at":null,"updated_at":null,"workspace_id":null,"label":null,"limit":null}`, APIKey{Hash: "h"}},
		{"microseconds and a zone", `{"hash":"h","usage":0,"created_at":"2026-05-19T13:00:00.000006+02:00"}`,
			APIKey{Hash: "h", CreatedAt: ptr(time.Date(2026, 5, 19, 11, 0, 0, 6000, time.UTC))}},
		{"disabled", `{"hash":"h","usage":0,"disabled":true,"updated_at":null}`, APIKey{Hash: "h", Disabled: ptr(true)}},
		{"S07 cap exceeded", `{"hash":"h","usage":12,"limit":10,"limit_remaining":-2,"limit_reset":"daily"}`,
			APIKey{Hash: "h", KeyUsage: KeyUsage{UsageUSD: 12, LimitUSD: ptr(10.0), LimitRemainingUSD: ptr(-2.0), LimitReset: "daily"}}},
		{"I01 name", `{"hash":"h","usage":0,"name":"a\u001b]52;c;eA==\u0007\u202e"}`, APIKey{Hash: "h", Name: "a\ufffd]52;c;eA==\ufffd\ufffd"}},
		{"K01 name is a key", `{"hash":"h","usage":0,"name":"my ` + canary + `"}`, APIKey{Hash: "h", Name: "my [redacted]"}},
	} {
		got, err := serve(t, answer(200, `{"data":[`+tt.row+`]}`)).Keys(t.Context(), "")
		if err != nil || len(got.Rows) != 1 || !reflect.DeepEqual(got.Rows[0], tt.want) {
			t.Errorf("Keys(%s) = %+v, %v, want %+v", tt.name, got.Rows, err, tt.want)
		}
	}
	for _, tt := range []struct{ name, row, words string }{
		{"no hash", `{"usage":1}`, "data[0].hash is missing"},
		{"hash null", `{"hash":null,"usage":1}`, "data[0].hash is missing"},
		{"hash empty", `{"hash":"","usage":1}`, "data[0].hash is not an identifier"},
		{"hash a number", `{"hash":7,"usage":1}`, "data[0].hash is not an identifier"},
		{"hash with a control character", `{"hash":"a\u001b","usage":1}`, "data[0].hash is not an identifier"},
		{"hash a key", `{"hash":"` + canary + `","usage":1}`, "data[0].hash is not an identifier"},
		{"H31 no usage", `{"hash":"h"}`, "data[0].usage is missing"},
		{"H24 usage a string", `{"hash":"h","usage":"1"}`, "data[0].usage is not a number"},
		{"H29 usage negative", `{"hash":"h","usage":-1}`, "data[0].usage is negative"},
		{"H22 usage beyond reason", `{"hash":"h","usage":1e10}`, "data[0].usage is not plausible"},
		{"H20 hash twice", `{"hash":"h","usage":1,"hash":"i"}`, `data[0] has "hash" twice`},
		{"a string", `"h"`, "data[0] is not an object"},
		{"a list", `[]`, "data[0] is not an object"},
		{"both rows", `{"hash":"h"},{"hash":"i"}`, "data[0].usage is missing"},
	} {
		_, err := serve(t, answer(200, `{"data":[`+tt.row+`]}`)).Keys(t.Context(), "")
		wantError(t, "Keys("+tt.name+")", err, ErrMalformed, "reading keys: malformed answer: "+tt.words)
	}
}

// An odd row costs itself and a note, an odd field of a row itself.
func TestKeysOddRow(t *testing.T) {
	got, err := serve(t, answer(200, `{"data":[{"hash":"h","usage":1,"disabled":"true","last_used_at":"2026-11-01T00:00:00Z","external_user":"e"},{"hash":"i","usage":"1"}]}`, "Date", "")).Keys(t.Context(), "")
	want := List[APIKey]{
		Rows:      []APIKey{{Hash: "h", KeyUsage: KeyUsage{UsageUSD: 1}, LastUsedAt: ptr(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)), ExternalUser: "e"}},
		Meta:      Meta{Odd: "1 of 2 rows left out: data[1].usage is not a number, and 1 more"},
		Truncated: true,
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("Keys(an odd row) = %+v, %v, want %+v", got, err, want)
	}
}

// What could change the path of a request is never sent.
func TestIdentifiers(t *testing.T) {
	c := serve(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s was asked", r.RequestURI) })
	for _, id := range []string{"", ".", "..", "../credits", "a/b", "a?b", "a#b", "a%2fb", "a b", "é", "a\r\nb", "a\x00", strings.Repeat("a", 129)} {
		ask := map[string]func() error{
			"KeyByHash":        func() error { _, err := c.KeyByHash(t.Context(), id); return err },
			"Workspace":        func() error { _, err := c.Workspace(t.Context(), id); return err },
			"Budgets":          func() error { _, err := c.Budgets(t.Context(), id); return err },
			"WorkspaceMembers": func() error { _, err := c.WorkspaceMembers(t.Context(), id); return err },
			"Generation":       func() error { _, err := c.Generation(t.Context(), id); return err },
		}
		for name, f := range ask {
			wantError(t, name+"("+id+")", f(), ErrRequest, ": request not accepted: not an identifier")
		}
	}
}
