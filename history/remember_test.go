package history

import (
	"errors"
	"math"
	"reflect"
	"testing"
	"time"

	"ortop/internal/credit"
)

func made(minute float64) Forecast {
	return Forecast{At: at(minute), UsageUSD: 36.5, BalanceUSD: 63.5, P10: 3600, P50: 7200, P90: 1e12, Outcome: credit.OutcomeOpen}
}

func ended(f Forecast, minute float64, outcome credit.Outcome) Forecast {
	f.EndedAt, f.Outcome = at(minute), outcome
	if outcome != credit.OutcomeLate {
		took := f.EndedAt.Sub(f.At).Seconds()
		f.True = &took
	}
	return f
}

func remember(db *DB, s Series, forecasts ...Forecast) error {
	return db.Record(ctx, PollUpdate{Series: s, Remember: forecasts})
}

func wantForecasts(t *testing.T, db *DB, s Series, open, last []Forecast) {
	t.Helper()
	p := mustLoad(t, db, Want{Account: s})
	if len(p.Open)+len(open) > 0 && !reflect.DeepEqual(p.Open, open) {
		t.Errorf("Load() has open %+v, want %+v", p.Open, open)
	}
	if got := p.Ended[:min(2, len(p.Ended))]; len(got)+len(last) > 0 && !reflect.DeepEqual(got, last) {
		t.Errorf("Load() has ended last %+v, want %+v", got, last)
	}
}

func TestForecastsAreRemembered(t *testing.T) {
	// What cannot be written is answered in the same way from memory.
	for _, full := range []bool{false, true} {
		db, s := fresh(t)
		poll(t, db, s, at(-60), 1)
		store := func(fs ...Forecast) {
			t.Helper()
			err := remember(db, s, fs...)
			var se *StorageError
			if db.Writable() && err != nil || !db.Writable() && !errors.As(err, &se) {
				t.Errorf("Record() = %v with writable %v", err, db.Writable())
			}
		}
		store(made(0), made(1), made(2), made(3))
		if full {
			db.readOnly = ErrReadOnly
		}
		store(Forecast{At: at(4).Add(time.Millisecond), P10: 1}, ended(made(1), 11, credit.OutcomeHeld))
		fourth := Forecast{At: at(4), P10: 1, Outcome: credit.OutcomeOpen}
		wantForecasts(t, db, s, []Forecast{made(0), made(2), made(3), fourth}, []Forecast{ended(made(1), 11, credit.OutcomeHeld)})
		store(ended(made(3), 10, credit.OutcomeLate), ended(made(0), 12, credit.OutcomeEarly))
		store(made(3), ended(made(3), 99, credit.OutcomeVoid)) // it ended before
		open, last := []Forecast{made(2), fourth}, []Forecast{ended(made(0), 12, credit.OutcomeEarly), ended(made(1), 11, credit.OutcomeHeld)}
		wantForecasts(t, db, s, open, last)
		db.readOnly = nil
		if full {
			poll(t, db, s, at(5), 2)
		}
		verify(t, db)
		other := openTest(t, db.Path())
		wantForecasts(t, other, account(t, other), open, last)
	}
}

func TestForecastsGoWithAPoll(t *testing.T) {
	db, s := fresh(t)
	update := PollUpdate{Series: s, Attempt: at(0), Interval: time.Minute, State: []byte(`{"p50":1}`), Remember: []Forecast{made(0)}}
	if err := db.Record(ctx, update, Reading{Series: s, At: at(0), UsageUSD: 1}); err != nil {
		t.Fatal(err)
	}
	poll(t, db, s, at(1), 2) // without one
	db.readOnly = ErrReadOnly
	update = PollUpdate{Series: s, Attempt: at(2), State: []byte(`{"p50":2}`), Remember: []Forecast{ended(made(0), 2, credit.OutcomeVoid), made(2)}}
	if err := db.Record(ctx, update, Reading{Series: s, At: at(2), UsageUSD: 2}); err == nil {
		t.Error("Record() = nil, want a StorageError")
	}
	for _, name := range []string{"kept", "stored"} {
		if p := mustLoad(t, db, Want{Account: s}); string(p.State) != `{"p50":2}` {
			t.Errorf("%s: Load().State = %s, want the second", name, p.State)
		}
		wantForecasts(t, db, s, []Forecast{made(2)}, []Forecast{ended(made(0), 2, credit.OutcomeVoid)})
		db.readOnly = nil
		poll(t, db, s, at(3), 3)
	}
	verify(t, db)
	other := openTest(t, db.Path())
	if p := mustLoad(t, other, Want{Account: account(t, other)}); string(p.State) != `{"p50":2}` {
		t.Errorf("Load().State of another process = %s, want the second", p.State)
	}
}

func TestRememberRefuses(t *testing.T) {
	db, s := fresh(t)
	poll(t, db, s, at(0), 1)
	nan := math.NaN()
	for name, f := range map[string]Forecast{
		"NaN":                {At: at(0), P10: nan},
		"infinite":           {At: at(0), P90: math.Inf(1)},
		"a true span of NaN": {At: at(0), EndedAt: at(1), True: &nan, Outcome: credit.OutcomeHeld},
		"an end while open":  {At: at(0), EndedAt: at(1)},
		"held without end":   {At: at(0), Outcome: credit.OutcomeHeld},
	} {
		var se *StorageError
		if err := remember(db, s, made(1), f); err == nil || errors.As(err, &se) {
			t.Errorf("Remember(%s) = %v, want a refusal", name, err)
		}
		if err := db.Record(ctx, PollUpdate{Series: s, Remember: []Forecast{f}}); err == nil || errors.As(err, &se) {
			t.Errorf("Record(%s) = %v, want a refusal", name, err)
		}
	}
	for _, strange := range []Series{0, -1, 99} {
		if err := remember(db, strange, made(1)); !errors.Is(err, ErrNoSeries) {
			t.Errorf("Remember() of series %d = %v, want ErrNoSeries", strange, err)
		}
	}
	if err := db.Record(ctx, PollUpdate{Remember: []Forecast{made(0)}}, Reading{Series: s, At: at(1), UsageUSD: 1}); !errors.Is(err, ErrNoSeries) {
		t.Errorf("Record() of a forecast of no series = %v, want ErrNoSeries", err)
	}
	wantForecasts(t, db, s, nil, nil)
}
