package spenders

import (
	"fmt"
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
)

// The caps of other keys: how likely each is spent before it resets, of those
// that spend.
func TestCapsOfOtherKeysHaveAChance(t *testing.T) {
	bubble(t, func(t *testing.T) {
		sub, s := inMemory(t)
		resets, never := time.Now().Add(30*time.Hour), time.Time{}
		keys := []struct {
			hash           string
			hourly, left   float64
			resets         time.Time
			byok           *float64
			off            bool
			state          forecast.State
			lasts          bool
			least, most    float64 // of the chance
			chanceNotKnown bool
		}{
			{hash: "fast", hourly: 1, left: 3, resets: resets, state: forecast.OK, least: .9, most: 1},
			{hash: "even", hourly: 1, left: 6, resets: resets, state: forecast.Unknown, lasts: true, least: .3, most: .7},
			{hash: "slow", hourly: .01, left: 50, resets: resets, state: forecast.Unknown, lasts: true, most: .05},
			{hash: "for ever", hourly: 1, left: 3, resets: never, state: forecast.OK, chanceNotKnown: true},
			{hash: "spent", hourly: 1, left: 0, resets: resets, state: forecast.Depleted, least: 1, most: 1},
			{hash: "idle", left: 3, resets: resets, chanceNotKnown: true},
			{hash: "off", hourly: 1, left: 3, resets: resets, off: true, chanceNotKnown: true},
			{hash: "BYOK as well", hourly: 1, left: 3, resets: resets, byok: usd(2), chanceNotKnown: true},
		}
		var last time.Time
		for m := 0; m <= 24*60; m += 5 {
			var list KeyList
			list.At = time.Now()
			for _, k := range keys {
				list.Keys = append(list.Keys, Key{Hash: k.hash, UsageUSD: k.hourly * float64(m) / 60})
			}
			list, err := s.storeKeys(t.Context(), sub, &list)
			if err != nil {
				t.Fatal(err)
			}
			last = list.At
			time.Sleep(5 * time.Minute)
		}
		b := new(Breakdown)
		for _, k := range keys {
			r := Row{ID: k.hash, SpendUSD: usd(24 * k.hourly), ResetsAt: k.resets, BYOKUSD: k.byok, Disabled: k.off}
			r.Cap = credit.Cap{LimitUSD: usd(100), RemainingUSD: usd(k.left), IncludesBYOK: k.byok != nil}
			b.Rows = append(b.Rows, r)
		}
		b.Rows = append(b.Rows, Row{ID: "no cap", SpendUSD: usd(3)})
		if err := s.keyRunways(t.Context(), sub, b, last); err != nil {
			t.Fatal(err)
		}
		for i, k := range keys {
			r := b.Rows[i]
			if f := r.Runway; (f == nil) != (k.state == "") || f != nil && (f.State != k.state || f.CapLasts != k.lasts) {
				t.Errorf("%s: Runway = %+v, want state %q, lasts %v", k.hash, f, k.state, k.lasts)
			}
			if p := r.SpentChance; (p == nil) != k.chanceNotKnown || p != nil && (*p < k.least || *p > k.most) {
				t.Errorf("%s: SpentChance = %v, want %v to %v", k.hash, deref(p), k.least, k.most)
			}
		}
	})
}

// Of many keys only those are forecast whose caps are spent first.
func TestFewCapsAreForecast(t *testing.T) {
	bubble(t, func(t *testing.T) {
		sub, s := inMemory(t)
		const keys = 3 * maxKeyRunways
		b, last := new(Breakdown), time.Time{}
		for m := range 12 {
			var list KeyList
			list.At = time.Now()
			for k := range keys {
				list.Keys = append(list.Keys, Key{Hash: fmt.Sprint(k), UsageUSD: float64(m)})
			}
			list, err := s.storeKeys(t.Context(), sub, &list)
			if err != nil {
				t.Fatal(err)
			}
			last = list.At
			time.Sleep(5 * time.Minute)
		}
		for k := range keys {
			r := Row{ID: fmt.Sprint(k), SpendUSD: usd(11), ResetsAt: last.Add(time.Hour)}
			r.Cap = credit.Cap{LimitUSD: usd(1000), RemainingUSD: usd(float64(keys - k))}
			b.Rows = append(b.Rows, r)
		}
		if err := s.keyRunways(t.Context(), sub, b, last); err != nil {
			t.Fatal(err)
		}
		for k, r := range b.Rows {
			if known, want := r.SpentChance != nil, k >= keys-maxKeyRunways; known != want {
				t.Errorf("%d USD left: a chance is known = %v, want %v", keys-k, known, want)
			}
		}
	})
}
