package alert

import (
	"cmp"
	"fmt"
	"math"
	"strings"
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/text"
)

// margin is how far past its threshold a value must be to count as well past.
const margin = 0.1

// finding is what a rule sees in a reading, of one subject.
type finding struct {
	subject string
	unknown bool    // nothing can be concluded of this subject just now
	number  float64 // the value as a figure; see Rule.figures
	limit   float64 // what number is compared with, where the rule alone does not say
	over    bool    // the condition holds
	clear   bool    // it does not, by more than the margin
	value   string
	text    string
	title   string // text in a few words; empty: it is few
	clears  string // what has ended, where the condition does not hold
	// describe makes value and text, if it is set: of thousands of keys few are
	// notified.
	describe func() (value, text string)
}

// description is the finding's value and text.
func (f *finding) description() (value, text string) {
	if f.describe != nil {
		return f.describe()
	}
	return f.value, f.text
}

// probe looks at the reading as the rule does; known is false where nothing
// can be concluded.
func probe(r *Rule, in *Reading) (found []finding, known bool) {
	if r.Kind == Stale {
		return []finding{stale(r, in)}, in.Fresh || !in.Viewed
	}
	if !in.Fresh && (!in.Viewed || in.At.IsZero()) {
		return nil, false
	}
	switch r.Kind {
	case Balance, TopUpMissing:
		if r.byPattern() {
			return one(topUpMissing(in))
		}
		return one(balance(r, in))
	case Used:
		return one(used(r, in))
	case Runway:
		return one(runway(r, in))
	case Spend:
		return one(spend(r, in))
	case Spike, Leak:
		return unusual(r, in), in.Unusual != nil
	case Limit:
		return limits(r, *in), in.Limits != nil
	case Free:
		return one(free(r, in))
	case KeyExpiry:
		return expiries(r, *in), in.Keys != nil
	}
	return nil, false
}

func one(f finding, known bool) ([]finding, bool) { return []finding{f}, known }

// usd returns the sum that v points to; ok is false where it is not known, or
// is no sum of money.
func usd(v *float64) (sum float64, ok bool) {
	if v == nil || !credit.Plausible(*v) {
		return 0, false
	}
	return *v, true
}

func stale(r *Rule, in *Reading) finding {
	f := finding{over: in.Gap >= r.For, clear: in.Fresh, number: in.Gap.Seconds(), value: text.Span(in.Gap)}
	switch {
	case in.Fresh:
		f.text = "readings come again"
	default:
		f.text = "no good reading for " + f.value
		f.title = f.text
		if in.Cause != "" {
			f.text += ": " + clean(in.Cause, 200)
		}
		if in.At.IsZero() {
			return f
		}
		f.text += "; the last is of"
	}
	return f
}

func balance(r *Rule, in *Reading) (f finding, known bool) {
	left, ok := usd(in.BalanceUSD)
	if !ok {
		return f, false
	}
	below := text.USD(r.BelowUSD)
	f.over = left < r.BelowUSD || left <= 0
	f.clear = left >= r.BelowUSD+max(margin*math.Abs(r.BelowUSD), margin)
	f.number, f.value = left, text.USD(left)
	if r.yields(in) && left > 0 {
		f.over, f.clear = false, true
		f.text = fmt.Sprintf("%s is left, and a top-up comes below %s", f.value, text.USD(in.Refill.ThresholdUSD))
		f.clears = "no alert below " + below + " until then"
		return f, true
	}
	switch {
	case f.over && r.Kind == TopUpMissing:
		f.text = fmt.Sprintf("no top-up although the balance of %s is below %s for %s", f.value, below, text.Span(r.For))
	case f.over && left <= 0:
		f.text = "nothing is left, the balance is " + f.value
	case f.over:
		f.text = fmt.Sprintf("%s is left, below %s", f.value, below)
	case r.BelowUSD <= 0:
		f.text, f.clears = f.value+" is left", "no longer spent"
	default:
		f.text, f.clears = f.value+" is left", "no longer below "+below
	}
	switch f.title = f.value + " left"; {
	case f.over && left <= 0:
		f.title = "nothing left, " + f.value
	case f.over && r.Kind == TopUpMissing:
		f.title = "no top-up came, " + f.title
	}
	if f.over && r.Kind == Balance {
		f.text += in.missing()
	}
	if f.over && left > 0 && in.Forecast.State == forecast.OK && !in.refilled() {
		f.text += ", runs out " + in.end()
		f.title += ", runs out " + in.briefEnd()
	}
	return f, true
}

