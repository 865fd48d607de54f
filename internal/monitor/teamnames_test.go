package monitor

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/spenders"
)

// alone is a team of this collector.
type alone struct{}

func (alone) MayPoll() bool { return true }
func (alone) MaySend() bool { return true }
func (alone) Stored()       {}
func (alone) OnSent(func()) {}

// What is shared with a team names a key by its label: in what was unusual, and in the
// state that another collector goes on from.
func TestTeamIsToldNoKeyNames(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("much arithmetic, and nothing beside it: the race detector finds nothing here")
	}
	bubble(t, func(t *testing.T) {
		time.Sleep(15 * time.Hour)
		b := newBench(t, oldAccount("steady"))
		b.o.Team = alone{}
		b.account.TopUp(500)
		m := b.run()
		after(t, m, 10*time.Minute)
		b.account.Spend(12)
		s := after(t, m, 3*time.Minute)
		e := b.events(m)
		if len(e) != 1 || !strings.Contains(e[0].Text, "most of the rise is sk-or-v1-") {
			t.Fatalf("events = %+v, want a spike with the label of who drives it", e)
		}
		own := m.subject.Load().account
		past, err := b.db.Load(t.Context(), history.Want{Account: own, Series: []history.Series{own}})
		if err != nil {
			t.Fatal(err)
		}
		told, err := json.Marshal([]any{e, s.Alerts, string(past.State)})
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"laptop", "ci-bot", "batch-nightly", "old-prototype"} {
			if i := strings.Index(string(told), name); i >= 0 {
				t.Errorf("the team is told of %s: %s", name, told[max(0, i-80):min(len(told), i+80)])
			}
		}
		if m.spenders.Label(t.Context(), "no such key") != "" {
			t.Error("a key that is not listed has a label")
		}
	})
}

func TestTeamIsToldLimitsByLabel(t *testing.T) {
	limit := 5.0
	list := spenders.KeyList{Keys: []spenders.Key{{Hash: "h", Name: "laptop", Label: "sk-or-v1-abc…123", ExpiresAt: time.Unix(1, 0), Cap: credit.Cap{LimitUSD: &limit}}}}
	for shared, want := range map[bool]string{false: "key laptop", true: "key sk-or-v1-abc…123"} {
		l := limits(&list, account.Limits{}, shared)
		if len(l.Expiries) != 1 || len(l.Caps) != 1 || l.Expiries[0].Name != want || l.Caps[0].Name != want {
			t.Errorf("shared %t: %+v, want both of %s", shared, l, want)
		}
	}
}
