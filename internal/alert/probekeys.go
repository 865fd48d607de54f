package alert

import (
	"cmp"
	"fmt"
	"time"

	"ortop/internal/credit"
	"ortop/internal/text"
)

// limits leaves out what has nothing to spend: it is closed, not used up.
func limits(r *Rule, in *Reading, matters func(subject string, over bool) bool) (found []finding) {
	clears := "no longer above " + text.Percent(r.AboveRatio)
	for i := range in.Limits {
		a := &in.Limits[i]
		if !(a.LimitUSD > 0) || !credit.Plausible(a.LimitUSD) {
			continue
		}
		used, ok := a.Used(in.Now)
		f := share(used/a.LimitUSD, r.AboveRatio)
		if matters(a.ID, f.over) {
			f.subject, f.unknown, f.number, f.clears, f.allowance = a.ID, !ok, used/a.LimitUSD, clears, a
			found = append(found, f)
		}
	}
	return found
}

// Used is what is known at now to be used of it, in USD: of what has reset since, nothing.
//
//go:noinline
func (a *Allowance) Used(now time.Time) (sum float64, ok bool) {
	if !a.ResetsAt.IsZero() && !now.Before(a.ResetsAt) {
		return 0, false
	}
	return usd(a.UsedUSD)
}

func (a *Allowance) describe(now time.Time) (value, line string) {
	used, _ := a.Used(now)
	value = text.Percent(used / a.LimitUSD)
	line = fmt.Sprintf("%s has used %s of %s (%s)", clean(cmp.Or(a.Name, a.ID), MaxName), text.USD(used), text.USD(a.LimitUSD), value)
	if !a.ResetsAt.IsZero() {
		line += ", resets " + text.Moment(a.ResetsAt, now)
	}
	return value, line
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

func expiries(r *Rule, in *Reading, matters func(subject string, over bool) bool) (found []finding) {
	clears := "no longer within " + text.Span(r.Within)
	for i := range in.Keys {
		k := &in.Keys[i]
		if k.At.IsZero() {
			continue
		}
		left := k.At.Sub(in.Now)
		if over := left <= r.Within; matters(k.ID, over) {
			found = append(found, finding{subject: k.ID, clears: clears, number: max(left, 0).Seconds(), over: over, clear: left.Seconds() > r.Within.Seconds()*(1+margin), expiry: k})
		}
	}
	return found
}

func (k *Expiry) describe(now time.Time) (value, line string) {
	name, when, left := clean(cmp.Or(k.Name, k.ID), MaxName), text.Moment(k.At, now), k.At.Sub(now)
	value = text.Span(max(left, 0))
	if left <= 0 {
		return value, fmt.Sprintf("%s expired %s", name, when)
	}
	return value, fmt.Sprintf("%s expires %s, in %s", name, when, value)
}
