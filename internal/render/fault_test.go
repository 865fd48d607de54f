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
