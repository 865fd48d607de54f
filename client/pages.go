package client

import (
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
	// list changed between two pages.
	Rows []T
	// Truncated reports whether there may be more rows: the list had no end in
	// 100 pages, or a page brought nothing new though it was not the last.
	Truncated bool
	Meta      // of the last page
}

// pages reads q page after page. id distinguishes rows.
func pages[T any](ctx context.Context, c *Client, q call, read func(*fields) T, id func(T) string) (List[T], error) {
	var list List[T]
	seen := map[string]bool{}
	query := url.Values{}
	maps.Copy(query, q.query)
	q.query = query
	offset, more := 0, true
	rows := make([]T, 0, pageRows)
	for page := 0; more && page < maxPages; page++ {
		query.Set("offset", strconv.Itoa(offset))
		rows = rows[:0]
		var total *int64 // of the whole list, where the endpoint counts it
		meta, err := c.do(ctx, q, func(answer *fields) {
			answer.each("data", func(f *fields) { rows = append(rows, read(f)) })
			total = answer.tally("total_count")
		})
		if err != nil {
			return List[T]{}, err
		}
		list.Meta = meta
		offset += len(rows)
		more = len(rows) >= pageRows
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
	list.Truncated = more
	return list, nil
}
