package cmd

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"ortop/internal/forecast/backtest"
	"ortop/internal/text"
)

// printRoll prints how good the forecast was at each horizon, what that means, and
// whether it was better than plain means.
func printRoll(w io.Writer, t *backtest.Trace, rows []backtest.Row) {
	span := time.Duration(t.To()-t.From()) * time.Second
	fmt.Fprintf(w, "%s  %s\n", oneLine(t.Name), text.Span(span))
	if len(rows) == 0 {
		fmt.Fprintln(w, tooShort(t, span))
		return
	}
	fmt.Fprintf(w, "%-8s %7s %6s %11s %6s   mean of", "horizon", "moments", "off by", "80 % held", "pin3")
	for _, b := range backtest.Baselines {
		fmt.Fprintf(w, " %6s", b.Name)
	}
	fmt.Fprintln(w)
	for _, r := range rows {
		f := r.Forecast
		fmt.Fprintf(w, "%-8s %7d %6.2f %9.0f %% %6.3f          ", text.Span(r.Horizon), f.N, f.Factor, f.Coverage*100, f.Pin3)
		for _, b := range r.Baselines {
			fmt.Fprintf(w, " %6.2f", b.Factor)
		}
		fmt.Fprintln(w)
	}
	fmt.Fprint(w, `
off by     half of the forecasts were closer than this factor: 1.5 is 2 days for 3
80 % held  how often it ran out between P10 and P90: should be near 80 %
pin3       the error of P10, P50 and P90 together: lower is better, under .2 is good
mean of    the same factor as "off by", for the balance divided by the mean rate of
           the last hour, day, 3 or 7 days, or of all before

`)
	fmt.Fprintln(w, judgement(rows))
	if left := len(backtest.Horizons) - len(rows); left > 0 {
		longest := rows[len(rows)-1].Horizon
		for _, h := range backtest.Horizons {
			if h > longest {
				fmt.Fprintf(w, "Not graded at %s: that takes %s of spend.\n", text.Span(h), text.Span(backtest.Needs(h)))
				break
			}
		}
	}
}

// tooShort says what a trace lacks.
func tooShort(t *backtest.Trace, span time.Duration) string {
	least := backtest.Needs(backtest.Horizons[0])
	switch spent := t.UsageUSD(t.To()) - t.UsageUSD(t.From()); {
	case spent <= 0:
		return "nothing was spent in it: there is nothing to forecast"
	case span < least:
		return "too short to be graded: that takes " + text.Span(least) + " at least"
	}
	return "too quiet to be graded: at fewer than 10 moments had anything been spent within the week before"
}

// A range that held for less or more of the time is too narrow or too wide.
const (
	heldLeast = .70
	heldMost  = .90
	// closer is by what share a factor is closer for it to count.
	closer = 1.02
)

// judgement is what to make of the rows, in a line.
func judgement(rows []backtest.Row) string {
	better, worse := []string{}, map[string][]string{}
	var narrow, wide, names []string
	for _, r := range rows {
		at := text.Span(r.Horizon)
		best := slices.MinFunc(indexes(len(r.Baselines)), func(a, b int) int {
			return cmp.Compare(r.Baselines[a].Factor, r.Baselines[b].Factor)
		})
		if f := r.Baselines[best].Factor; r.Forecast.Factor <= f*closer {
			better = append(better, at)
		} else {
			name := backtest.Baselines[best].Name
			if worse[name] == nil {
				names = append(names, name)
			}
			worse[name] = append(worse[name], at)
		}
		switch held := r.Forecast.Coverage; {
		case held < heldLeast:
			narrow = append(narrow, fmt.Sprintf("%.0f %% at %s", held*100, at))
		case held > heldMost:
			wide = append(wide, fmt.Sprintf("%.0f %% at %s", held*100, at))
		}
	}
	var said []string
	switch {
	case len(names) == 0:
		said = append(said, "As close as the best of the means, or closer, at every horizon")
	case len(better) > 0:
		said = append(said, "As close as the best of the means, or closer, at "+listed(better))
	default:
		said = append(said, "A plain mean was closer at every horizon")
	}
	for _, name := range names {
		of := "the mean of " + name
		if name == "all" {
			of = "the mean of all before"
		}
		said = append(said, "at "+listed(worse[name])+" "+of+" was closer")
	}
	switch {
	case len(narrow) > 0:
		said = append(said, "the range held only "+listed(narrow)+": too narrow")
	case len(wide) > 0:
		said = append(said, "the range held "+listed(wide)+": wider than it need be")
	default:
		said = append(said, "the range held as it should")
	}
	return strings.Join(said, "; ") + "."
}

func indexes(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// listed is words as a sentence lists them.
func listed(words []string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}
