package panel

import (
	"math"
	"strconv"
	"strings"
	"time"

	"ortop/internal/account"
	"ortop/internal/forecast"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// The fields of the plan, from the top.
const (
	FieldTopUp = iota
	FieldUntil
	fieldAuto
	PlanFields
)

// Plan is the fields of the planner and what they come to.
type Plan struct {
	draw.Pen
	Snap     account.Snapshot
	TopUpUSD float64
	Until    time.Time
	Days     float64
	At       int // the chosen field
	// edit draws that field while it is edited, empty with what was in it; nil:
	// it is not edited.
	Edit   func(old string, w int) string
	Wrong  string         // what is wrong with what was typed
	Result *forecast.Plan // nil: not known yet
	Failed error
}

// Render draws the panel: w by h cells, border included.
func (d Plan) Render(w, h int) []string {
	note := "fees are extra"
	if d.Snap.Forecast.Subject.Limit() && d.Snap.Balance != nil {
		note = "for the balance, not the " + limitWord(&d.Snap) + "; " + note
	}
	each := PlanLines(w, h)
	lines := d.lines(w-4, each)
	if h >= each*PlanFields+4 && d.Edit == nil {
		how := d.Accent(d.Key("zoom-in", "+")+" "+d.Key("zoom-out", "-")) + d.Dim(" change the field, and the plot follows")
		lines = append(lines, "", draw.CutWords(how, w-4))
	}
	// Where there are rows for the fields alone it has no lower border.
	return draw.Panel(d.Pen, d.Title("plan"), d.Dim(note), lines, w, max(h, PlanFields+2))[:h]
}

// narrowPlan is the width below which a field and its result are said in the fewest cells.
const narrowPlan = 48

// PlanLines are the lines of each field in a plan of w by h cells, border included:
// a second one where an outcome has no room in the first.
func PlanLines(w, h int) int {
	if w < 80 && h >= 2*PlanFields+2 {
		return 2
	}
	return 1
}

func (d *Plan) lines(w, each int) []string {
	labels := []string{"top up", "until", "auto top-up"}
	if w < 90 {
		labels[fieldAuto] = "auto"
	}
	values := []string{text.USD(d.TopUpUSD), exactly(d.Until, d.Now), "every " + text.Span(time.Duration(d.Days*24*float64(time.Hour)))}
	labelW, valueW, gap := 0, 11, " "
	if w < narrowPlan {
		valueW, gap = 9, ""
	}
	for i := range labels {
		labelW, valueW = max(labelW, draw.Width(labels[i])), max(valueW, draw.Width(values[i]))
	}
	lines, wrong := make([]string, 0, each*PlanFields), ""
	for i := range PlanFields {
		mark, name, open, end := "  ", d.Dim(draw.Fit(labels[i], labelW)), d.Dim("["+gap), d.Dim(gap+"]")
		if i == d.At {
			mark, name, open, end = d.Chosen("› "), draw.Fit(labels[i], labelW), d.Chosen("["+gap), d.Chosen(gap+"]")
		}
		value := draw.Fit(values[i], valueW)
		editing := i == d.At && d.Edit != nil
		if editing {
			value = d.Edit(values[i], max(valueW, 17))
		}
		head := mark + name + " " + gap + open + value + end + " " + gap
		room := w - draw.Width(head)
		first, second := "", ""
		switch {
		case editing:
			if first = d.hint(i, room); d.Wrong != "" && strings.HasSuffix(first, "…") {
				first, wrong = "", "  "+d.hint(i, w-2)
			}
		case each > 1:
			first, second = d.outcomes(i, room)
		default:
			first = d.outcome(i, room)
		}
		lines = append(lines, head+first)
		if each > 1 {
			lines = append(lines, draw.Blank(draw.Width(head))+second)
		}
	}
	if below := each*d.At + 1; wrong != "" && below < len(lines) {
		lines[below] = wrong
	} else if wrong != "" {
		lines[below-2] = wrong
	}
	return lines
}

// outcomes is the result of a field in two lines of w cells: what it comes to, and how
// sure or how much that is. The second is empty where the first says all.
func (d *Plan) outcomes(i, w int) (first, second string) {
	dim, bright, r := d.Dim, d.Bright, d.Result
	switch {
	case d.Snap.Balance != nil && d.Failed != nil:
		return d.Low("▲ ") + draw.CutWords("cannot be planned:", w-2), d.Dim(draw.CutWords(draw.Clean(d.Failed.Error()), w))
	case d.Snap.Balance == nil || r == nil:
	case i == FieldTopUp && r.WithTopUp.State == forecast.OK && !d.Snap.Early():
		f := r.WithTopUp
		date, days := dateOf(f, d.Now), daysOf(f, d.Now)
		sure := account.EndOf(f, d.Now).Percent()
		second = draw.Pick(w, dim(sure+" sure: "+days), dim(sure+": "+days), dim(sure+": "+briefDays(f, d.Now)), dim(briefDays(f, d.Now)))
		if strings.HasPrefix(date, ">") {
			return draw.Pick(w, dim("lasts ")+bright("over a year"), bright("over a year")), second
		}
		return draw.Pick(w, dim("lasts until ")+bright(date), dim("lasts until ")+bright(dayOf(date)), dim("to ")+bright(dayOf(date)), bright(dayOf(date))), second
	case i == FieldUntil && r.AllowanceUSDPerDay != nil:
		perDay := bright(text.USD(*r.AllowanceUSDPerDay)) + dim(" a day")
		atMost := draw.Pick(w, dim("or at most ")+perDay, dim("or ")+perDay, perDay)
		switch needed := r.NeededUSD; {
		case needed == nil:
			return dim("needs —"), atMost
		case *needed == 0:
			return draw.Pick(w, dim("needs ")+bright("nothing more"), bright("nothing more")), draw.Pick(w, dim("90 % sure; up to ")+perDay, dim("up to ")+perDay)
		case r.Buy != nil && r.Buy.CostUSD != nil:
			cost := dim(" for ") + bright(text.USD(*r.Buy.CostUSD))
			buy := dim("buy ") + bright(itemsUSD(r.Buy)) + cost
			return draw.Pick(w, buy+dim(" with fees"), buy, dim("buy ")+bright(text.USD(r.Buy.CreditsUSD()))+cost), atMost
		default:
			more := dim("needs ") + bright(text.MaybeUSD(needed))
			return draw.Pick(w, more+dim(" more (90 % sure)"), more+dim(" more"), more), atMost
		}
	case i == fieldAuto && r.Auto != nil && d.Snap.AutoTopUp == nil && r.Auto.Every <= 365*24*time.Hour:
		a := r.Auto
		month := dim(roundUSD(a.USDPerMonth) + " a month")
		return draw.Pick(w, dim("threshold ")+bright(roundUSD(a.ThresholdUSD))+dim(", amount ")+bright(roundUSD(a.AmountUSD)),
			bright(roundUSD(a.AmountUSD))+dim(" below ")+bright(roundUSD(a.ThresholdUSD))), draw.Pick(w, dim("about every "+text.Span(a.Every)+", ")+month, month)
	}
	return d.outcome(i, w), ""
}

// hint is what can be typed, or what is wrong with what was.
func (d *Plan) hint(i, w int) string {
	if err := d.Wrong; err != "" {
		what := err
		if _, after, ok := strings.Cut(err, "\": "); ok && draw.Width(err)+2 > w {
			what = after
		}
		if _, after, ok := strings.Cut(what, ": "); ok && draw.Width(what)+2 > w {
			what = after
		}
		return d.Critical("✗ ") + draw.CutWords(what, w-2)
	}
	hint := []string{"an amount in USD, such as 25 or 49.50", "2026-12-01, 1 Dec 15:04, Tue or 5d", "how long a top-up should last: 3d, 7d or 2w"}[i]
	short := []string{"in USD", "a time", "a span"}[i]
	return d.Dim(draw.Pick(w, hint, short, ""))
}

// outcome is the result of a field, in w cells.
func (d *Plan) outcome(i, w int) string {
	dim := d.Dim
	switch {
	case d.Snap.Balance == nil && i == 0:
		return dim(text.Unknown + draw.Pick(w-1, "  the balance is unknown", ""))
	case d.Snap.Balance == nil:
		return dim(text.Unknown)
	case d.Failed != nil:
		return d.Low("▲ ") + draw.CutWords("cannot be planned: "+draw.Clean(d.Failed.Error()), w-2)
	case d.Result == nil:
		return dim("…")
	}
	switch i {
	case FieldTopUp:
		return d.lasts(w)
	case FieldUntil:
		return d.reaches(w)
	}
	return d.autoTopUp(w)
}

// lasts is when the balance with the top-up runs out.
func (d *Plan) lasts(w int) string {
	f, dim, bright := d.Result.WithTopUp, d.Dim, d.Bright
	switch f.State {
	case forecast.OK:
	case forecast.Depleted:
		return draw.Pick(w, "does not bring the balance above $0.00", "too little")
	default:
		why := map[forecast.State]string{forecast.Cold: "not enough history yet", forecast.Idle: "nothing is being spent"}[f.State]
		return draw.Pick(w, dim("lasts until ")+text.Unknown+dim("   "+why), dim("lasts until ")+text.Unknown)
	}
	from, to := f.Time(f.P10), f.Time(f.P90)
	if d.Snap.Early() {
		between := text.Between(from, to, d.Now)
		return draw.Pick(w, dim("runs out ")+bright(between), bright(between), text.Days(from, to, d.Now))
	}
	date, days, sure := dateOf(f, d.Now), daysOf(f, d.Now), account.EndOf(f, d.Now).Percent()+": "
	if strings.HasPrefix(date, ">") {
		return draw.Pick(w, dim("lasts ")+bright("over a year")+dim("  ("+sure+days+")"), dim("lasts ")+bright("over a year"))
	}
	return draw.Pick(w,
		dim("lasts until ")+bright(date)+dim("  ("+sure+days+")"),
		dim("lasts until ")+bright(dayOf(date))+dim("  ("+sure+days+")"),
		dim("lasts to ")+bright(dayOf(date))+dim(" ("+sure+days+")"),
		dim("to ")+bright(dayOf(date))+dim(" ("+sure+days+")"), // a date without its range would be too precise
		dim("lasts until ")+bright(dayOf(date)),
		bright(dayOf(date)))
}

// reaches is what it takes to last until the chosen time.
func (d *Plan) reaches(w int) string {
	dim, bright := d.Dim, d.Bright
	needed, perDay := d.Result.NeededUSD, ""
	sum := dim("needs ") + bright(text.MaybeUSD(needed))
	if a := d.Result.AllowanceUSDPerDay; a != nil {
		perDay = text.USD(*a)
	}
	switch {
	case needed != nil && *needed == 0 && perDay != "":
		return draw.Pick(w,
			dim("needs ")+bright("nothing more")+dim(" for 90 % certainty; up to ")+bright(perDay)+dim(" a day can be spent"),
			dim("needs ")+bright("nothing more")+dim(" for 90 %; up to ")+bright(perDay)+dim(" a day"),
			dim("needs ")+bright("nothing more"),
			dim("needs ")+bright("nothing"))
	case needed == nil && perDay != "":
		return draw.Pick(w, dim("needs —, or at most ")+bright(perDay)+dim(" a day"), dim("needs —"))
	case perDay == "":
		return draw.Pick(w,
			sum+dim(" more for 90 % certainty"),
			sum+dim(" more"),
			sum)
	}
	if cost := d.Result.Buy; cost != nil && cost.CostUSD != nil {
		buy := dim("buy ") + bright(itemsUSD(cost)) + dim(" for ") + bright(text.USD(*cost.CostUSD)) + dim(" with fees") + d.until(cost.Lasts)
		if draw.Width(buy) <= w {
			return draw.Pick(w, buy+dim(", or spend at most ")+bright(perDay)+dim(" a day"), buy)
		}
	}
	return draw.Pick(w,
		sum+dim(" more for 90 % certainty, or spend at most ")+bright(perDay)+dim(" a day"),
		sum+dim(" more for 90 % certainty, or at most ")+bright(perDay)+dim(" a day"),
		sum+dim(" more (90 %), or at most ")+bright(perDay)+dim(" a day"),
		sum+dim(", or at most ")+bright(perDay)+dim(" a day"),
		sum)
}

// itemsUSD is what a purchase buys.
func itemsUSD(p *forecast.Purchases) string {
	words := make([]string, 0, len(p.Items))
	for _, i := range p.Items {
		each := roundUSD(i.AmountUSD + i.BonusUSD)
		if i.Count > 1 || len(p.Items) > 1 {
			each = strconv.Itoa(i.Count) + " x " + each
		}
		words = append(words, each)
	}
	return text.List(words)
}

// until is the day that a purchase lasts to, with its range.
func (d *Plan) until(f forecast.Forecast) string {
	if f.State != forecast.OK {
		return ""
	}
	days := daysOf(f, d.Now)
	if d.Snap.Early() {
		return d.Dim(": lasts to ") + d.Bright(days)
	}
	return d.Dim(": lasts to ") + d.Bright(dayOf(dateOf(f, d.Now))) + d.Dim(" ("+account.EndOf(f, d.Now).Percent()+": "+days+")")
}

// autoTopUp is the settings of automatic top-up that suit the burn.
func (d *Plan) autoTopUp(w int) string {
	a, dim, bright := d.Result.Auto, d.Dim, d.Bright
	if a == nil {
		return dim(text.Unknown)
	}
	settings := dim("threshold ") + bright(roundUSD(a.ThresholdUSD)) + dim(", amount ") + bright(roundUSD(a.AmountUSD))
	brief := bright(roundUSD(a.AmountUSD)) + dim(" below ") + bright(roundUSD(a.ThresholdUSD))
	every, month := "about every "+text.Span(a.Every), roundUSD(a.USDPerMonth)+" a month"
	if a.Every > 365*24*time.Hour {
		every = "less than once a year"
	}
	if seen := d.Snap.AutoTopUp; seen != nil { // what is, beside what would suit
		now := dim("now ") + bright(roundUSD(seen.AmountUSD)) + dim(" below ") + bright(roundUSD(seen.ThresholdUSD))
		return draw.Pick(w,
			settings+dim(": "+month+"; ")+now,
			settings+dim("; ")+now,
			settings, brief)
	}
	return draw.Pick(w,
		settings+dim(": "+every+", "+month),
		settings+dim(": "+month),
		settings, brief)
}

// roundUSD is an amount without insignificant cents.
func roundUSD(usd float64) string {
	if usd >= 10 {
		usd = math.Round(usd)
	}
	return strings.TrimSuffix(text.USD(usd), ".00")
}

// exactly is a chosen time with nothing left out.
func exactly(t, now time.Time) string {
	t = t.In(now.Location())
	layout := "Mon 2 Jan"
	if t.Year() != now.Year() {
		layout += " 2006"
	}
	if t.Hour() != 0 || t.Minute() != 0 {
		layout += ", 15:04"
	}
	return t.Format(layout)
}
