package monitor

import (
	"context"
	"errors"
	"time"

	"ortop/client"
	"ortop/internal/alert"
)

// driver is who spends more than before, the most.
type driver struct {
	Key     string  `json:"key,omitempty"`
	Model   string  `json:"model,omitempty"`
	MoreUSD float64 `json:"more_usd,omitempty"`
	// OfUSD is what had been spent when it was asked.
	OfUSD float64 `json:"of_usd,omitempty"`
}

// errNoDriver is that nobody spends more than before.
var errNoDriver = errors.New("nobody spends more")

// compared is over which span what u is about was spent, and over which it is
// compared with, that ended some time before the end of the first.
func (u unusual) compared() (span, before, ago time.Duration) {
	const day, week = 24 * time.Hour, 7 * 24 * time.Hour
	switch u.ID {
	case alert.HourID:
		return time.Hour, day, time.Hour
	case alert.DayID:
		return day, week, day
	}
	return week, week, time.Duration(u.Weeks-1) * week
}

// findDriver asks which key spends more with which model than before.
func findDriver(ctx context.Context, api API, u unusual) (d driver, err error) {
	type who struct{ key, model string }
	use := func(from, to time.Time) (map[who]float64, error) {
		key, model := dimensions[ByKey], dimensions[ByModel]
		a, err := api.Query(ctx, client.AnalyticsQuery{
			Metrics: []string{creditsUsage}, Dimensions: []string{key, model}, From: from, To: to,
			OrderBy: creditsUsage, Descending: true, Limit: 1000,
		})
		usd := map[who]float64{}
		for _, r := range a.Rows {
			if v := r.Metrics[creditsUsage]; v != nil {
				usd[who{clean(r.Dimensions[key]), clean(r.Dimensions[model])}] += *v
			}
		}
		return usd, err
	}
	span, past, ago := u.compared()
	now, err := use(u.At.Add(-span), u.At)
	if err != nil {
		return d, err
	}
	end := u.At.Add(-ago)
	before, err := use(end.Add(-past), end)
	if err != nil {
		return d, err
	}
	for w, usd := range now {
		more := usd - before[w]*span.Hours()/past.Hours()
		if more > d.MoreUSD || more == d.MoreUSD && w.key+w.model < d.Key+d.Model {
			d = driver{w.key, w.model, more, u.USD}
		}
	}
	if d.MoreUSD <= 0 {
		return driver{}, errNoDriver
	}
	return d, nil
}
