package account

import (
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
)

// in is a forecast of t0 whose middle is so far away.
func in(d time.Duration) forecast.Forecast {
	s := d.Seconds()
	return forecast.Forecast{State: forecast.OK, Subject: forecast.Account, At: t0, P10: s / 2, P50: s, P90: 2 * s}
}

// A date may come nearer where something was spent, taken back or is another's, by
// more than the slack; else it does not.
func TestDatesAreHeldAtTheBounds(t *testing.T) {
	for _, c := range []struct {
		name          string
		usage, credit float64
		set           func(*Outlook)
		held          bool
	}{
		{"as it was", 3, 10, func(o *Outlook) { o.UsageUSD, o.LeftUSD = 3, 7 }, true},
		{"more is left", 3, 10, func(o *Outlook) { o.UsageUSD, o.LeftUSD = 3, 6 }, true},
		{"spent by the slack", slack, 10, func(o *Outlook) { o.LeftUSD = 9 }, true},
		{"spent by more", 2 * slack, 10, func(o *Outlook) { o.LeftUSD = 9 }, false},
		{"less usage by the slack", 0, 10, func(o *Outlook) { o.UsageUSD, o.LeftUSD = slack, 9 }, true},
		{"less usage by more", 0, 10, func(o *Outlook) { o.UsageUSD, o.LeftUSD = 2*slack, 9 }, false},
		{"taken back by the slack", 0, 0, func(o *Outlook) { o.LeftUSD = slack }, true},
		{"taken back by more", 0, 0, func(o *Outlook) { o.LeftUSD = 2 * slack }, false},
		{"another series", 3, 10, func(o *Outlook) { o.UsageUSD, o.LeftUSD, o.Segment = 3, 7, 1 }, false},
		{"another subject", 3, 10, func(o *Outlook) { o.UsageUSD, o.LeftUSD, o.Forecast.Subject = 3, 7, forecast.Key }, false},
		{"another reset", 3, 10, func(o *Outlook) { o.UsageUSD, o.LeftUSD, o.Forecast.ResetsAt = 3, 7, t0 }, false},
	} {
		b := bookOf(trailOf(2, func(int) float64 { return c.usage }, c.credit))
		newest, _ := b.Account.Newest()
		was := Outlook{Forecast: in(20 * time.Hour), Segment: newest.Segment}
		c.set(&was)
		got := Outlook{Forecast: in(10 * time.Hour)}.after(&was, &Facts{}, b)
		if held := got.Forecast.P50 == was.Forecast.P50; held != c.held {
			t.Errorf("%s: held %v, want %v", c.name, held, c.held)
		}
		if got.UsageUSD != c.usage || got.LeftUSD != c.credit-c.usage || got.Segment != newest.Segment {
			t.Errorf("%s: %v left, %v used in segment %d", c.name, got.LeftUSD, got.UsageUSD, got.Segment)
		}
	}
	o := Outlook{Forecast: in(time.Hour), LeftUSD: 4}
	if got := o.after(&Outlook{Forecast: in(2 * time.Hour)}, &Facts{}, &Book{}); got.LeftUSD != 4 || got.Forecast.P50 != 3600 {
		t.Errorf("without a reading: %+v, want it as it was", got)
	}
}

// What is held of a limit is held of its own bound alone, and of the next automatic
// top-up where that is the same one.
func TestBoundsAndTopUpsAreHeld(t *testing.T) {
	series := trailOf(2, func(int) float64 { return 3 }, 0)
	newest, _ := series.Newest()
	of := func(s forecast.Subject, d time.Duration) forecast.Forecast {
		f := in(d)
		f.Subject = s
		return f
	}
	key := &credit.Key{Cap: credit.Cap{RemainingUSD: usd(7)}, Budgets: []credit.Budget{{Cap: credit.Cap{RemainingUSD: usd(7)}}}}
	for _, c := range []struct {
		of   forecast.Subject
		want [2]float64 // the cap's middle and the budget's, hours
	}{{forecast.Key, [2]float64{20, 15}}, {forecast.Budget, [2]float64{10, 20}}} {
		o := Outlook{Forecast: of(c.of, 10*time.Hour), Bounds: []Bound{{Forecast: of(forecast.Key, 10*time.Hour)}, {Forecast: of(forecast.Budget, 15*time.Hour)}}}
		was := Outlook{Forecast: of(c.of, 20*time.Hour), UsageUSD: 3, LeftUSD: 7, Segment: newest.Segment}
		got := o.after(&was, &Facts{Key: key}, &Book{Cap: series, Budget: series})
		for i, want := range c.want {
			if h := got.Bounds[i].Forecast.P50 / 3600; h != want {
				t.Errorf("%v runs out: bound %d in %v h, want %v", c.of, i, h, want)
			}
		}
		if o.Bounds[0].Forecast.P50 != 36000 || got.LeftUSD != 7 {
			t.Errorf("%v runs out: the bounds before changed to %+v, %v left", c.of, o.Bounds, got.LeftUSD)
		}
	}
	topUp := func(threshold float64, d time.Duration) *AutoTopUp {
		return &AutoTopUp{ThresholdUSD: threshold, Next: in(d)}
	}
	for _, c := range []struct {
		name    string
		is, was *AutoTopUp
		hours   float64
	}{
		{"the same", topUp(5, time.Hour), topUp(5, 2*time.Hour), 2},
		{"another", topUp(5, time.Hour), topUp(6, 2*time.Hour), 1},
		{"the first", topUp(5, time.Hour), nil, 1},
		{"none any more", nil, topUp(5, 2*time.Hour), 0},
	} {
		was := Outlook{Forecast: in(20 * time.Hour), AutoTopUp: c.was, UsageUSD: 3, LeftUSD: -3, Segment: newest.Segment}
		got := Outlook{Forecast: in(10 * time.Hour), AutoTopUp: c.is}.after(&was, &Facts{}, &Book{Account: series}).AutoTopUp
		if (got == nil) != (c.hours == 0) || got != nil && got.Next.P50 != c.hours*3600 {
			t.Errorf("%s: next %+v, want in %v h", c.name, got, c.hours)
		}
	}
}

// The dates that people are told move by more than an hour and than a share of the
// range, nearer only where something was spent, and at once where money came or went.
func TestToldDatesMoveAtTheBounds(t *testing.T) {
	const long = 100 * time.Hour // of a range of 150 h: its middle moves by 15 h, an end by 75 h
	for _, c := range []struct {
		name                   string
		mid                    time.Duration // of the middle that was told, before the new one
		left, used, was0, was1 float64
		spent, moves           bool
	}{
		{"by a tenth of the range", 15 * time.Hour, 8, 5, 8, 5, true, false},
		{"by more", 15*time.Hour + time.Second, 8, 5, 8, 5, true, true},
		{"later without a charge", 16 * time.Hour, 8, 5, 8, 5, false, true},
		{"nearer by more", -16 * time.Hour, 8, 5, 8, 5, true, true},
		{"nearer without a charge", -16 * time.Hour, 8, 5, 8, 5, false, false},
		{"spent of the same money", time.Hour, 8, 5, 10, 3, true, false},
		{"bought", time.Hour, 9, 5, 8, 5, true, true},
		{"taken back", time.Hour, 7, 5, 8, 5, true, true},
		{"more by the slack", time.Hour, slack, 0, 0, 0, true, false},
		{"more than by the slack", time.Hour, 2 * slack, 0, 0, 0, true, true},
		{"less by the slack", time.Hour, -slack, 0, 0, 0, true, false},
		{"less than by the slack", time.Hour, -2 * slack, 0, 0, 0, true, true},
	} {
		f := in(long)
		o := Outlook{Forecast: f, LeftUSD: c.left, UsageUSD: c.used}
		mid := f.Time(f.P50)
		was := Outlook{Forecast: f, LeftUSD: c.was0, UsageUSD: c.was1, Published: [3]time.Time{f.Time(f.P10), mid.Add(-c.mid), f.Time(f.P90)}}
		if got := o.published(&was, c.spent)[1]; got.Equal(mid) != c.moves {
			t.Errorf("%s: told %v, the middle is %v; it moves: want %v", c.name, got, mid, c.moves)
		}
	}
}

