package account

import (
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
)

// A date stands from when it is published until another is, and only one of the same
// thing was before it.
func TestStandingOfADate(t *testing.T) {
	at := func(days float64) time.Time { return t0.Add(time.Duration(days * float64(24*time.Hour))) }
	outlook := func(made time.Time, mid time.Time, subject forecast.Subject, segment int64, s Standing) *Outlook {
		return &Outlook{Forecast: forecast.Forecast{At: made, Subject: subject}, Published: [3]time.Time{1: mid}, Segment: segment, Standing: s}
	}
	stood := Standing{Since: at(-2), Before: at(8)}
	was := outlook(at(-.1), at(10), forecast.Account, 1, stood)
	for _, c := range []struct {
		name string
		was  *Outlook
		is   *Outlook
		want Standing
	}{
		{"the same", was, outlook(t0, at(10), forecast.Account, 1, Standing{}), stood},
		{"another", was, outlook(t0, at(12), forecast.Account, 1, Standing{}), Standing{Since: t0, Before: at(10)}},
		{"none", was, outlook(t0, time.Time{}, forecast.Account, 1, Standing{}), Standing{}},
		{"the first", &Outlook{}, outlook(t0, at(12), forecast.Account, 1, Standing{}), Standing{Since: t0}},
		{"of a limit", was, outlook(t0, at(12), forecast.Key, 1, Standing{}), Standing{Since: t0}},
		{"of another series", was, outlook(t0, at(12), forecast.Account, 2, Standing{}), Standing{Since: t0}},
	} {
		if got := c.is.standing(c.was); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// A reading leaves the date, and since when it stands, in the state and the snapshot.
func TestASnapshotHasTheStandingOfItsDate(t *testing.T) {
	st, b := known()
	first := t0.Add(time.Minute)
	r, b := poll(st, b, credit.Balance{CreditsUSD: 100, UsageUSD: 36.02}, first)
	r, b = poll(r.State, b, credit.Balance{CreditsUSD: 100, UsageUSD: 36.02}, first.Add(time.Minute))
	want := Standing{Since: first}
	if r.State.Outlook.Standing != want || r.Snapshot.Standing != want {
		t.Fatalf("the date stands %+v, in the snapshot %+v, want %+v", r.State.Outlook.Standing, r.Snapshot.Standing, want)
	}
	before, bought := r.State.Outlook.Published[1], first.Add(2*time.Minute)
	r, _ = poll(r.State, b, credit.Balance{CreditsUSD: 200, UsageUSD: 36.02}, bought)
	if want := (Standing{Since: bought, Before: before}); r.Snapshot.Standing != want {
		t.Errorf("after a purchase it stands %+v, want %+v", r.Snapshot.Standing, want)
	}
}
