package ui

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"ortop/history"
	"ortop/internal/sorted"
	"ortop/internal/spenders"
	"ortop/ui/draw"
	"ortop/ui/load"
	"ortop/ui/panel"
)

// spenderList is how who spent it is looked at.
type spenderList struct {
	by, sort int // into spenders.Bys and sorts
	filter   filter
	byok     bool
	list     draw.List
	id       string          // of the row chosen
	rows     []*spenders.Row // that are found, in order
	of       question        // what the rows are of
	open     bool            // the chosen row's details
	plot     load.Request[rowOf, history.Plot]
}

// row is the chosen row.
func (v spenderList) row() (r spenders.Row, ok bool) {
	if v.list.At >= len(v.rows) {
		return r, false
	}
	return *v.rows[v.list.At], true
}

// sortOrder is an order of rows, as its column is called.
type sortOrder struct {
	name string
	of   func(*spenders.Row) *float64 // nil: by name
}

// sorts are the orders of rows: the largest first, what is not known last.
var sorts = []sortOrder{
	{"spend", func(r *spenders.Row) *float64 { return r.SpendUSD }},
	{"vs before", func(r *spenders.Row) *float64 {
		if r.New {
			most := math.MaxFloat64
			return &most
		}
		return r.ChangeRatio
	}},
	{"requests", func(r *spenders.Row) *float64 { return float(r.Requests) }},
	{"tokens", func(r *spenders.Row) *float64 { return float(r.Tokens) }},
	{"$/Mtok", func(r *spenders.Row) *float64 { return r.USDPerMtok }},
	{"name", nil},
}

func float(n *int64) *float64 {
	if n == nil {
		return nil
	}
	v := float64(*n)
	return &v
}

// question is what the view breaks down.
func (m *Model) question() question { return question{spenders.Bys[m.who.by], m.span} }

// place is what a row is put in order by: how much, where that is known, or its name.
type place struct {
	row  *spenders.Row
	much float64
	name string
}

// inOrder puts rows in order: what each goes by is found out once, and not each time
// that it is compared.
func inOrder(rows []*spenders.Row, of func(*spenders.Row) *float64) {
	places, order := make([]place, len(rows)), make([]*place, len(rows))
	for i, r := range rows {
		p := &places[i]
		if order[i], p.row = p, r; of == nil {
			p.name = strings.ToLower(r.Name)
		} else if much := of(r); much != nil {
			p.much = *much
		} else {
			p.much = math.Inf(-1)
		}
	}
	sorted.By(order, func(x, y *place) int {
		return cmp.Or(cmp.Compare(y.much, x.much), strings.Compare(x.name, y.name))
	})
	for i, p := range order {
		rows[i] = p.row
	}
}

// arrange finds the rows of the view and puts them in order anew; the same row
// is chosen where it is still there.
func (m *Model) arrange() {
	v := &m.who
	v.of = m.question()
	data, words := m.breakdowns[v.of], v.filter.words()
	v.rows = make([]*spenders.Row, 0, len(data.Value.Rows))
	for i := range data.Value.Rows { // which are large
		r := &data.Value.Rows[i]
		if matches(words, r.Name, r.Label, r.Workspace) {
			v.rows = append(v.rows, r)
		}
	}
	inOrder(v.rows, sorts[v.sort].of)
	if i := slices.IndexFunc(v.rows, func(r *spenders.Row) bool { return r.ID == v.id }); i >= 0 {
		v.list.At = i
	} else if data.Loaded && v.filter.Text() == "" {
		v.open = false
	}
	v.list = v.list.Within(len(v.rows), m.seenRows(m.layout()))
	if r, ok := v.row(); ok {
		v.id = r.ID
	}
}

// seenRows is how many rows of the table are seen.
func (m *Model) seenRows(l layout) int {
	w, h := m.listSize(l)
	return m.breakdown().Seen(m.pen(), w, h)
}

// breakdown is the table as it is drawn.
func (m *Model) breakdown() *panel.Breakdown {
	v, q := m.who, m.question()
	r := m.breakdowns[q]
	var left *float64
	if b := m.snap.Balance; b != nil {
		usd := b.LeftUSD()
		left = &usd
	}
	return &panel.Breakdown{
		Balance: left,
		By:      q.by, Sort: sorts[v.sort].name, Span: q.span, Find: v.filter.find(m.pen()), BYOK: v.byok,
		List: v.list, Open: v.open, Rows: v.rows,
		Data: r.Value, Loaded: r.Loaded, Asking: r.Loading, Err: r.Err, Plot: m.rowPlot(), Early: m.snap.Key == nil,
	}
}
