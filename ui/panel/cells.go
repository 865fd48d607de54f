package panel

import (
	"math"
	"strings"

	"ortop/internal/credit"
	"ortop/internal/spenders"
	"ortop/internal/text"
	"ortop/ui/draw"
)

//go:noinline
func nameOf(r *spenders.Row) string {
	if name := draw.Clean(r.Name); name != "" {
		return name
	}
	return "(no name)"
}

// offOf marks a key that is switched off.
func offOf(r *spenders.Row) string {
	if r.Disabled {
		return "  off"
	}
	return ""
}

func percentOf(share *float64) string {
	if share == nil {
		return text.Unknown
	}
	return text.Percent(*share)
}

// changeOf is how spend changed against the same span before.
func changeOf(r spenders.Row) string {
	switch c := r.ChangeRatio; {
	case r.New:
		return "new"
	case c == nil:
		return text.Unknown
	case *c >= 9.995:
		return "▲ > 10x"
	case *c >= 0.005:
		return "▲ " + text.Percent(*c)
	case *c <= -0.005:
		return "▼ " + text.Percent(-*c)
	}
	return "= 0 %"
}

func countOf(n *int64) string {
	if n == nil {
		return text.Unknown
	}
	return text.Count(*n)
}

// perMtok is a price in few cells: a mistaken count of tokens can make it any.
func perMtok(r spenders.Row) string {
	switch v := r.USDPerMtok; {
	case v == nil:
		return text.Unknown
	case *v > 0 && *v < 0.001:
		return "<0.001"
	case *v >= 999.995:
		return text.Count(int64(math.Round(min(*v, 1e15))))
	default:
		return strings.TrimPrefix(text.USD(*v), "$")
	}
}

// capOf is a cap and how much of it is used: "$20/month, 26 %".
func capOf(r spenders.Row) string {
	limit := r.Cap.LimitUSD
	if limit == nil {
		return text.Unknown
	}
	s := strings.TrimSuffix(text.USD(*limit), ".00") + r.Cap.Reset.Per()
	if used := usedOf(r.Cap); used != nil {
		s += ", " + text.Percent(*used)
	}
	return s
}

// usedOf is the used share of a cap; nil is unknown.
func usedOf(c credit.Cap) *float64 {
	ratio, ok := c.UsedRatio()
	if !ok {
		return nil
	}
	used := max(0, ratio)
	return &used
}

// guardrailsOf are the guardrail budgets of a row: "$20/week, $5/day".
func guardrailsOf(r spenders.Row) string {
	if r.Guardrails == nil {
		return text.Unknown
	}
	var all []string
	for _, x := range r.Guardrails {
		all = append(all, x.Text())
	}
	return strings.Join(all, ", ")
}

// Find is what the rows of a list were searched for.
type Find struct {
	Text  string // empty: all are shown
	Shown string // as it is drawn, while it is typed too
}

// manyRows is how many rows a list may have without a count beside its title.
const manyRows = 9

// Of is how many of all rows were found, or which of many is chosen.
func (f Find) Of(p draw.Pen, at, found, all int) string {
	switch {
	case f.Text != "":
		return p.Dim(text.Count(int64(found)) + " of " + text.Count(int64(all)))
	case found > manyRows:
		return p.Dim(text.Count(int64(at+1)) + " of " + text.Count(int64(found)))
	}
	return ""
}
