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
func pages[T any](ctx context.Context, c *Client, q call, read func(*fields) T, id func(*T) string) (List[T], error) {
	var list List[T]
	var rows []T
	seen := known{}
	page := pager{
		read: func(answer *fields) (all, unread int) {
			rows, unread = listOf(answer, "data", read)
			return len(rows) + unread, unread
		},
		add: func() (fresh bool) {
			before := len(list.Rows)
			for i := range rows {
				if seen.fresh(id(&rows[i])) {
					list.Rows = append(list.Rows, rows[i])
				}
			}
			return len(list.Rows) > before
		},
	}
	err := page.all(ctx, c, q, &list.Meta, &list.Truncated)
	if err != nil {
		list.Rows = nil
	}
	return list, err
}

// pager is what is done with a page: read says how many rows it has, and how many of
// them could not be read, and add takes them in and reports whether any is new.
type pager struct {
	read func(answer *fields) (all, unread int)
	add  func() (fresh bool)
}

// known are the rows that were taken in.
type known map[string]bool

//go:noinline
func (k known) fresh(id string) bool {
	old := k[id]
	k[id] = true
	return !old
}

// all reads every page, and says what the last one had and whether some is missing.
// On an error both are left empty.
func (p *pager) all(ctx context.Context, c *Client, q call, last *Meta, truncated *bool) (err error) {
	var meta Meta
	query := url.Values{}
	maps.Copy(query, q.query)
	q.query = query
	offset, more := 0, true
	left, missing := "", false
	for page := 0; more && page < maxPages; page++ {
		query.Set("offset", strconv.Itoa(offset))
		var total *int64 // of the whole list, where the endpoint counts it
		all, unread := 0, 0
		if meta, err = c.do(ctx, q, func(answer *fields) {
			all, unread = p.read(answer)
			total = answer.tally("total_count")
		}); err != nil {
			return err
		}
		missing = missing || unread > 0
		left = cmp.Or(left, meta.Odd)
		meta.Odd = left
		offset += all
		more = all >= pageRows
		if wrong := more && total != nil && int64(offset) > *total; total != nil && !wrong {
			more = int64(offset) < *total
		}
		if !p.add() {
			break
		}
	}
	*last, *truncated = meta, more || missing
	return nil
}
