package render

import (
	"strings"
	"testing"
	"time"

	"ortop/internal/account"
	"ortop/internal/credit"
)

// A refusal that is not the API's is no statement about the key.
func TestARefusalOnTheWay(t *testing.T) {
	proxy := account.Fault{Kind: credit.FaultForbidden, Message: "reading credits: 403 forbidden: not JSON (text/html)"}
	own := account.Fault{Kind: credit.FaultForbidden, Message: "reading credits: 403 forbidden"}
	if h := FaultHint(proxy, time.Time{}); !strings.Contains(h, "a proxy or a firewall may stand between") || faultWords(proxy) != "refused on the way" {
		t.Errorf("%q, %q", h, faultWords(proxy))
	}
	if h := FaultHint(own, time.Time{}); !strings.Contains(h, "management key") || faultWords(own) != "not allowed with this key" {
		t.Errorf("%q, %q", h, faultWords(own))
	}
}
