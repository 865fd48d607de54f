package report

import (
	"strconv"
	"strings"

	"ortop/internal/render"
)

// htmlSigns are the signs that begin or end something in HTML, in a text or in an
// attribute.
var htmlSigns = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;")

// html is a text that means only itself in HTML.
//
//go:noinline
func html(s string) string { return htmlSigns.Replace(render.Clean(s)) }

// htmlWriter writes HTML. What is given to put is trusted, all else is escaped.
type htmlWriter struct{ strings.Builder }

// put writes trusted parts one after the other.
//
//go:noinline
func (w *htmlWriter) put(parts ...string) {
	for _, p := range parts {
		w.WriteString(p)
	}
}

// element writes an element with a text in it. Its start is the tag with its attributes.
//
//go:noinline
func (w *htmlWriter) element(start, text string) {
	tag, _, _ := strings.Cut(start, " ")
	w.put("<", start, ">", html(text), "</", tag, ">")
}

// section begins a section of a class with its heading.
func (w *htmlWriter) section(class, title string) {
	w.put(`<section class="`, class, `">`)
	w.element("h2", title)
}

// within writes a section of what show writes.
//
//go:noinline
func (w *htmlWriter) within(class, title string, show func()) {
	w.section(class, title)
	show()
	w.put("</section>\n")
}

// table writes a table whose first column names its rows, or why there is none.
func (w *htmlWriter) table(t table) {
	if len(t.rows) == 0 {
		w.element(`p class="dim"`, t.reason())
		return
	}
	class := func(column int) string {
		if t.right(column) {
			return ` class="n"`
		}
		return ""
	}
	w.put("<table", map[bool]string{true: ` class="bars"`}[t.shares != nil], ">")
	if t.head == nil {
		w.put(`<tbody class="facts">`)
	} else {
		w.put("<thead><tr>")
		for i, name := range t.head {
			w.element(`th scope="col"`+class(i), name)
		}
		if t.shares != nil {
			w.put(`<td class="s"></td>`) // the bars say nothing that the shares do not
		}
		w.put("</tr></thead><tbody>")
	}
	for i, row := range t.rows {
		w.put("<tr>")
		for k, cell := range row {
			if k == 0 && cell != "" {
				w.element(`th scope="row"`, cell)
			} else {
				w.element("td"+class(k), cell)
			}
		}
		if t.shares != nil {
			w.put(`<td class="s">`)
			if s := t.shares[i]; s != nil && *s > 0 {
				w.put(`<i style="width:`, figure1(min(*s, 1)*100), `%"></i>`)
			}
			w.put("</td>")
		}
		w.put("</tr>\n")
	}
	w.put("</tbody></table>")
}

// list writes lines.
func (w *htmlWriter) list(lines []string) {
	w.put("<ul>")
	for _, l := range lines {
		w.element("li", l)
	}
	w.put("</ul>")
}

// figure1 is a number with one decimal, as coordinates and widths have it.
//
//go:noinline
func figure1(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }
