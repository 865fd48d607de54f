package account

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/forecast"
)

var testRules = Rules{
	Account: "personal", Interval: time.Minute, Collects: true, Sends: true,
	Alerts:   []alert.Rule{{Kind: alert.Balance, BelowUSD: 70, Level: alert.Warning}},
	Channels: []alert.Channel{{Name: "phone", Via: alert.Ntfy}},
}

// poll makes a reading of an account, and what follows from it.
func poll(st State, b *Book, totals credit.Balance, at time.Time) (Result, *Book) {
	v := Judge(&st.Facts, Reading{At: at, Fingerprint: "fp", Key: &credit.Key{Kind: credit.KeyManagement}, Totals: &totals}, b)
	b = b.Copy()
	for _, row := range v.Rows {
		s := credit.Sample{At: at, UsageUSD: row.UsageUSD, CreditsUSD: *row.CreditsUSD, CreditsKnown: true}
		g := credit.Growth{ReadAt: at, Sample: &s}
		if last, ok := b.Account.Newest(); ok && row.Segment == "" {
			s.Segment = last.Segment
			if s.CreditsUSD != last.CreditsUSD {
				g.TopUp = &credit.TopUp{At: at, AmountUSD: s.CreditsUSD - last.CreditsUSD}
			}
		} else {
			s.Segment = at.Unix()
			g.Segment = &credit.Segment{At: at, Reason: row.Segment}
		}
		b.Add(row.Of, g)
	}
	b.Poll = Poll{Success: at, Due: at.Add(time.Minute)}
	r := Step(&st, &Input{Verdict: &v}, b, testRules, at)
	b.AddForecasts(r.Forecasts)
	return r, b
}

// known is an account that spent $1 an hour for two days, with $64 left.
func known() (State, *Book) {
	b := bookOf(trailOf(2*24*60, func(ago int) float64 { return 36 - float64(ago)/60 }, 100))
	st := State{Facts: Facts{
		Key: &credit.Key{Kind: credit.KeyManagement}, Fingerprint: "fp", ReadBy: "fp", AgreedAt: t0, Source: FromCredits, KeyAt: t0,
	}}
	return st, b
}

func TestStep(t *testing.T) {
	st, b := known()
	at := t0.Add(time.Minute)
	r, b2 := poll(st, b, credit.Balance{CreditsUSD: 100, UsageUSD: 36.02}, at)
	s := r.Snapshot
	if s.Balance == nil || s.Balance.LeftUSD() != 63.98 || s.Source != FromCredits || s.Fault != nil || !s.At.Equal(at) {
		t.Fatalf("snapshot = %+v, want $63.98 left, read now", s)
	}
	if s.Forecast.State != forecast.OK || !s.Forecast.At.Equal(at) || s.Forecast != r.State.Outlook.Forecast {
		t.Errorf("forecast = %+v, want one of this reading, kept in the state", s.Forecast)
	}
	if len(r.Forecasts) != 1 || !r.State.Outlook.Made.Equal(at) {
		t.Errorf("%d forecasts are put by, want the first", len(r.Forecasts))
	}
	if len(r.Notify) != 1 || len(r.Events) != 1 || r.Events[0].Kind != EventAlert || r.Events[0].Alert == nil || len(s.Alerts) != 1 || len(r.State.Notified) != 1 {
		t.Errorf("notify %+v, events %+v, alerts %+v, want one alert of a low balance", r.Notify, r.Events, s.Alerts)
	}
	if due := r.State.Outbox.Due(at); len(due) != 1 || due[0].Channel != "phone" {
		t.Errorf("the outbox has %+v, want the alert for the phone", due)
	}
	// Time goes by: nothing is new.
	r = Step(&r.State, &Input{}, b2, testRules, at.Add(30*time.Second))
	if len(r.Events)+len(r.Notify)+len(r.Forecasts) != 0 {
		t.Errorf("events %+v, notify %+v of half a minute", r.Events, r.Notify)
	}
	// The outcome of an attempt is taken in, also where another collects.
	passive := testRules
	passive.Collects = false
	done := alert.Result{ID: r.State.Outbox.Due(at)[0].ID, Channel: "phone", At: at}
	if r = Step(&r.State, &Input{Results: []alert.Result{done}}, b2, passive, at); len(r.State.Outbox.Due(at)) != 0 {
		t.Error("what was delivered is still to be sent")
	}
}

