package share

import (
	"strconv"
	"strings"
)

// columns are rows as PostgreSQL takes arrays: one for each column, as text.
type columns struct {
	of   [][]byte
	at   int // which column is next
	rows int
}

func newColumns(n int) *columns { return &columns{of: make([][]byte, n)} }

// next begins the next value of the row.
//
//go:noinline
func (c *columns) next() *[]byte {
	b := &c.of[c.at]
	c.at++
	if c.rows == 0 {
		*b = append(*b, '{')
	} else {
		*b = append(*b, ',')
	}
	return b
}

//go:noinline
func (c *columns) ints(list ...int64) {
	for _, v := range list {
		b := c.next()
		*b = strconv.AppendInt(*b, v, 10)
	}
}

// maybe adds integers that may be NULL.
//
//go:noinline
func (c *columns) maybe(list ...*int64) {
	for _, v := range list {
		if v == nil {
			c.null()
			continue
		}
		c.ints(*v)
	}
}

// float adds one that may be NULL.
//
//go:noinline
func (c *columns) float(v *float64) {
	if v == nil {
		c.null()
		return
	}
	b := c.next()
	*b = strconv.AppendFloat(*b, *v, 'g', -1, 64)
}

var inArray = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// texts adds texts that may be NULL.
//
//go:noinline
func (c *columns) texts(list ...*string) {
	for _, v := range list {
		if v == nil {
			c.null()
			continue
		}
		b := c.next()
		*b = append(*b, '"')
		if *v != "" {
			*b = append(*b, inArray.Replace(*v)...)
		}
		*b = append(*b, '"')
	}
}

//go:noinline
func (c *columns) null() {
	b := c.next()
	*b = append(*b, "NULL"...)
}

// end ends the row.
//
//go:noinline
func (c *columns) end() { c.at, c.rows = 0, c.rows+1 }

// args are the columns as parameters.
//
//go:noinline
func (c *columns) args() (list []any) {
	for _, b := range c.of {
		if c.rows == 0 {
			b = []byte{'{'}
		}
		list = append(list, string(append(b, '}')))
	}
	return list
}