func used(r *Rule, in *Reading) (f finding, known bool) {
	if in.UsedRatio == nil || !credit.Plausible(*in.UsedRatio) {
		return f, false
	}
	ratio := *in.UsedRatio
	f = share(ratio, r.AboveRatio)
	f.number, f.value = ratio, text.Percent(ratio)
	f.text, f.clears = f.value+" of the credits bought is used", "no longer above "+text.Percent(r.AboveRatio)
	f.title = f.value + " of the credits used"
	if left, ok := usd(in.BalanceUSD); ok {
		f.text += ", " + text.USD(left) + " is left"
		f.title += ", " + text.USD(left) + " left"
	}
	return f, true
}

// share judges a used share against the least that counts.
func share(ratio, above float64) finding {
	return finding{over: ratio >= above, clear: ratio <= above*(1-margin)}
}

// end is when it runs out: about the middle of the forecast, or while that is
// early its range in words.
func (in *Reading) end() string {
	e := in.publishedEnd()
	if in.Early {
		return text.Between(e.From, e.To, in.Now)
	}
	return "about " + strings.TrimPrefix(e.Date(), "about ")
}

// ahead is the forecast as people are told it: an alert says nothing else than the
// headline beside it, nor does it come where that says later.
func (in *Reading) ahead() forecast.Forecast {
	if in.Published.State == forecast.OK {
		return in.Published
	}
	return in.Forecast
}

// publishedEnd is when it ends, as people are publishedEnd it on every surface.
func (in *Reading) publishedEnd() text.End {
	f := in.ahead()
	return text.End{From: f.Time(f.P10), Mid: f.Time(f.P50), To: f.Time(f.P90), Now: in.Now}
}

// briefEnd is end in a few words.
func (in *Reading) briefEnd() string {
	if in.Early {
		return in.end()
	}
	e := in.publishedEnd()
	at := e.Rounded().Mid.In(in.Now.Location())
	for name, day := range map[string]time.Time{"today": in.Now, "tomorrow": in.Now.AddDate(0, 0, 1)} {
		if at.Format(time.DateOnly) == day.Format(time.DateOnly) {
			return name + " " + text.Format(at, "15:04")
		}
	}
	return e.Date()
}

func runway(r *Rule, in *Reading) (f finding, known bool) {
	within := text.Span(r.Within)
	what := "the balance"
	f.clears = "no longer running out within " + within
	switch in.Forecast.Subject {
	case forecast.Key:
		what = "the key's cap"
	case forecast.Budget:
		what = "the key's budget"
	}
	switch in.Forecast.State {
	case forecast.Depleted:
		f.over, f.number, f.value = true, 0, text.Span(0)
		f.text = what + " is spent"
		return f, true
	case forecast.Idle:
		f.clear, f.value = true, text.Unknown
		f.text = "no spend, nothing runs out"
		return f, true
	}
	if in.refilled() && in.Forecast.Subject == forecast.Account {
		f.clear, f.value = true, text.Unknown
		f.text = "a top-up comes before the balance runs out, below " + text.USD(in.Refill.ThresholdUSD)
		return f, true
	}
	published := in.ahead()
	soon, ok := published.Chance(r.Within)
	if !ok {
		return f, false
	}
	later, _ := published.Chance(r.Within + time.Duration(margin*float64(r.Within)))
	f.over, f.clear = soon >= r.Chance, later < r.Chance
	f.number, f.value = published.P50, text.Seconds(published.P50)
	when := in.end()
	f.title = "runs out " + in.briefEnd()
	if in.Forecast.Subject != forecast.Account {
		f.title = what + " " + f.title
	}
	if !f.over {
		f.text = what + " runs out " + when
		return f, true
	}
	f.text = fmt.Sprintf("%s runs out %s, %s sure within %s", what, when, text.Chance(soon), within)
	if left, ok := usd(in.BalanceUSD); ok {
		f.text += ", " + text.USD(left) + " is left"
		f.title += ", " + text.USD(left) + " left"
	}
	if in.Forecast.Subject == forecast.Account {
		f.text += in.missing()
	}
	return f, true
}

func spend(r *Rule, in *Reading) (f finding, known bool) {
	spent, least, start, name := in.DayUSD, in.LeastDayUSD, credit.DayStart(in.Now), "today (UTC)"
	switch r.Window {
	case Week:
		spent, least, start, name = in.WeekUSD, in.LeastWeekUSD, credit.WeekStart(in.Now), "this week (UTC)"
	case Month:
		spent, least, start, name = in.MonthUSD, in.LeastMonthUSD, credit.MonthStart(in.Now), "this month (UTC)"
	}
	sum, ok := usd(spent)
	atLeast := ""
	if seen, part := usd(least); !ok && part && seen > r.AboveUSD { // which the rest cannot undo
		sum, ok, atLeast = seen, true, "at least "
	}
	// Each window is a subject of its own: a budget that is exceeded anew is
	// notified anew, and midnight is no all-clear.
	f.subject = string(r.Window) + " " + start.Format(time.DateOnly)
	f.over, f.clear = sum > r.AboveUSD, sum <= r.AboveUSD*(1-margin)
	f.number, f.value = sum, text.USD(sum)
	f.text = fmt.Sprintf("%s%s spent %s, the budget is %s", atLeast, f.value, name, text.USD(r.AboveUSD))
	return f, ok
}

