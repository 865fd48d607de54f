package report

import (
	_ "embed"
	"time"

	"ortop/internal/credit"
	"ortop/internal/text"
)

func (r *Usage) spendTitle() string {
	if len(r.Hours) > 0 {
		return "Spend by hour"
	}
	return "Spend by day"
}

// parts are what the bars show.
func (r *Usage) parts() (parts []barPart) {
	for _, h := range r.Hours {
		p := barPart{at: h.From, usd: h.SpentUSD, hole: h.Why != "", words: text.MaybeUSD(h.SpentUSD), part: h.To.Sub(h.From) < time.Hour && !r.Over}
		if h.Why != "" {
			p.words = h.Why
		}
		parts = append(parts, p)
	}
	if parts != nil {
		return parts
	}
	for _, d := range r.Days {
		if d.At.IsZero() {
			continue
		}
		p := barPart{at: d.At, usd: d.SpentUSD, before: d.BeforeUSD, hole: d.SpentWhy != "", part: r.partial(d), words: text.MaybeUSD(d.SpentUSD)}
		if d.SpentWhy != "" {
			p.words = d.SpentWhy
		}
		if d.BeforeUSD != nil {
			p.words += ", " + r.PeriodBefore + " " + text.USD(*d.BeforeUSD)
		}
		parts = append(parts, p)
	}
	return parts
}

// spendChart draws what was spent, and says what its colours mean.
func (r *Usage) spendChart(w *htmlWriter) {
	parts := r.parts()
	most, any, before, partial, holes := 0.0, false, false, false, false
	highest := barPart{}
	for _, p := range parts {
		if p.usd != nil {
			if any = true; *p.usd > most || highest.usd == nil {
				highest = p
			}
			most = max(most, *p.usd)
		}
		if p.before != nil {
			before, most = true, max(most, *p.before)
		}
		partial, holes = partial || p.part && p.usd != nil, holes || p.hole
	}
	if !any {
		w.element(`p class="dim"`, "Not known: "+r.whyNot(r.SpentWhy)+".")
		return
	}
	name := func(p barPart) string { return p.at.Format("Mon 2 Jan") }
	if len(r.Hours) > 0 {
		name = func(p barPart) string { return p.at.Format("15:04") }
	} else if len(parts) > 10 {
		name = func(p barPart) string { return p.at.Format("2 Jan") }
	}
	words := "In all " + text.MaybeUSD(r.SpentUSD) + " from " + name(parts[0]) + " to " + name(parts[len(parts)-1]) +
		"; the most, " + text.USD(*highest.usd) + ", on " + name(highest) + "."
	c := newChart(w, "spend", credit.Span{From: parts[0].at, To: r.To}, most, r.spendTitle(), words)
	c.bars(parts, name)
	c.end()
	w.put("<figcaption>")
	w.legend("bar", "spent", true)
	w.legend("part", "not over", partial)
	w.legend("hole", "nobody saw it", holes)
	w.legend("was", r.PeriodBefore, before)
	w.put("</figcaption></figure>\n")
}

// legend says what a colour means, where it is used.
func (w *htmlWriter) legend(class, words string, used bool) {
	if used {
		w.put(`<b class="`, class, `"></b>`, html(words))
	}
}
