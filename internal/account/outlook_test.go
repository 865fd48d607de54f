package account

import (
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
)

func TestGrade(t *testing.T) {
	segment := t0.Add(-48 * time.Hour).Unix()
	made := credit.Forecast{At: t0.Add(-24 * time.Hour), UsageUSD: 10, BalanceUSD: 24, P10: 20 * 3600, P50: 23 * 3600, P90: 30 * 3600}
	sample := func(usage float64, ago time.Duration) credit.Sample {
		return credit.Sample{At: t0.Add(-ago), UsageUSD: usage, Segment: segment}
	}
	for _, c := range []struct {
		name    string
		made    credit.Forecast
		usage   float64
		segment int64
		want    credit.Outcome // empty: it goes on
		took    float64        // hours; 0: not seen
	}{
		{"it goes on", made, 33, segment, "", 0},
		{"within the range", made, 34, segment, credit.OutcomeHeld, 24},
		{"too early", func() credit.Forecast { f := made; f.P10 = 25 * 3600; return f }(), 34, segment, credit.OutcomeEarly, 24},
		{"too late", func() credit.Forecast { f := made; f.P90 = 23.5 * 3600; return f }(), 34, segment, credit.OutcomeLate, 24},
		{"not by P90", func() credit.Forecast { f := made; f.P90 = 23.5 * 3600; return f }(), 33, segment, credit.OutcomeLate, 0},
		{"its numbers do not go on", made, 33, t0.Unix(), credit.OutcomeVoid, 0},
	} {
		newest := sample(c.usage, 0)
		newest.Segment = c.segment
		ended := grade([]credit.Forecast{c.made}, sample(32, time.Minute), newest)
		got, took := credit.Outcome(""), 0.0
		if len(ended) > 0 {
			got = ended[0].Outcome
			if !ended[0].EndedAt.Equal(t0) {
				t.Errorf("%s: ended at %v, want now", c.name, ended[0].EndedAt)
			}
			if v := ended[0].True; v != nil {
				took = *v / 3600
			}
		}
		if got != c.want || took != c.took {
			t.Errorf("%s: outcome %q after %v h, want %q after %v", c.name, got, took, c.want, c.took)
		}
	}
}

func TestTrackLeavesOutTheVoid(t *testing.T) {
	took := 100.0
	ended := []credit.Forecast{
		{P10: 50, P50: 100, P90: 200, True: &took, Outcome: credit.OutcomeHeld},
		{P10: 50, P50: 100, P90: 200, Outcome: credit.OutcomeVoid},
		{P10: 150, P50: 200, P90: 300, True: &took, Outcome: credit.OutcomeEarly},
	}
	if got := track(ended, []credit.Forecast{{P10: 50, P50: 100, P90: 150, Outcome: credit.OutcomeLate}}); got.Made != 3 || got.Held != 1 || got.Factor != 1.5 {
		t.Errorf("track = %+v, want 1 of 3 held, within a factor of 1.5", got)
	}
}

// A forecast is put by an hour after the one before, and later where it is long.
func TestForecastsArePutBySparingly(t *testing.T) {
	st, b := known() // lasts about 64 h: its 40th part is 1.6 h
	f := st.Facts
	for _, c := range []struct {
		name string
		made time.Duration // ago
		want bool
	}{{"never", 1e6 * time.Hour, true}, {"an hour ago", time.Hour, false}, {"long ago", 3 * time.Hour, true}, {"by a clock that ran ahead", -time.Hour, true}} {
		o, stored := foresee(&Outlook{Made: t0.Add(-c.made)}, &f, b, credit.Sample{})
		if put := len(stored) == 1; put != c.want || o.Made.Equal(t0) != c.want {
			t.Errorf("%s: put by %v, made at %v, want %v", c.name, put, o.Made, c.want)
		}
	}
}

func TestAddForecasts(t *testing.T) {
	b := &Book{Open: []credit.Forecast{{At: t0}, {At: t0.Add(time.Hour)}}}
	for i := range mostEnded {
		b.Ended = append(b.Ended, credit.Forecast{At: t0.Add(-time.Duration(i) * time.Hour), EndedAt: t0})
	}
	was := b.Copy()
	b.AddForecasts([]credit.Forecast{{At: t0, EndedAt: t0.Add(2 * time.Hour), Outcome: credit.OutcomeHeld}, {At: t0.Add(2*time.Hour + time.Millisecond)}})
	if len(b.Open) != 2 || !b.Open[1].At.Equal(t0.Add(2*time.Hour)) || b.Open[1].Outcome != credit.OutcomeOpen {
		t.Errorf("open = %+v, want the second and the new one, in whole seconds", b.Open)
	}
	if len(b.Ended) != mostEnded || b.Ended[0].Outcome != credit.OutcomeHeld {
		t.Errorf("%d ended, the newest %+v, want %d and the one that ended now", len(b.Ended), b.Ended[0], mostEnded)
	}
	if len(was.Open) != 2 || !was.Open[0].At.Equal(t0) {
		t.Error("the copy has changed")
	}
}

// The first of balance and cap is what the forecast is about.
func TestForecastsOfACap(t *testing.T) {
	_, b := known()
	b.Key = trailOf(2*24*60, func(ago int) float64 { return 20 - float64(ago)/60 }, 0)
	limit, left := 25.0, 5.0
	f := Facts{Key: &credit.Key{Kind: credit.KeyOrdinary, Cap: credit.Cap{LimitUSD: &limit, RemainingUSD: &left}}, Source: FromCredits}
	account, o := forecasts(&f, b, t0)
	if account.Subject != forecast.Account || o.Forecast.Subject != forecast.Key || o.Forecast.P50 >= account.P50 {
		t.Errorf("forecasts %+v and %+v, want that the cap runs out first", account, o.Forecast)
	}
	b.Cap = trailOf(2*24*60, func(ago int) float64 { return 80 - 4*float64(ago)/60 }, 0)
	if _, counted := forecasts(&f, b, t0); counted.Forecast.P50 > o.Forecast.P50/2 {
		t.Errorf("P50 = %v where BYOK counts, want about a quarter of %v", counted.Forecast.P50, o.Forecast.P50)
	}
	f = Facts{Key: &credit.Key{Kind: credit.KeyOrdinary}, Source: FromKey}
	if account, o := forecasts(&f, b, t0); account.State != forecast.Unknown || o.Forecast.State != forecast.Unknown || o.Forecast.RateUSDPerHour == 0 && o.Forecast.LastSpend.IsZero() {
		t.Errorf("forecasts %+v and %+v of a key without a cap, want the key's spend alone", account, o.Forecast)
	}
}