// Equal arguments give equal results, and none of them is changed.
func TestStepIsPure(t *testing.T) {
	st, b := known()
	at := t0.Add(time.Minute)
	r, b2 := poll(st, b, credit.Balance{CreditsUSD: 100, UsageUSD: 36.02}, at)
	encode := func(v any) string {
		out, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	in := Input{Unseen: time.Hour, Drivers: map[string]Driver{}}
	before := encode(r.State) + encode(b2)
	one := Step(&r.State, &in, b2, testRules, at.Add(time.Minute))
	two := Step(&r.State, &in, b2, testRules, at.Add(time.Minute))
	if encode(one) != encode(two) {
		t.Errorf("two steps differ:\n%s\n%s", encode(one), encode(two))
	}
	if after := encode(r.State) + encode(b2); after != before {
		t.Errorf("a step changed its arguments:\n%s\n%s", before, after)
	}
}

// A state is as it was after it was stored and read again.
func TestStateSurvivesARestart(t *testing.T) {
	st, b := known()
	live, b2 := poll(st, b, credit.Balance{CreditsUSD: 100, UsageUSD: 36.02}, t0.Add(time.Minute))
	stored, err := live.State.Encode()
	if err != nil {
		t.Fatal(err)
	}
	again := DecodeState(stored)
	one, _ := poll(live.State, b2, credit.Balance{CreditsUSD: 100, UsageUSD: 36.5}, t0.Add(2*time.Minute))
	two, _ := poll(again, b2, credit.Balance{CreditsUSD: 100, UsageUSD: 36.5}, t0.Add(2*time.Minute))
	if !reflect.DeepEqual(one.Events, two.Events) || one.Snapshot.Forecast != two.Snapshot.Forecast || !slices.EqualFunc(one.Snapshot.Alerts, two.Snapshot.Alerts, func(a, b alert.Event) bool { return a.ID == b.ID }) {
		t.Errorf("after a restart a poll gives %+v, want %+v", two, one)
	}
	if s := DecodeState([]byte("{damaged")); !reflect.DeepEqual(s, State{}) {
		t.Errorf("a damaged state = %+v, want none", s)
	}
}

// What version 2 kept in six places is one state.
func TestOldStateIsUnderstood(t *testing.T) {
	s := DecodeOldState(map[string][]byte{
		"key":         []byte(`{"key":{"Kind":"management","Label":"sk-or-v1-abc…123"},"fingerprint":"fp","source":"credits","read_by":"fp","unusual":{"hour":"2026-11-21T10:00:00Z","found":[{"id":"hour","at":"2026-11-21T10:00:00Z","usd":9,"usual_usd":1,"limit_usd":3}]}}`),
		"forecast":    []byte(`{"forecast":{"State":"ok","At":"2026-11-21T10:42:00Z","P50":3600},"track":{"Made":40,"Held":33,"Factor":1.4},"made":"2026-11-21T10:00:00Z"}`),
		"alerts":      []byte(`{"version":1,"watches":{}}`),
		"told":        []byte(`[{"rule":"balance","level":"urgent","account":"a","since":"2026-11-21T10:00:00Z","at":"2026-11-21T10:00:00Z","value":"$4","text":"x","cleared":false,"number":7}]`),
		"anchor":      []byte(`{"at":"2026-11-21T10:00:00Z","p50":"2026-11-26T10:00:00Z","left_usd":60,"told":"2026-11-20T10:00:00Z"}`),
		"undelivered": []byte("alerts do not reach phone: \x1b[2Jno answer"),
	})
	if !s.Facts.Manages() || s.Facts.Fingerprint != "fp" || s.Outlook.Track.Held != 33 || !s.Outlook.isOf(t0) || len(s.Unusual.Found) != 1 ||
		s.Notified[0].Number != 7 || s.Headline.LeftUSD != 60 || s.Headline.Notified.IsZero() || strings.Contains(s.Undelivered, "\x1b") || s.Undelivered == "" {
		t.Errorf("the old state = %+v", s)
	}
	if s := DecodeOldState(map[string][]byte{"key": []byte("{"), "alerts": nil}); !reflect.DeepEqual(s, State{}) {
		t.Errorf("what cannot be read = %+v, want nothing", s)
	}
}

// Another account behind the name begins anew: nothing of what was going on is
// about it.
func TestAnotherAccountBeginsAnew(t *testing.T) {
	st, b := known()
	r, b2 := poll(st, b, credit.Balance{CreditsUSD: 100, UsageUSD: 36.02}, t0.Add(time.Minute))
	r.State.Facts.ReadBy, r.State.Unusual = "other", Unusual{Hour: t0}
	r, b2 = poll(r.State, b2, credit.Balance{CreditsUSD: 500, UsageUSD: 3}, t0.Add(2*time.Minute))
	s := r.Snapshot
	if len(s.Alerts) != 0 || len(r.State.Outbox.Due(s.At)) != 0 || !r.State.Unusual.Hour.IsZero() || s.Balance.LeftUSD() != 497 {
		t.Errorf("alerts %+v, unusual %+v, %v left, want nothing of the account before", s.Alerts, r.State.Unusual, s.Balance)
	}
	if !b2.Account.First.At.Equal(s.At) || s.Spend.Last1hUSD != nil {
		t.Errorf("first %v, spend %+v, want a past that begins now", b2.Account.First.At, s.Spend)
	}
}

// A poll that fails keeps the values and says why; nothing is put by.
func TestStepOfAFault(t *testing.T) {
	st, b := known()
	r, b2 := poll(st, b, credit.Balance{CreditsUSD: 100, UsageUSD: 36.02}, t0.Add(time.Minute))
	fault := &Fault{Kind: credit.FaultServer, Message: "503"}
	v := Judge(&r.State.Facts, Reading{At: t0.Add(2 * time.Minute), Fingerprint: "fp", TotalsFault: fault}, b2)
	b2.Poll.Fault = v.Fault
	was := r.State.Outlook
	r = Step(&r.State, &Input{Verdict: &v}, b2, testRules, v.At)
	if s := r.Snapshot; s.Fault != fault || s.Balance.LeftUSD() != 63.98 || !s.At.Equal(t0.Add(time.Minute)) || len(r.Forecasts) != 0 {
		t.Errorf("snapshot %+v, want the last values with the fault", s)
	}
	if !reflect.DeepEqual(r.State.Outlook, was) {
		t.Errorf("outlook = %+v, want that of the last reading", r.State.Outlook)
	}
}
