package account

import (
	"reflect"
	"testing"
	"time"

	"ortop/internal/alert"
	"ortop/internal/credit"
)

// firingRules are the kinds of the alerts, each with its value; nil where
// nobody judged.
func firingRules(s Snapshot) []string {
	if s.Alerts == nil {
		return nil
	}
	list := []string{}
	for _, e := range s.Alerts {
		list = append(list, string(e.Rule)+" "+e.ValueText)
	}
	return list
}

// What a snapshot has of alerts holds by its values, whoever read them; the
// state is the collector's.
func TestAlertsAreOfTheSnapshot(t *testing.T) {
	one := testRules
	one.Collects, one.Sends, one.Channels = false, false, nil
	one.Alerts = append(one.Alerts, alert.Rule{Kind: alert.Balance, BelowUSD: 80, For: time.Hour}, alert.Rule{Kind: alert.Stale})
	low, high := credit.Balance{CreditsUSD: 100, UsageUSD: 36.02}, credit.Balance{CreditsUSD: 200, UsageUSD: 36.02}
	st, b := known()
	read := func(totals credit.Balance, at time.Time) Result {
		v := Judge(&st.Facts, Reading{At: at, Fingerprint: "fp", Totals: &totals}, b)
		b = b.Copy()
		s := credit.Sample{At: at, UsageUSD: totals.UsageUSD, CreditsUSD: totals.CreditsUSD, CreditsKnown: true}
		b.Add(OfAccount, credit.Growth{ReadAt: at, Sample: &s})
		b.Poll = Poll{Success: at}
		return Step(&st, &Input{Verdict: &v}, b, one, at)
	}
	check := func(name string, s Snapshot, want ...string) {
		t.Helper()
		if got := firingRules(s); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: alerts %q, want %q", name, got, want)
		}
	}

	check("never read", View(&State{}, &Book{}, one, t0, false))

	r := read(low, t0)
	check("read by a command alone", r.Snapshot, "balance $63.98")
	if len(r.Notify)+len(r.Events) > 0 || !reflect.DeepEqual(r.State.Alerts, st.Alerts) {
		t.Errorf("a command that does not collect notified %v, events %v, state %+v", r.Notify, r.Events, r.State.Alerts)
	}

	collected, b2 := poll(st, b, low, t0.Add(time.Minute))
	st, b = collected.State, b2
	check("the collector's", collected.Snapshot, "balance $63.98")
	beside := View(&st, b, one, t0.Add(time.Minute), false)
	check("beside the collector", beside, "balance $63.98")
	for _, s := range []Snapshot{beside, collected.Snapshot} {
		if len(s.LowUSD) == 0 {
			t.Errorf("the snapshot does not say what is low: %v", s.LowUSD)
		}
	}
	r = read(high, t0.Add(24*time.Hour))
	check("of a collector that ended", r.Snapshot, []string{}...)

	st = r.State
	b.Poll.Fault = &Fault{Kind: credit.FaultServer}
	check("a good value that is old", View(&st, b, one, t0.Add(30*time.Hour), false), []string{}...)
	st = collected.State
	r = read(low, t0.Add(25*time.Hour))
	b.Poll.Fault = &Fault{Kind: credit.FaultServer}
	check("a low value that is old", View(&r.State, b, one, t0.Add(30*time.Hour), false), "balance $63.98")
}

// The one channel that there is gets one message, also from a rule that names it.
func TestOneChannelGetsOneMessage(t *testing.T) {
	was := testRules
	defer func() { testRules = was }()
	testRules.Alerts = []alert.Rule{{Kind: alert.Balance, BelowUSD: 70, Channels: []string{"phone"}}, {Kind: alert.TopUp}}
	st, b := known()
	r, b := poll(st, b, credit.Balance{CreditsUSD: 100, UsageUSD: 36.02}, t0.Add(time.Minute))
	if len(r.Notify) != 1 {
		t.Fatalf("notified of %+v, want the balance", r.Notify)
	}
	r, _ = poll(r.State, b, credit.Balance{CreditsUSD: 200, UsageUSD: 36.02}, t0.Add(2*time.Minute))
	if len(r.Notify) != 1 || len(r.State.Outbox.Due(t0.Add(2*time.Minute))) != 1 {
		t.Errorf("after a top-up: notified of %+v, want one message", r.Notify)
	}
}

// For how long a condition has held is what the collector knows.
func TestAViewWaitsAsTheCollectorDoes(t *testing.T) {
	rules := testRules
	rules.Alerts = []alert.Rule{{Kind: alert.Balance, BelowUSD: 70, For: time.Hour}}
	st, b := known()
	step := func(at time.Time) Result {
		b.Poll = Poll{Success: at}
		b.Account.Add(credit.Growth{ReadAt: at})
		return Step(&st, &Input{}, b, rules, at)
	}
	st = step(t0).State
	for _, c := range []struct {
		after time.Duration
		want  int
	}{{30 * time.Minute, 0}, {time.Hour, 1}} {
		st = step(t0.Add(c.after - time.Minute)).State
		b.Poll.Success = t0.Add(c.after)
		one := rules
		one.Collects, one.Sends = false, false
		if s := View(&st, b, one, t0.Add(c.after), false); len(s.Alerts) != c.want {
			t.Errorf("after %v: %d alerts, want %d", c.after, len(s.Alerts), c.want)
		}
	}
}
