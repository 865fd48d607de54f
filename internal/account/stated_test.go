package account

import (
	"strings"
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
)

// A stated balance falls by what the key spends, until the API gives the balance
// itself, or another key is in use.
func TestStatedBalance(t *testing.T) {
	rules := Rules{Interval: time.Minute}
	b := &Book{Key: trailOf(600, func(ago int) float64 { return 14 - float64(ago)/60 }, 0)}
	b.Poll.Success, b.Poll.Attempt = t0, t0
	key := func(usage float64) *credit.Key {
		return &credit.Key{Kind: credit.KeyOrdinary, Usage: credit.Usage{TotalUSD: usd(usage)}}
	}
	was := State{Facts: Facts{Key: key(14), Fingerprint: "fp", Source: FromKey, KeyAt: t0, BalanceNote: noteHidden}}
	r := Step(was, Input{Stated: &Statement{USD: usd(20)}}, b, rules, t0)
	if was.Facts.Stated != nil {
		t.Error("the step changed the state that it was given")
	}
	s := r.Snapshot
	if s.Balance == nil || s.Balance.LeftUSD() != 20 || s.Source != FromPerson || s.SpendableUSD == nil || *s.SpendableUSD != 20 {
		t.Fatalf("stated: balance %+v from %q, spendable %v", s.Balance, s.Source, deref(s.SpendableUSD))
	}
	if f := s.Forecast; f.Subject != forecast.Account || f.State != forecast.OK {
		t.Errorf("forecast of %q is %q, want one of the balance", f.Subject, f.State)
	}
	if !strings.HasPrefix(s.BalanceNote, "by your own figure of 21 Nov ($20.00)") {
		t.Errorf("note = %q", s.BalanceNote)
	}
	if p := s.Preflight(b, 25, 0); p.Answer != Short || !strings.Contains(p.Reason, "by your own figure") {
		t.Errorf("preflight of 25 = %s, %s", p.Answer, p.Reason)
	}
	for _, c := range []struct {
		name   string
		change func(*Facts)
		want   float64 // -1: not known
	}{
		{"spent since", func(f *Facts) { f.Key = key(16.5) }, 17.5},
		{"more than there was", func(f *Facts) { f.Key = key(34.5) }, -0.5},
		{"another key", func(f *Facts) { f.Fingerprint = "other" }, -1},
		{"the API gives it", func(f *Facts) { f.Source = FromCredits }, -1},
		{"the key's usage is not known", func(f *Facts) { f.Key = &credit.Key{Kind: credit.KeyOrdinary} }, -1},
	} {
		st := r.State
		c.change(&st.Facts)
		b := st.Facts.statedBalance()
		if (b == nil) != (c.want == -1) || b != nil && b.LeftUSD() != c.want {
			t.Errorf("%s: %+v, want %v left", c.name, b, c.want)
		}
	}
	if back := Step(r.State, Input{Stated: &Statement{}}, b, rules, t0); back.Snapshot.Balance != nil || back.State.Facts.Stated != nil {
		t.Errorf("taken back: %+v", back.Snapshot.Balance)
	}
}
