package render

import (
	"strings"
	"testing"
	"time"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/render/rendertest"
)

// A refusal that is not the API's is no statement about the key.
func TestARefusalOnTheWay(t *testing.T) {
	proxy := account.Fault{Kind: credit.FaultForbidden, Message: "reading credits: 403 forbidden", NotAPI: true}
	own := account.Fault{Kind: credit.FaultForbidden, Message: "reading credits: 403 forbidden: this is not JSON"}
	if h := FaultHint(proxy, time.Time{}); !strings.Contains(h, "a proxy or a firewall may stand between") || faultWords(proxy) != "refused on the way" {
		t.Errorf("%q, %q", h, faultWords(proxy))
	}
	if h := FaultHint(own, time.Time{}); !strings.Contains(h, "management key") || faultWords(own) != "not allowed with this key" {
		t.Errorf("%q, %q", h, faultWords(own))
	}
}

// To ask for a payment says nothing of what is left: only the API's own page can, and what
// stands before the API has none.
func TestAPaymentIsAskedFor(t *testing.T) {
	f := account.Fault{Kind: credit.FaultPayment, Message: "reading credits: 402 payment required"}
	if h := FaultHint(f, time.Time{}); h != "openrouter.ai/settings/credits shows what is left or owed" {
		t.Errorf("the API's: %q", h)
	}
	if f.NotAPI = true; !strings.Contains(FaultHint(f, time.Time{}), "a proxy or a firewall may stand between") {
		t.Errorf("a portal's: %q", FaultHint(f, time.Time{}))
	}
}

// What was spent yesterday is not said of today, which is not read yet.
func TestTodayBeginsAtMidnight(t *testing.T) {
	s := rendertest.Fixed()
	midnight := credit.DayStart(s.At).AddDate(0, 0, 1)
	s.At = midnight.Add(-20 * time.Second)
	for _, c := range []struct {
		now  time.Time
		want string
		usd  *float64
	}{{midnight.Add(-time.Second), "$2.14", s.Spend.TodayUSD}, {midnight, "—", nil}, {midnight.Add(30 * time.Second), "—", nil}} {
		s.Now = c.now
		if f, o := NewFields(&s, c.now), Status(&s, c.now); f.Today != c.want || (o.Spend.Today == nil) != (c.usd == nil) || o.Spend.Last1h == nil {
			t.Errorf("at %v: %q and %v, want %s", c.now, f.Today, o.Spend.Today, c.want)
		}
		if page := StatusText(&s, c.now); !strings.Contains(page, c.want+" today (UTC)") {
			t.Errorf("at %v, without %s today:\n%s", c.now, c.want, page)
		}
	}
}

// A history that is not used, or not whole, is said wherever the state is.
func TestStateSaysWhatIsWrongWithTheHistory(t *testing.T) {
	s := rendertest.Fixed()
	for want, change := range map[string]func(){
		"live": func() {}, "live, history unusable": func() { s.StorageNote = "x" }, "live, history damaged": func() { s.StorageNote, s.Damage = "x", "x" },
	} {
		s = rendertest.Fixed()
		change()
		if got := state(&s, rendertest.Now); got != want || !strings.Contains(StatusText(&s, rendertest.Now), want) || !strings.Contains(Shown(&s, rendertest.Now), want) {
			t.Errorf("state %q, want %q on every page", got, want)
		}
	}
}
