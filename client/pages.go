package client

import (
	"cmp"
	"context"
	"maps"
	"net/url"
	"strconv"
)

const (
	pageRows = 100
	maxPages = 100
)

// List is a list that came in one or more pages.
type List[T any] struct {
	// Rows are in the server's order, each once. A row may be missing, if the
	// list changed between two pages, or if it could not be read: see Meta.Odd.
	Rows []T
	// Truncated reports whether there may be more rows: the list had no end in
	// 100 pages, a page brought nothing new though it was not the last, or a row
	// could not be read.
	Truncated bool
	Meta      // of the last page, with what any of them left out
}

// pages reads q page after page. id distinguishes rows.
func pages[T any](ctx context.Context, c *Client, q call, read func(*fields) T, id func(T) string) (List[T], error) {
	var list List[T]
	seen := map[string]bool{}
	query := url.Values{}
	maps.Copy(query, q.query)
	q.query = query
	offset, more := 0, true
	var rows []T
	left, missing := "", false
	for page := 0; more && page < maxPages; page++ {
		query.Set("offset", strconv.Itoa(offset))
		var total *int64 // of the whole list, where the endpoint counts it
		all := 0
		meta, err := c.do(ctx, q, func(answer *fields) {
			var unread int
			rows, unread = listOf(answer, "data", read)
			all, missing = len(rows)+unread, missing || unread > 0
			total = answer.tally("total_count")
		})
		if err != nil {
			return List[T]{}, err
		}
		left = cmp.Or(left, meta.Odd)
		list.Meta = meta
		list.Odd = left
		offset += all
		more = all >= pageRows
		if wrong := more && total != nil && int64(offset) > *total; total != nil && !wrong {
			more = int64(offset) < *total
		}
		known := len(list.Rows)
		for _, row := range rows {
			if !seen[id(row)] {
				seen[id(row)] = true
				list.Rows = append(list.Rows, row)
			}
		}
		if len(list.Rows) == known {
			break
		}
	}
	list.Truncated = more || missing
	return list, nil
}
