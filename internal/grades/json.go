package grades

import (
	"ortop/internal/forecast/backtest"
	"ortop/internal/text"
)

// Object is what backtest --json prints.
type Object struct {
	Schema int     `json:"schema"`
	Traces []Trace `json:"traces"`
}

// Trace is how good the forecast was on one trace.
type Trace struct {
	Trace    string        `json:"trace"`
	Days     float64       `json:"days"`
	Horizons []horizonJSON `json:"horizons"` // empty: too short, or too quiet, for a forecast
	// Ungraded is why there are none, or what the first that is missing takes; null
	// where all are there.
	Ungraded *string `json:"ungraded"`
}

type horizonJSON struct {
	HorizonS      float64        `json:"horizon_s"`
	Moments       int            `json:"moments"`
	TypicalFactor float64        `json:"typical_factor"`
	HeldRatio     float64        `json:"held_ratio"` // of the ranges of 80 %
	Pin3          float64        `json:"pin3"`
	Means         []baselineJSON `json:"means"`
}

type baselineJSON struct {
	Of            string  `json:"of"` // 1 h, 24 h, 7 d or all
	TypicalFactor float64 `json:"typical_factor"`
}

// Of returns the rows of a trace as JSON has them.
func Of(t *backtest.Trace, rows []backtest.Row) Trace {
	o := Trace{text.Clean(t.Name, maxName), float64(t.To()-t.From()) / 86400, []horizonJSON{}, nil}
	for _, r := range rows {
		h := horizonJSON{r.Horizon.Seconds(), r.Forecast.N, r.Forecast.Factor, r.Forecast.Coverage, r.Forecast.Pin3, []baselineJSON{}}
		for i, b := range r.Baselines {
			h.Means = append(h.Means, baselineJSON{backtest.Baselines[i].Name, b.Factor})
		}
		o.Horizons = append(o.Horizons, h)
	}
	if why := ungraded(t, rows); why != "" {
		o.Ungraded = &why
	}
	return o
}
