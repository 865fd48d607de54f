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
	b.Poll.Success = t0
	key := func(usage float64) *credit.Key {
		return &credit.Key{Kind: credit.KeyOrdinary, Usage: credit.Usage{TotalUSD: usd(usage)}}
	}
	was := State{Facts: Facts{Key: key(14), Fingerprint: "fp", Source: FromKey, KeyAt: t0, BalanceNote: noteHidden}}
	r := Step(&was, &Input{Stated: &Statement{USD: usd(20)}}, b, rules, t0)
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
		{"spent since", func(f *Facts) { f.spent(16.5) }, 17.5},
		{"more than there was", func(f *Facts) { f.spent(34.5) }, -0.5},
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
	if back := Step(&r.State, &Input{Stated: &Statement{}}, b, rules, t0); back.Snapshot.Balance != nil || back.State.Facts.Stated != nil {
		t.Errorf("taken back: %+v", back.Snapshot.Balance)
	}
}

// Each reading of the key lowers a stated balance or leaves it: a replica that
// lags and usage that begins anew give nothing back.
func TestStatedBalanceOnlyFalls(t *testing.T) {
	b := &Book{Key: trailOf(60, func(int) float64 { return 14 }, 0)}
	key := func(usage float64) *credit.Key {
		return &credit.Key{Kind: credit.KeyOrdinary, Usage: credit.Usage{TotalUSD: usd(usage)}}
	}
	f := Facts{Fingerprint: "fp", Source: FromKey, Key: key(13), KeyAt: t0, KeyAgreedAt: t0} // 13 is a replica's that lags
	f.stated(usd(20), b, t0)
	at := t0
	for _, c := range []struct {
		after       time.Duration
		usage, want float64
	}{
		{time.Minute, 14, 20},
		{time.Minute, 16.5, 17.5},
		{time.Minute, 12, 17.5},
		{time.Minute, 17, 17},
		{2 * time.Hour, 2, 17},
		{time.Minute, 3, 16},
	} {
		at = at.Add(c.after)
		v := Judge(&f, Reading{At: at, Fingerprint: "fp", Key: key(c.usage), TotalsFault: &Fault{Kind: credit.FaultForbidden}}, b)
		for _, row := range v.Rows {
			if row.Of == OfKey {
				b.Key.Samples = append(b.Key.Samples, credit.Sample{At: at, UsageUSD: row.UsageUSD})
			}
		}
		f = v.Facts
		if got := f.statedBalance(); got == nil || got.LeftUSD() != c.want {
			t.Errorf("usage %v: %+v, want %v left", c.usage, got, c.want)
		}
	}
}
