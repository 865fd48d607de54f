package spenders

import (
	"strings"
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/sim"
)

// answered is a fault that answers a path.
func answered(path, data string) sim.Fault {
	f := sim.Answer(data)
	f.Path = path
	return f
}

// used is an answer of the analytics.
func used(rows string, truncated string) sim.Fault {
	return answered("/analytics/query", `{"data":{"data":[`+rows+`],"metadata":{"truncated":`+truncated+`}}}`)
}

func TestBreakdownOfOddAnswers(t *testing.T) {
	const huge = "9223372036854775807"
	yesterday := `{"date":"2000-01-01","model":"m","usage":1,"requests":` + huge + `,"prompt_tokens":` + huge + `,"completion_tokens":` + huge + `}`
	broken := sim.Error(500)
	broken.Path = "/analytics"
	ann := `{"id":"u1","first_name":"Ann","last_name":"Lee","email":"a@x"},{"id":"u2","first_name":"Ann","last_name":"Lee","email":"b@x"}`
	for _, c := range []struct {
		name   string
		by     By
		faults []sim.Fault
		check  func(t *testing.T, d Breakdown)
	}{
		{"counts beyond counting", ByModel, []sim.Fault{broken, answered("/activity", `{"data":[`+yesterday+`,`+yesterday+`]}`)}, func(t *testing.T, d Breakdown) {
			if r := d.Rows[0]; r.Requests != nil || r.Tokens != nil || *r.SpendUSD != 2 {
				t.Errorf("row = %+v, want a spend of 2, and unknown counts", r)
			}
		}},
		{"less than nothing", ByModel, []sim.Fault{used(`{"model":"a","credits_usage":9,"request_count":"-5","tokens_total":-1},{"model":"b","credits_usage":-8,"request_count":1,"tokens_total":10}`, "false")}, func(t *testing.T, d Breakdown) {
			a, b := d.Rows[0], d.Rows[1]
			if *a.Share > 1 || a.Requests != nil || a.Tokens != nil || a.USDPerMtok != nil {
				t.Errorf("row = %+v, want a share of at most all, and unknown counts", a)
			}
			if *b.Share >= 0 || *b.Requests != 1 || b.USDPerMtok != nil {
				t.Errorf("row = %+v, want a share below 0, and no price", b)
			}
		}},
		{"keys of which not all are told", ByKey, []sim.Fault{used(`{"api_key_id":"ci-bot","credits_usage":1,"request_count":1}`, "true")}, func(t *testing.T, d Breakdown) {
			if !d.Partial || !strings.Contains(strings.Join(d.Notes, " "), "left rows out") {
				t.Errorf("Partial = %v, Notes = %q, want that rows are missing", d.Partial, d.Notes)
			}
		}},
		{"a key without a name", ByKey, []sim.Fault{
			answered("/keys", `{"data":[{"hash":"aa","name":"","usage":3},{"hash":"bb","name":"b","usage":3}]}`),
			used(`{"api_key_id":"b","credits_usage":1,"request_count":1}`, "false"),
		}, func(t *testing.T, d Breakdown) {
			if r := d.Rows[len(d.Rows)-1]; r.ID != "aa" || r.SpendUSD != nil || r.Requests != nil || d.UnattributedUSD != nil {
				t.Errorf("row = %+v, want unknown use", r)
			}
		}},
		{"members of one name", ByMember, []sim.Fault{answered("/organization/members", `{"data":[`+ann+`],"total_count":2}`), used(`{"user":"Ann Lee","credits_usage":1},{"user":"b@x","credits_usage":2}`, "false")}, func(t *testing.T, d Breakdown) {
			if d.Rows[0].ID != "u2" || d.Rows[1].ID != "Ann Lee" || !strings.Contains(strings.Join(d.Notes, " "), "share a name") {
				t.Errorf("rows %+v, Notes = %q, want no one's ID for the name that two have", d.Rows, d.Notes)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				b := newBench(t, oldAccount("steady"))
				day := credit.DayStart(time.Now()).AddDate(0, 0, -1).Format(time.DateOnly)
				for i := range c.faults {
					c.faults[i].Body = strings.ReplaceAll(c.faults[i].Body, "2000-01-01", day)
				}
				b.account.Fail(c.faults...)
				d := b.look(c.by, 24*time.Hour)
				if len(d.Rows) == 0 {
					t.Fatalf("no rows; Notes = %q", d.Notes)
				}
				c.check(t, d)
			})
		})
	}
}

