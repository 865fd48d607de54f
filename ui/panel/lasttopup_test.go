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

// What was bought last stands beside the balance, where there is room for it.
func TestLastTopUp(t *testing.T) {
	on := scenes.Now.Add(-49 * time.Hour)
	day := on.Format("Mon 2")
	for _, c := range []struct {
		name string
		w    int
		set  func(*account.Snapshot)
		want string
	}{
		{"whole dollars", 60, func(s *account.Snapshot) { s.LastTopUp = credit.TopUp{At: on, AmountUSD: 50} }, "last top-up $50 " + day},
		{"cents", 60, func(s *account.Snapshot) { s.LastTopUp = credit.TopUp{At: on, AmountUSD: 49.99} }, "last top-up $49.99 " + day},
		{"years ago", 60, func(s *account.Snapshot) {
			s.LastTopUp = credit.TopUp{At: scenes.Now.AddDate(-2, 0, 0), AmountUSD: 50}
		}, "last top-up $50 " + scenes.Now.AddDate(-2, 0, 0).Format("Jan 2006")},
		{"little room", 46, func(s *account.Snapshot) { s.LastTopUp = credit.TopUp{At: on, AmountUSD: 50} }, "top-up $50 " + day},
		{"less room", 40, func(s *account.Snapshot) { s.LastTopUp = credit.TopUp{At: on, AmountUSD: 50} }, "+$50 " + day},
		{"none is known", 60, func(*account.Snapshot) {}, ""},
		{"as a person states it", 60, func(s *account.Snapshot) {
			s.LastTopUp, s.Source = credit.TopUp{At: on, AmountUSD: 50}, account.FromPerson
		}, ""},
	} {
		s := scenes.Healthy()
		c.set(&s)
		got := ansi.Strip(strings.Join(Credits(plainPen, &s, c.w, 9), "\n"))
		if c.want != "" && !strings.Contains(got, c.want) || c.want == "" && strings.Contains(got, "top-up") || c.w < 60 && strings.Contains(got, "last top-up") {
			t.Errorf("%s: want %q in\n%s", c.name, c.want, got)
		}
	}
}
