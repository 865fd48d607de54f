package client

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"testing"
)

type rowJSON map[string]any

// rows returns n rows of ids from first on.
func rows(first, n int) []rowJSON {
	list := []rowJSON{}
	for i := range n {
		list = append(list, rowJSON{"id": fmt.Sprint("id", first+i), "hash": fmt.Sprint("id", first+i), "usage": 1, "user_id": "u"})
	}
	return list
}

// paging is a server of a list: page tells each page from its number and offset.
func paging(t *testing.T, page func(n, offset int) rowJSON) (*Client, *[]int) {
	var offsets []int
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		offset, err := strconv.Atoi(r.URL.Query().Get("offset"))
		if err != nil {
			t.Errorf("%s %s has no offset", r.Method, r.RequestURI)
		}
		body, _ := json.Marshal(page(len(offsets), offset))
		offsets = append(offsets, offset)
		answer(200, string(body))(w, r)
	}), &offsets
}

func TestS12S13Pages(t *testing.T) {
	type page = func(n, offset int) rowJSON
	// counted is a list of n rows in pages of most, that says total.
	counted := func(n, most, total int) page {
		return func(_, offset int) rowJSON {
			return rowJSON{"data": rows(offset, max(0, min(most, n-offset))), "total_count": total}
		}
	}
	uncounted := func(n int) page {
		return func(_, offset int) rowJSON { return rowJSON{"data": rows(offset, max(0, min(100, n-offset)))} }
	}
	for _, tt := range []struct {
		name           string
		page           page
		rows, requests int
		last           int // offset
		truncated      bool
	}{
		{"none", uncounted(0), 0, 1, 0, false},
		{"short page", uncounted(99), 99, 1, 0, false},
		{"full page, then none", uncounted(100), 100, 2, 100, false},
		{"three pages", uncounted(201), 201, 3, 200, false},
		{"5,000", uncounted(5000), 5000, 51, 5000, false},
		{"without end", func(_, offset int) rowJSON { return rowJSON{"data": rows(offset, 100)} }, 10_000, 100, 9900, true},
		{"the same short page for ever", func(int, int) rowJSON { return rowJSON{"data": rows(0, 1)} }, 1, 1, 0, false},
		{"the same full page for ever", func(int, int) rowJSON { return rowJSON{"data": rows(0, 100)} }, 100, 2, 100, true},
		{"a row that moved to the next page", func(n, offset int) rowJSON {
			return rowJSON{"data": rows(offset-n, []int{100, 50}[n])}
		}, 149, 2, 100, false},
		{"one row many times", func(n, _ int) rowJSON {
			return rowJSON{"data": append(rows(0, 1), rows(0, 1)...)}
		}, 1, 1, 0, false},
		{"pages longer than a hundred", func(_, offset int) rowJSON {
			return rowJSON{"data": rows(offset, min(150, 200-offset))}
		}, 200, 2, 150, false},

		{"counted: none", counted(0, 100, 0), 0, 1, 0, false},
		{"counted: exactly a page", counted(100, 100, 100), 100, 1, 0, false},
		{"counted: pages of fifty", counted(120, 50, 120), 120, 3, 100, false},
		{"counted: more than there are", counted(30, 100, 31), 30, 2, 30, true},
		{"counted: the same page for ever", func(int, int) rowJSON { return rowJSON{"data": rows(0, 1), "total_count": 25} }, 1, 2, 1, true},
		{"counted: fewer than came", counted(30, 100, 3), 30, 1, 0, false},
		{"counted: far fewer than there are", counted(250, 100, 7), 250, 3, 200, false},
		{"counted: without end", func(_, offset int) rowJSON {
			return rowJSON{"data": rows(offset, 100), "total_count": int64(1) << 62}
		}, 10_000, 100, 9900, true},
		{"count null", func(int, int) rowJSON { return rowJSON{"data": rows(0, 3), "total_count": nil} }, 3, 1, 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			check := func(list string, n int, truncated bool, err error, offsets []int) {
				t.Helper()
				if err != nil || n != tt.rows || truncated != tt.truncated || len(offsets) != tt.requests || offsets[len(offsets)-1] != tt.last {
					t.Errorf("%s = %d rows, truncated %v, %v, in %d requests to offset %d, want %d, %v, in %d to %d",
						list, n, truncated, err, len(offsets), offsets[len(offsets)-1], tt.rows, tt.truncated, tt.requests, tt.last)
				}
			}
			c, offsets := paging(t, tt.page)
			k, err := c.Keys(t.Context(), "")
			check("Keys()", len(k.Rows), k.Truncated, err, *offsets)
			for i := range k.Rows {
				if want := fmt.Sprint("id", i); k.Rows[i].Hash != want {
					t.Fatalf("Keys()[%d] = %q, want %q", i, k.Rows[i].Hash, want)
				}
			}
			c, offsets = paging(t, tt.page)
			w, err := c.Workspaces(t.Context())
			check("Workspaces()", len(w.Rows), w.Truncated, err, *offsets)
			c, offsets = paging(t, tt.page)
			m, err := c.WorkspaceMembers(t.Context(), "default")
			check("WorkspaceMembers()", len(m.Rows), m.Truncated, err, *offsets)
			c, offsets = paging(t, tt.page)
			o, err := c.Members(t.Context())
			check("Members()", len(o.Rows), o.Truncated, err, *offsets)
		})
	}
}

func TestPagesFail(t *testing.T) {
	for _, tt := range []struct {
		name, words string
		kind        error
		second      http.HandlerFunc
	}{
		{"refused", "429 rate limited", ErrRateLimited, answer(429, "", "Retry-After", "9")},
		{"malformed", "data[0].hash is missing", ErrMalformed, answer(200, `{"data":[{"usage":1},{"usage":2}]}`)},
	} {
		requests := 0
		full, _ := json.Marshal(rowJSON{"data": rows(0, 100)})
		got, err := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if requests++; requests == 2 {
				tt.second(w, r)
				return
			}
			answer(200, string(full))(w, r)
		}).Keys(t.Context(), "")
		wantError(t, "Keys("+tt.name+" on page 2)", err, tt.kind, tt.words)
		if len(got.Rows) != 0 || requests != 2 {
			t.Errorf("Keys(%s on page 2) = %d rows in %d requests, want none in 2", tt.name, len(got.Rows), requests)
		}
	}
}