// TestOrdinaryKeyAlone is what a key that sees itself alone is told.
func TestOrdinaryKeyAlone(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, oldAccount("steady"))
		refused := sim.Error(403)
		refused.Path = "/credits"
		b.account.Fail(refused, answered("/key", `{"data":{"label":"sk-or-v1-abc...123","limit":20,"limit_remaining":7,"limit_reset":"weekly","include_byok_in_limit":true,
			"usage":3,"usage_daily":0.5,"usage_weekly":1,"usage_monthly":2,"byok_usage":9,"byok_usage_daily":0.2,"byok_usage_weekly":0,"byok_usage_monthly":1.6,"is_management_key":false}}`))
		b.read()
		time.Sleep(25 * time.Hour)
		d := b.look(ByKey, 24*time.Hour)
		r := d.Rows[0]
		if len(d.Rows) != 1 || r.SpendUSD == nil || r.Share != nil || d.TotalUSD != nil || *r.Cap.RemainingUSD != 7 {
			t.Errorf("row = %+v, total %v, want its own spend and cap, and no share of what is not known", r, deref(d.TotalUSD))
		}
		const want = "BYOK, not in spend: $0.20 today, $1.60 this month, $9.00 ever (UTC); it counts against the cap"
		if len(d.Notes) != 2 || d.Notes[1] != want {
			t.Errorf("Notes = %q, want %q", d.Notes, want)
		}
		before := len(b.account.Requests())
		for _, by := range Bys {
			b.broken(by, time.Hour)
		}
		if n := len(b.account.Requests()) - before; n != 0 {
			t.Errorf("what it may not see was asked for %d times", n)
		}
	})
}

// TestBYOKInABudget has a workspace whose budget BYOK counts against.
func TestBYOKInABudget(t *testing.T) {
	runway := func(byok string) (f forecast.Forecast, left float64) {
		bubble(t, func(t *testing.T) {
			b := newBench(t, sim.Config{Profile: "steady", Workspaces: 1, Keys: 1})
			d := b.look(ByWorkspace, time.Hour)
			now := time.Now()
			var hours []string
			for at := now.Truncate(time.Hour).Add(-48 * time.Hour); at.Before(now); at = at.Add(time.Hour) {
				hours = append(hours, `{"date__hour":"`+at.UTC().Format(time.DateTime)+`","workspace":"`+d.Rows[0].Name+`","credits_usage":0.1,"byok_usage":`+byok+`}`)
			}
			time.Sleep(rarely + time.Minute)
			b.account.Fail(
				answered("/workspaces/"+d.Rows[0].ID+"/budgets", `{"data":[{"id":"x","limit_usd":60,"reset_interval":null}],"include_byok_in_budgets":true}`),
				used(strings.Join(hours, ","), "false"))
			d = b.broken(ByWorkspace, time.Hour)
			f, left = *d.Rows[0].Runway, *d.Rows[0].Cap.RemainingUSD
		})
		return f, left
	}
	credits, left := runway("0")
	both, less := runway("0.3")
	if credits.State != forecast.OK || both.State != forecast.OK || both.P50 > credits.P50*less/left/2 {
		t.Errorf("$%.2f last %.0f s without BYOK, $%.2f %.0f s with three times as much BYOK, want a quarter of that for each dollar", left, credits.P50, less, both.P50)
	}
}

// TestADeletedKeyIsNotAttributed has two keys, of which one goes.
func TestADeletedKeyIsNotAttributed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, oldAccount("steady"))
		refused := sim.Error(403)
		refused.Path = "/workspaces"
		keys := func(rows string) {
			b.account.Fail(refused, answered("/keys", `{"data":[`+rows+`]}`), answered("/analytics/query", `{"data":{"data":[],"metadata":{"truncated":false}}}`))
		}
		keys(`{"hash":"aa","name":"stays","usage":1},{"hash":"bb","name":"goes","usage":1}`)
		b.look(ByKey, time.Hour)
		time.Sleep(30 * time.Minute)
		keys(`{"hash":"aa","name":"stays","usage":1.25},{"hash":"bb","name":"goes","usage":1.5}`)
		before := b.look(ByKey, 30*time.Minute)
		if len(before.Rows) != 2 || spendOf(before) != 0.75 {
			t.Fatalf("rows = %+v, want $0.50 and $0.25", before.Rows)
		}
		time.Sleep(10 * time.Minute)
		keys(`{"hash":"aa","name":"stays","usage":1.25}`)
		d := b.look(ByKey, 40*time.Minute)
		if len(d.Rows) != 1 || *d.Rows[0].SpendUSD != 0.25 || *d.UnattributedUSD != *d.TotalUSD-0.25 {
			t.Errorf("rows = %+v, not attributed %v of %v, want all but $0.25", d.Rows, deref(d.UnattributedUSD), deref(d.TotalUSD))
		}
	})
}
