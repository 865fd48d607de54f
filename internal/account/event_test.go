package account

import (
	"reflect"
	"strings"
	"testing"

	"ortop/internal/alert"
)

func TestEventsAreAsTheyWereStored(t *testing.T) {
	a := &alert.Event{Rule: alert.Balance, Level: alert.Urgent, Account: "personal", Since: t0, At: t0, ValueText: "$4.90", Text: "personal: balance $4.90"}
	spike := *a
	spike.Rule = alert.Spike
	for _, e := range []Event{
		{Kind: EventAlert, Alert: a}, {Kind: EventCleared, Alert: a},
		{Kind: EventSpike, Alert: &spike, Spend: &UnusualSpend{USD: 9, UsualUSD: 1, Driver: Driver{Key: "laptop", Model: "m", MoreUSD: 8, OfUSD: 9}}},
		{Kind: EventForecast, Move: &Move{P10: t0, P50: t0, P90: t0, Was: Headline{At: t0, LeftUSD: 3}}},
		{Kind: EventTopUp},
	} {
		data, err := e.Data()
		if err != nil {
			t.Fatal(err)
		}
		got := Event{Kind: e.Kind}
		got.SetData(data)
		if !reflect.DeepEqual(got, e) {
			t.Errorf("%s: %+v after it was stored as %s, want %+v", e.Kind, got, data, e)
		}
	}
	e := Event{Kind: EventSpike}
	e.SetData([]byte(`{"rule":"spike","text":"\u001b[2J","key":"\u001b[2J"}`))
	if strings.ContainsRune(e.Alert.Text+e.Spend.Key, '\x1b') {
		t.Errorf("%q and %q hold a control character", e.Alert.Text, e.Spend.Key)
	}
	e = Event{Kind: EventAlert}
	if e.SetData([]byte("{")); e.Alert != nil {
		t.Errorf("%+v of data that cannot be read", e.Alert)
	}
}
