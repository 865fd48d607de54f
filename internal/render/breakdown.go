package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/spenders"
	"ortop/internal/text"
)

// BreakdownText is a table for a person, of as many columns as a width has room for; 0
// is any width.
func BreakdownText(b *spenders.Breakdown, now time.Time, width int) string {
	byok := false
	for _, r := range b.Rows {
		byok = byok || r.BYOKUSD != nil && *r.BYOKUSD > 0
	}
	lines := [][]string{{string(b.By), "spend", "share", "vs before", "requests", "tokens", "$/Mtok", "BYOK", "guardrails", "cap"}}
	for _, r := range b.Rows {
		lines = append(lines, []string{
			rowName(&r), text.MaybeUSD(r.SpendUSD), maybe(r.Share, text.Percent), changeText(&r), maybe(r.Requests, text.Count),
			maybe(r.Tokens, text.Count), maybe(r.USDPerMtok, func(v float64) string { return fmt.Sprintf("%.2f", v) }),
			text.MaybeUSD(r.BYOKUSD), guardrailsText(&r), budgetText(&r, now),
		})
	}
	columns := lines[0]
	if o := b.Others; o != nil {
		lines = append(lines, []string{
			othersName(b), text.MaybeUSD(o.SpendUSD), maybe(o.Share, text.Percent), "", "", "", "", text.MaybeUSD(o.BYOKUSD), "",
		})
	}
	if b.Rows == nil {
		lines = nil
	} else if !b.Selected {
		lines = append(lines, []string{"not attributed", text.MaybeUSD(b.UnattributedUSD)})
	}
	lines = append(lines, []string{"total", text.MaybeUSD(b.TotalUSD)})
	widths := make([]int, len(columns))
	for _, l := range lines {
		for i, cell := range l {
			widths[i] = max(widths[i], ansi.StringWidth(cell))
		}
	}
	var leave []int
	for _, name := range []string{"guardrails", "$/Mtok", "tokens", "requests", "BYOK", "cap", "vs before", "share"} {
		leave = append(leave, slices.Index(columns, name))
	}
	hidden := make([]bool, len(columns))
	if b.Rows != nil {
		hidden = unknown(lines, leave)
	}
	i := slices.Index(columns, "BYOK")
	hidden[i] = hidden[i] || !byok
	hidden = Room(lines, hidden, leave, width)
	var out strings.Builder
	read := "not read"
	if !b.ReadAt.IsZero() {
		read = "read " + text.Ago(now.Sub(b.ReadAt))
	}
	fmt.Fprintf(&out, "%s spent, %s, %s\n", text.MaybeUSD(b.TotalUSD), Zoned(PastMoment(b.From, now)+" to "+PastMoment(b.To, now), now), read)
	for _, l := range lines {
		var line strings.Builder
		for i, cell := range l {
			pad := strings.Repeat(" ", widths[i]-ansi.StringWidth(cell))
			switch {
			case hidden[i]:
			case i == 0:
				line.WriteString(cell + pad)
			case columns[i] == "cap", columns[i] == "guardrails":
				line.WriteString("  " + cell + pad)
			default:
				line.WriteString("  " + pad + cell)
			}
		}
		out.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return strings.TrimSuffix(out.String(), "\n")
}

func othersName(b *spenders.Breakdown) string { return text.Many(b.OthersCount, "other") }

func rowName(r *spenders.Row) string {
	name := cmp.Or(text.Clean(r.Name, 40), "(no name)")
	if user := text.Clean(r.ExternalUser, 40); user != "" {
		name += "  for " + user
	}
	switch {
	case r.Disabled:
		name += "  off"
	case r.Unused > 0:
		name += "  unused " + text.Span(r.Unused)
	}
	return name
}

func changeText(r *spenders.Row) string {
	switch {
	case r.New:
		return "new"
	case r.ChangeRatio == nil:
		return text.Unknown
	case *r.ChangeRatio >= 9.995:
		return fmt.Sprintf("x %.0f", *r.ChangeRatio+1)
	case *r.ChangeRatio < 0:
		return "-" + text.Percent(-*r.ChangeRatio)
	}
	return "+" + text.Percent(*r.ChangeRatio)
}

// budgetText is what is left of a cap, or of a budget and how long that lasts.
func budgetText(r *spenders.Row, now time.Time) string {
	if r.Cap.LimitUSD == nil {
		return ""
	}
	s := text.MaybeUSD(r.Cap.RemainingUSD) + " left of " + text.USD(*r.Cap.LimitUSD)
	if !r.ResetsAt.IsZero() {
		s += ", resets " + r.ResetsAt.UTC().Format("2 Jan") + " (UTC)"
	}
	if left := r.Cap.RemainingUSD; r.Binding == credit.BoundByAccount && left != nil && *r.SpendableUSD < *left {
		s += ", bound by the balance"
	}
	switch f := r.Runway; {
	case f == nil:
	case f.State == forecast.Depleted:
		s += ", spent"
	case f.State == forecast.OK:
		s += ", runs out " + text.Moment(f.Time(f.P50), now)
	case f.CapLasts:
		s += ", lasts"
	}
	if p := r.SpentChance; p != nil && *p >= .01 && *p < 1 {
		s += ", " + text.Chance(*p) + " likely to be spent before"
	}
	return s
}

// guardrailsText is the budgets of guardrails that hold a row, of which nobody knows
// how much is spent.
func guardrailsText(r *spenders.Row) string {
	var all []string
	for _, x := range r.Guardrails {
		all = append(all, strings.TrimSpace(x.Text()+" "+text.Clean(x.Name, 30)))
	}
	return strings.Join(all, "; ")
}

func maybe[T any](v *T, format func(T) string) string {
	if v == nil {
		return text.Unknown
	}
	return format(*v)
}

// PastMoment is a time that has passed, as a date where it is long ago.
func PastMoment(t, now time.Time) string {
	if now.Sub(t) >= 120*24*time.Hour {
		return t.In(now.Location()).Format("2 Jan 2006")
	}
	return text.Moment(t, now)
}