// unusual looks for what goes on of the rule's kind. One subject that is no
// longer among it is over, and not forgotten.
func unusual(r *Rule, in *Reading) (found []finding) {
	for _, id := range unusualIDs[r.Kind] {
		f := finding{subject: id, clear: true, value: text.Unknown, text: unusualEnds[id]}
		for _, u := range in.Unusual {
			if u.Kind == r.Kind && u.ID == id {
				f = finding{subject: id, over: u.Times >= r.Factor && u.ExcessUSD >= r.MinUSD, number: u.USD, limit: u.USD / u.Times * r.Factor, value: clean(u.Value, MaxName), text: u.Text, title: firstClause(u.Text)}
			}
		}
		found = append(found, f)
	}
	return found
}

// firstClause is what stands before the first semicolon.
func firstClause(s string) string {
	first, _, _ := strings.Cut(s, ";")
	return first
}

// The IDs of what is unusual.
const (
	HourID  = "hour"
	DayID   = "day"
	WeeksID = "weeks"
)

// unusualEnds are what is said when they are over.
var unusualEnds = map[string]string{
	HourID: "the spend of an hour is usual again", DayID: "the spend of 24 h is usual again", WeeksID: "spend has ceased to rise by the week",
}

var unusualIDs = map[Kind][]string{Spike: {HourID, DayID}, Leak: {WeeksID}}

// limits leaves out what has nothing to spend: it is closed, not used up.
func limits(r *Rule, in Reading) (found []finding) {
	found = make([]finding, 0, len(in.Limits))
	for _, a := range in.Limits {
		if !(a.LimitUSD > 0) || !credit.Plausible(a.LimitUSD) {
			continue
		}
		used, ok := usd(a.UsedUSD)
		f := share(used/a.LimitUSD, r.AboveRatio)
		f.subject, f.unknown, f.number, f.clears = a.ID, !ok, used/a.LimitUSD, "no longer above "+text.Percent(r.AboveRatio)
		f.describe = func() (value, line string) {
			value = text.Percent(used / a.LimitUSD)
			line = fmt.Sprintf("%s has used %s of %s (%s)", clean(cmp.Or(a.Name, a.ID), MaxName), text.USD(used), text.USD(a.LimitUSD), value)
			if !a.ResetsAt.IsZero() {
				line += ", resets " + text.Moment(a.ResetsAt, in.Now)
			}
			return value, line
		}
		found = append(found, f)
	}
	return found
}

// free judges the requests to free models. Each day is a subject of its own, as in
// spend.
func free(r *Rule, in *Reading) (f finding, known bool) {
	ratio, ok := in.Free.UsedRatio()
	if !ok {
		return f, false
	}
	start := credit.DayStart(in.Now)
	f = share(ratio, r.AboveRatio)
	f.subject, f.number, f.value = start.Format(time.DateOnly), ratio, text.Percent(ratio)
	f.title = fmt.Sprintf("%s of %s free requests used today (UTC)", text.Count(*in.Free.Used), text.Count(*in.Free.Limit))
	f.text = fmt.Sprintf("%s of today's %s requests to free models are used, they reset %s",
		text.Count(*in.Free.Used), text.Count(*in.Free.Limit), text.Moment(start.AddDate(0, 0, 1), in.Now))
	return f, true
}

func expiries(r *Rule, in Reading) (found []finding) {
	found = make([]finding, 0, len(in.Keys))
	for _, k := range in.Keys {
		if k.At.IsZero() {
			continue
		}
		left := k.At.Sub(in.Now)
		f := finding{subject: k.ID, clears: "no longer within " + text.Span(r.Within), number: max(left, 0).Seconds(), over: left <= r.Within, clear: left.Seconds() > r.Within.Seconds()*(1+margin)}
		f.describe = func() (value, line string) {
			name, when := clean(cmp.Or(k.Name, k.ID), MaxName), text.Moment(k.At, in.Now)
			value = text.Span(max(left, 0))
			if left <= 0 {
				return value, fmt.Sprintf("%s expired %s", name, when)
			}
			return value, fmt.Sprintf("%s expires %s, in %s", name, when, value)
		}
		found = append(found, f)
	}
	return found
}
