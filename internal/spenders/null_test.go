package spenders

import (
	"context"
	"strings"
	"testing"
	"time"

	"ortop/client"
	"ortop/history"
)

// A sum of which one part is null is unknown, and so is what is in no row.
func TestANullSumIsUnknown(t *testing.T) {
	three := 3.0
	part := func(v *float64) client.AnalyticsRow {
		r := row("m", 0)
		r.Metrics = []*float64{v, &three, &three, v}
		return r
	}
	for name, parts := range map[string][]client.AnalyticsRow{
		"first": {part(nil), part(&three)}, "last": {part(&three), part(nil)}, "between": {part(&three), part(nil), part(&three)}, "alone": {part(nil)},
	} {
		f := &fakeAPI{query: func(client.AnalyticsQuery) (client.Analytics, error) { return client.Analytics{Rows: parts}, nil }}
		a, err := f.at(noon).analyze(t.Context(), ByModel, noon.Add(-time.Hour), noon)
		if err != nil {
			t.Fatal(err)
		}
		if u := a.of("m"); u.usd != nil || u.tokens != nil || *u.requests != float64(3*len(parts)) || *u.byokUSD != float64(3*len(parts)) {
			t.Errorf("%s: %v spent, %v tokens, %v requests, want the requests alone", name, deref(u.usd), deref(u.tokens), deref(u.requests))
		}
	}
}

// An answer that is old is of when it was computed, and of one that is not whole who is
// not there may have used any amount.
func TestAnAnswerThatIsOldOrNotWhole(t *testing.T) {
	old, ahead := noon.Add(-7*time.Minute), noon.Add(time.Minute)
	for name, c := range map[string]struct {
		answer client.Analytics
		at     time.Time
		known  bool
	}{
		"whole":             {client.Analytics{}, noon, true},
		"old":               {client.Analytics{CachedAt: &old}, old, true},
		"of a clock ahead":  {client.Analytics{CachedAt: &ahead}, noon, true},
		"cut":               {client.Analytics{Truncated: true}, noon, false},
		"with an odd row":   {client.Analytics{Unread: 1}, noon, false},
		"with two odd rows": {client.Analytics{Unread: 2}, noon, false},
	} {
		f := &fakeAPI{query: func(client.AnalyticsQuery) (client.Analytics, error) { return c.answer, nil }}
		a, err := f.at(noon).analyze(t.Context(), ByModel, noon.Add(-time.Hour), noon)
		if err != nil {
			t.Fatal(err)
		}
		if u := a.of("who is not there"); !a.at.Equal(c.at) || (u.usd != nil) != c.known || c.known && *u.usd != 0 {
			t.Errorf("%s: of %v, who is not there used %v, want of %v, known: %v", name, a.at, deref(u.usd), c.at, c.known)
		}
	}
}

// Where the account's spend is not known the reason is told, and nothing is called
// attributed or not.
func TestWhyTheTotalIsNotKnown(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, oldAccount("steady"))
		b.read()
		b.o.Spent = func(context.Context, history.Series, time.Time, time.Time) (*float64, string, error) {
			return nil, "not seen for 1 h", nil
		}
		d := b.broken(ByModel, 24*time.Hour)
		if d.TotalUSD != nil || d.UnattributedUSD != nil || d.TotalWhy != "not seen for 1 h" || !strings.Contains(strings.Join(d.Notes, "; "), "what the account spent in this span is not known: not seen for 1 h") {
			t.Errorf("total %v, not attributed %v, why %q, notes %q, want unknown and the reason", deref(d.TotalUSD), deref(d.UnattributedUSD), d.TotalWhy, d.Notes)
		}
	})
}
