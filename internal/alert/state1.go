package alert

import (
	"cmp"
	"encoding/json"
	"time"
)

// state1 is the form of version 1.
type state1 struct {
	Watches map[string]struct {
		Event     Event     `json:"event"`
		TrueSince time.Time `json:"true_since"`
		OutSince  time.Time `json:"out_since"`
		Firing    bool      `json:"firing"`
		Spoken    bool      `json:"spoken"`
		ToldAt    time.Time `json:"told_at"`
		Threshold float64   `json:"threshold"`
	} `json:"watches"`
	TopUpsTold time.Time `json:"top_ups_told"`
}

// readState1 reads a state of version 1.
func readState1(data []byte) (stateJSON, error) {
	var old state1
	if err := json.Unmarshal(data, &old); err != nil {
		return stateJSON{}, err
	}
	out := stateJSON{Version: stateVersion, TopUpsNotified: old.TopUpsTold}
	if len(old.Watches) > 0 {
		out.Alerts = make(map[string]instance, len(old.Watches))
	}
	for k, w := range old.Watches {
		a := instance{
			State: inactive, Since: w.TrueSince, ClearingSince: w.OutSince, Event: w.Event, Threshold: w.Threshold,
			LastNotified: notification{At: w.ToldAt},
		}
		switch {
		case w.Firing && w.OutSince.IsZero():
			a.State = firing
		case w.Firing:
			a.State = clearing
		case !w.TrueSince.IsZero():
			a.State = pending
		}
		if w.Spoken {
			a.LastNotified.Level, a.LastNotified.Since = cmp.Or(w.Event.Level, Warning), w.Event.Since
		}
		out.Alerts[k] = a
	}
	return out, nil
}
