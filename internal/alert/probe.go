package alert

import (
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
	// What is found of allowance or expiry, where one is set, is put into words as it
	// is notified: of thousands of keys few are.
	allowance *Allowance
	expiry    *Expiry
}

// description is the finding's value and text.
func (f *finding) description(now time.Time) (value, text string) {
	switch {
	case f.allowance != nil:
		return f.allowance.describe(now)
	case f.expiry != nil:
		return f.expiry.describe(now)
	}
	return f.value, f.text
}

// probe looks at the reading as the rule does; known is false where nothing
// can be concluded. Of keys and budgets it finds those that matter.
func probe(r *Rule, in *Reading, matters func(subject string, over bool) bool) (found []finding, known bool) {
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
		return limits(r, in, matters), in.Limits != nil
	case Free:
		return one(free(r, in))
	case KeyExpiry:
		return expiries(r, in, matters), in.Keys != nil
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
	if r.yields(in.Refill) && left > 0 {
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

func spend(r *Rule, in *Reading) (f finding, known bool) {
	spent, least, start, name := in.DayUSD, in.LeastDayUSD, credit.DayStart(in.Now), "today (UTC)"
	switch r.Window {
	case Week:
		spent, least, start, name = in.WeekUSD, in.LeastWeekUSD, credit.WeekStart(in.Now), "this week (UTC)"
	case Month:
		spent, least, start, name = in.MonthUSD, in.LeastMonthUSD, credit.MonthStart(in.Now), "this month (UTC)"
	}
	if in.At.Before(start) { // the sums are of the window before
		return f, false
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
