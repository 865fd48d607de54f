package backtest

import (
	"context"
	"fmt"
	"time"
)

// Horizons are the lengths of forecasts that a trace is graded at.
var Horizons = [...]time.Duration{
	15 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour, 3 * 24 * time.Hour, week,
}

// Baselines are the rates that a balance is divided by elsewhere: the mean of
// that long before, or of all the time.
var Baselines = [...]struct {
	Name string
	Back time.Duration
}{{"1 h", time.Hour}, {"24 h", 24 * time.Hour}, {"3 d", 3 * 24 * time.Hour}, {"7 d", week}, {"all", 1 << 62}}

// Row is how good forecasts of one horizon were. A baseline has no range: its
// factor alone means something.
type Row struct {
	Horizon   time.Duration
	Forecast  Score
	Baselines [len(Baselines)]Score
}

const (
	mostOrigins  = 200
	leastOrigins = 10
	week         = 7 * 24 * time.Hour
)

// spread are the factors that balances take in turn, so that no rate is right
// by the choice of the balance.
var spread = [...]float64{0.6, 1, 1.7}

// Needs is how long a trace must be to be graded at a horizon: an hour or the
// horizon before the first moment, as many moments as make a grade, and twice the
// horizon after the last.
func Needs(h time.Duration) time.Duration {
	return max(time.Hour, h) + 2*h + leastOrigins*Poll*time.Second
}

// Roll forecasts at up to 200 moments of the trace for each horizon: the
// balance is about what the mean rate of the week before would spend in that
// time, and its end is looked for over 8 times the horizon, at least 2 days. A
// horizon that the trace is too short for is left out. far is told before each
// forecast how much of the work is done.
func Roll(ctx context.Context, t *Trace, far func(percent int)) ([]Row, error) {
	var rows []Row
	for i, h := range Horizons {
		from := t.From() / Poll * Poll
		first := from + int64(max(time.Hour, h).Seconds())
		last := t.To() - 2*int64(h.Seconds())
		step := ((last-first)/(mostOrigins*Poll) + 1) * Poll
		var ours []Outcome
		var others [len(Baselines)][]Outcome
		for at := (first + Poll - 1) / Poll * Poll; at <= last; at += step {
			if err := ctx.Err(); err != nil {
				return nil, fmt.Errorf("replaying %q: %w", t.Name, context.Cause(ctx))
			}
			far((i*100 + int((at-first)*100/(last-first+1))) / len(Horizons))
			o, b, ok := t.origin(from, at, h, spread[(at-first)/step%int64(len(spread))])
			if !ok {
				continue
			}
			ours = append(ours, o)
			for i := range b {
				others[i] = append(others[i], b[i])
			}
		}
		if len(ours) < leastOrigins {
			continue
		}
		row := Row{Horizon: h, Forecast: Grade(ours)}
		for i := range others {
			row.Baselines[i] = Grade(others[i])
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// origin forecasts at the Unix second at, of a balance that lasts factor times
// the horizon; ok is false where there is no forecast.
func (t *Trace) origin(from, at int64, h time.Duration, factor float64) (ours Outcome, others [len(Baselines)]Outcome, ok bool) {
	balance := factor * h.Seconds() * t.rate(from, at, week)
	if !(balance > 0) {
		return ours, others, false
	}
	f := t.Model(from, at).Forecast(&balance)
	if f.P50 == 0 {
		return ours, others, false
	}
	truth, _ := t.Lasted(at, balance)
	end := min(float64(t.To()-at), max(8*h, 48*time.Hour).Seconds())
	ours = Outcome{f.P10, f.P50, f.P90, truth, end}
	for i, b := range Baselines {
		lasts := end
		if r := t.rate(from, at, b.Back); r > 0 {
			lasts = balance / r
		}
		others[i] = Outcome{lasts, lasts, lasts, truth, end}
	}
	return ours, others, true
}

// rate is the mean rate in USD per second of the time back before at.
func (t *Trace) rate(from, at int64, back time.Duration) float64 {
	begin := max(from, at-int64(back.Seconds()))
	return (t.UsageUSD(at) - t.UsageUSD(begin)) / float64(at-begin)
}