// A forecast is put by an hour after the one before, with what was left then; how
// the earlier ones did is summed up again only where one ended.
func TestForecastsArePutBy(t *testing.T) {
	trail := trailOf(60, func(ago int) float64 { return 36 - float64(ago)/10 }, 100)
	took := 5e4
	ended := []credit.Forecast{{At: t0.Add(-24 * time.Hour), P10: 1e4, P50: 5e4, P90: 9e4, True: &took, Outcome: credit.OutcomeHeld}}
	facts := Facts{Source: FromCredits}
	for _, c := range []struct {
		name  string
		ago   time.Duration // since one was put by
		track Track
		put   bool
		held  int
	}{
		{"an hour ago", putBy, Track{}, true, 1},
		{"a moment less", putBy - 1, Track{}, false, 1},
		{"a clock that was set back", -1, Track{}, true, 1},
		{"summed up before", putBy, Track{Made: 9, Held: 7}, true, 7},
	} {
		b := bookOf(trail)
		b.Ended = ended
		o, stored := foresee(&Outlook{Track: c.track, Made: t0.Add(-c.ago)}, &facts, b, credit.Sample{})
		if o.Forecast.P50 > putByShare*putBy.Seconds() || o.Forecast.State != forecast.OK {
			t.Fatalf("the forecast is %+v: its middle is not what this is about", o.Forecast)
		}
		if (len(stored) == 1) != c.put || o.Track.Held != c.held {
			t.Errorf("%s: %d stored, %d held, want it put by: %v, %d held", c.name, len(stored), o.Track.Held, c.put, c.held)
		}
		if c.put && (stored[0].BalanceUSD != 64 || stored[0].UsageUSD != 36 || !o.Made.Equal(t0)) {
			t.Errorf("%s: put by %+v at %v", c.name, stored[0], o.Made)
		}
	}
	if got := track(ended, nil); got.Made != 1 || got.Held != 1 {
		t.Errorf("track = %+v, want that it held", got)
	}
	if got := track([]credit.Forecast{{P10: 1e4, P50: 5e4, P90: 9e4, Outcome: credit.OutcomeLate}}, nil); got.Made != 1 || got.Held != 0 {
		t.Errorf("track = %+v of one whose end nobody saw", got)
	}
	// A series that began in the very second is the forecast's own.
	newest := credit.Sample{At: t0, Segment: t0.Add(-time.Hour).Unix()}
	for after, void := range map[time.Duration]bool{0: false, -time.Second: true} {
		list := grade([]credit.Forecast{{At: t0.Add(-time.Hour).Add(after), BalanceUSD: 1, P90: 9e4}}, credit.Sample{}, newest)
		if got := len(list) == 1 && list[0].Outcome == credit.OutcomeVoid; got != void {
			t.Errorf("made %v after its series began: void %v, want %v", after, got, void)
		}
	}
}

// Too short a series is forecast from itself where there is no other, and nothing is
// made of no series.
func TestOfLimitWithLittle(t *testing.T) {
	at := t0
	young := trailOf(2, func(int) float64 { return 1 }, 0)
	if f := (&Book{Account: young}).ofLimit(nil, usd(5), at, new(forecast.Scratch)); f.History != 2*time.Minute {
		t.Errorf("of 2 minutes: %+v", f)
	}
	if f := (&Book{}).ofLimit(nil, usd(5), at, new(forecast.Scratch)); f.History != 0 || f.State == forecast.OK {
		t.Errorf("of nothing: %+v", f)
	}
}
