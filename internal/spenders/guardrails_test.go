package spenders

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/credit"
	"ortop/internal/sim"
)

// budgetsOf are the guardrail budgets of a row of a name, as text; "unknown" where
// they are not known, "none" where there are none.
func budgetsOf(b Breakdown, name string) string {
	i := slices.IndexFunc(b.Rows, func(r Row) bool { return r.Name == name })
	if i < 0 {
		return "no row"
	}
	g := b.Rows[i].Guardrails
	switch {
	case g == nil:
		return "unknown"
	case len(g) == 0:
		return "none"
	}
	var all []string
	for _, x := range g {
		all = append(all, x.Name+" "+string(x.Reset))
	}
	return strings.Join(all, ", ")
}

func TestGuardrailBudgetsStandBesideCaps(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := oldAccount("steady")
		c.Members = 3
		b := newBench(t, c)
		d := b.look(ByKey, time.Hour)
		for name, want := range map[string]string{"laptop": "none", "ci-bot": "Each in production monthly", "batch-nightly": "Nightly jobs weekly, Runaway stop daily"} {
			if got := budgetsOf(d, name); got != want {
				t.Errorf("the guardrail budgets of %s are %q, want %q", name, got, want)
			}
		}
		for _, r := range d.Rows {
			switch {
			case r.Name == "ci-bot" && r.Binding != credit.BoundByKey:
				t.Errorf("ci-bot is bound by %q, want its cap", r.Binding)
			case r.Name == "batch-nightly" && r.Binding != credit.BoundByAccount: // what was spent of its budgets is not told
				t.Errorf("batch-nightly is bound by %q, want the account", r.Binding)
			}
		}
		d = b.look(ByMember, time.Hour)
		for name, want := range map[string]string{"Ada Lovelace": "Each in production monthly", "Grace Hopper": "Each in production monthly, Runaway stop daily"} {
			if got := budgetsOf(d, name); got != want {
				t.Errorf("the guardrail budgets of %s are %q, want %q", name, got, want)
			}
		}
		if d = b.look(ByModel, time.Hour); d.Rows[0].Guardrails != nil {
			t.Errorf("a model has the budgets %v", d.Rows[0].Guardrails)
		}
		text, err := b.db.State(t.Context(), b.subject.Load().Account, history.KeysState)
		if err != nil || !strings.Contains(string(text), "Runaway stop") || strings.Contains(string(text), "user_") {
			t.Errorf("stored is %s, %v, want the budgets and no member", text, err)
		}

		// They change rarely.
		n, keys := b.requests("/guardrails"), b.requests("/assignments/keys")
		time.Sleep(rarely - time.Minute)
		b.look(ByKey, time.Hour)
		if now := b.requests("/guardrails"); now != n || b.requests("/assignments/keys") != keys || n != 2 || keys != 1 {
			t.Errorf("guardrails were requested %d times, then %d, want once in an hour for each workspace", n, now)
		}
		time.Sleep(2 * time.Minute)
		b.look(ByKey, time.Hour)
		time.Sleep(KeysEvery + 2*time.Minute)
		b.look(ByKey, time.Hour)
		if now := b.requests("/guardrails"); now != 2*n {
			t.Errorf("guardrails were requested %d times in the second hour, want %d", now-n, n)
		}
	})
}

// What goes wrong with guardrails costs them alone.
func TestGuardrailsThatCannotBeHad(t *testing.T) {
	budget := `{"id":"g","name":"G","limit_usd":5,"reset_interval":"daily"}`
	for _, c := range []struct {
		name, path, answer string
		status             int
		by                 By
		who, want, note    string
	}{
		{name: "refused", path: "/guardrails", status: 403, by: ByKey, who: "laptop", want: "unknown", note: "guardrail budgets are not known: "},
		{name: "an account without", path: "/guardrails", status: 404, by: ByKey, who: "laptop", want: "none"},
		{name: "a server in trouble", path: "/guardrails", status: 500, by: ByKey, who: "laptop", want: "unknown", note: "guardrail budgets are not known: "},
		{name: "keys refused", path: "/guardrails/assignments/keys", status: 403, by: ByKey, who: "laptop", want: "unknown", note: "guardrail budgets are not known: "},
		{name: "members refused", path: "/guardrails/assignments/members", status: 403, by: ByMember, who: "Grace Hopper", want: "Each in production monthly", note: "there may be more guardrail budgets: "},
		{name: "a workspace's members refused", path: "/workspaces", status: 403, by: ByMember, who: "Grace Hopper", want: "Runaway stop daily"},
		{name: "no members", path: "/guardrails/assignments/members", status: 404, by: ByMember, who: "Grace Hopper", want: "Each in production monthly"},
		{name: "an odd row", path: "/guardrails", answer: `{"data":[` + budget + `,{"id":"h","limit_usd":"5"}],"total_count":2}`, by: ByKey, who: "laptop", want: "unknown", note: "there may be more guardrail budgets: 1 of 2 rows left out"},
		{name: "an odd answer", path: "/guardrails", answer: `{"data":{}}`, by: ByKey, who: "laptop", want: "unknown", note: "guardrail budgets are not known: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				cfg := oldAccount("steady")
				cfg.Members = 3
				b := newBench(t, cfg)
				f := sim.Error(c.status)
				if c.answer != "" {
					f = sim.Answer(c.answer)
				}
				f.Path = c.path
				assigned := sim.Answer(`{"data":[],"total_count":0}`)
				if assigned.Path = "/guardrails/assignments/keys"; c.answer == "" {
					assigned = f
				}
				b.account.Fail(assigned, f)
				d := b.look(c.by, time.Hour)
				if got := budgetsOf(d, c.who); got != c.want {
					t.Errorf("the guardrail budgets of %s are %q, want %q", c.who, got, c.want)
				}
				if d.Rows[0].SpendUSD == nil {
					t.Errorf("the spend of %s is not known", d.Rows[0].Name)
				}
				notes := strings.Join(d.Notes, "; ")
				if c.note == "" && strings.Contains(notes, "guardrail") || !strings.Contains(notes, c.note) {
					t.Errorf("the notes are %q, want %q in them", notes, c.note)
				}
			})
		})
	}
}

// A list of which a row could not be read may still have had its end.
func TestListsThatDidNotComeWhole(t *testing.T) {
	for path, by := range map[string]By{"/keys": ByKey, "/workspaces": ByWorkspace} {
		bubble(t, func(t *testing.T) {
			b := newBench(t, oldAccount("steady"))
			f := sim.Answer(`{"data":[{"id":"w","name":"W","slug":"w"},{"hash":"ab12","name":"a","usage":1},{"hash":"cd34","name":"b","usage":"odd"}]}`)
			f.Path = path
			b.account.Fail(f)
			notes := strings.Join(b.look(by, time.Hour).Notes, "; ")
			if !strings.Contains(notes, "the list did not come whole") || strings.Contains(notes, "no end") {
				t.Errorf("%s: the notes are %q", path, notes)
			}
		})
	}
}
