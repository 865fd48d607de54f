package panel

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/ui/scenes"
)

func TestFaultCause(t *testing.T) {
	for _, c := range []struct {
		name                 string
		kind                 credit.FaultKind
		message, full, short string
	}{
		{"a status with the server's words", credit.FaultServer, "reading credits: 500 server error: Internal Server Error", "server error 500 (Internal Server Error)", "server error 500"},
		{"words with a colon", credit.FaultServer, "reading key: 503 server error: try later: soon.", "server error 503 (try later: soon)", "server error 503"},
		{"a status alone", credit.FaultPayment, "reading credits: 402 payment required", "payment required 402", "payment required 402"},
		{"a refused key", credit.FaultUnauthorized, "reading key: 401 unauthorized: User not found.", "key refused 401 (User not found)", "key refused 401"},
		{"no key", credit.FaultUnauthorized, "key_command: exit status 1", "no key: key_command: exit status 1", "key_command: exit status 1"},
		{"no answer", credit.FaultNetwork, "reading credits: cannot resolve openrouter.ai", "network: cannot resolve openrouter.ai", "cannot resolve openrouter.ai"},
		{"no answer, with a colon", credit.FaultNetwork, "reading key: proxy: refused", "network: proxy: refused", "proxy: refused"},
		{"a success that is not believed", credit.FaultMalformed, "reading credits: malformed answer: not JSON", "malformed answer (not JSON)", "malformed answer"},
		{"not the API", credit.FaultMalformed, "reading credits: 404 not found: nothing there", "not found 404 (nothing there)", "not found 404"},
		{"this machine's own", credit.FaultStorage, "this machine's clock is wrong", "storage fault: this machine's clock is wrong", "this machine's clock is wrong"},
	} {
		full, short := faultCause(account.Fault{Kind: c.kind, Message: c.message})
		if full != c.full || short != c.short {
			t.Errorf("%s: faultCause(%q) = %q, %q, want %q, %q", c.name, c.message, full, short, c.full, c.short)
		}
	}
}

// A cap that is spent is refused with 403, and until when is known; 402 and the
// credits page are for an account that is spent.
func TestSpentWords(t *testing.T) {
	never, odd := scenes.All["cap-spent"](), scenes.All["cap-spent"]()
	never.Key.Cap.Reset, odd.Key.Cap.Reset = credit.ResetNever, "fortnightly"
	unseen := scenes.All["depleted"]()
	unseen.RanOutAt, unseen.HistorySince = time.Time{}, scenes.Now.Add(-time.Hour)
	old := scenes.All["depleted"]()
	old.RanOutAt, old.HistorySince = time.Time{}, scenes.Now.AddDate(0, -3, 0)
	elsewhere := scenes.All["depleted"]()
	elsewhere.Host = "10.0.0.9"
	for _, c := range []struct {
		name string
		s    account.Snapshot
		want string
	}{
		{"a cap with a reset", scenes.All["cap-spent"](), "key cap spent|This key is refused (403) until its cap resets on 1 Dec (UTC).|▸ key cap  -$0.12 left of $20.00"},
		{"a cap for ever", never, "key cap spent|This key is refused (403): its cap never resets.|▸ key cap  -$0.12 left of $20.00"},
		{"a cap with a reset of unknown length", odd, "key cap spent|This key is refused (403) until its cap resets.|▸ key cap  -$0.12 left of $20.00"},
		{"an account", scenes.All["depleted"](), "credits ran out Sat 21 Nov, 10:31|Requests now fail with 402.|o shows where to buy credits."},
		{"spent before the first reading", unseen, "credits ran out before Sat 21 Nov, 09:42|Requests now fail with 402.|o shows where to buy credits."},
		{"spent longer than is looked back", old, "credits ran out|Requests now fail with 402.|o shows where to buy credits."},
		{"an account elsewhere", elsewhere, "credits ran out Sat 21 Nov, 10:31|Requests now fail with 402."},
	} {
		p := pencil()
		var got []string
		for _, line := range runOutLines(p, &c.s, 70) {
			line, _, _ = strings.Cut(strings.TrimSpace(ansi.Strip(line)), "     ") // less the reset at the right
			got = append(got, line)
		}
		if all := strings.Join(got, "|"); all != c.want {
			t.Errorf("%s: runOutLines = %q, want %q", c.name, all, c.want)
		}
	}
}
