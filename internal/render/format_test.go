package render

import (
	"strings"
	"testing"
	"text/template/parse"
	"time"

	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/credit"
)

func TestFormat(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)
	s := account.Snapshot{
		Account: "personal", Now: now, At: now.Add(-4 * time.Second), Interval: time.Minute,
		Balance: &credit.Balance{CreditsUSD: 100, UsageUSD: 36.48},
		Alerts:  []alert.Event{{Rule: alert.Balance, Level: alert.Urgent, Text: "low"}, {Rule: alert.Spend, Level: alert.Info, Text: "spent"}},
	}
	for _, c := range []struct{ name, format, want string }{
		{"fields", "{{.Account}}: {{.Balance}} of {{.Bought}}", "personal: $63.52 of $100.00"},
		{"values of the JSON", "{{.JSON.balance_usd}} {{.JSON.key.limit_usd}} {{.JSON.stale}}", "63.52 — false"},
		{"a threshold", "{{if lt .JSON.balance_usd 70.0}}low{{else}}ok{{end}}", "low"},
		{"a threshold as an integer", "{{if gt .JSON.balance_usd 70}}high{{end}}", ""},
		{"an unknown value is no less than anything", "{{if lt .JSON.spend.today_usd 5}}low{{else}}-{{end}}", "-"},
		{"unknown is false", "{{with .JSON.error}}{{.kind}}{{else}}fine{{end}}", "fine"},
		{"else if", "{{if .JSON.stale}}stale{{else if eq .State `live`}}live{{end}}", "live"},
		{"a format for numbers", "{{printf \"%.1f\" .JSON.balance_usd}}", "63.5"},
		{"a pipeline", "{{.JSON.balance_usd | printf \"%.0f\"}}", "64"},
		{"and, or, not", "{{and .Account .State}} {{or .Error .Account}} {{not .JSON.stale}}", "live personal true"},
		{"ne of the unknown", "{{ne .JSON.error nil}} {{eq .JSON.error nil}}", "false true"},
		{"a field of the unknown", "{{.JSON.error.kind}} {{and .JSON.error (eq .JSON.error.kind `network`)}}", "— —"},
		{"a branch for another day", "{{if .JSON.error}}{{.JSON.error.kind}}{{else if .JSON.auto_top_up}}{{.JSON.auto_top_up.next.p50}}{{end}}", ""},
		{"a comment and trimming", "a {{- /* x */ -}} b", "ab"},
		{"a whole number", "{{printf `%d of %3d|%-4d|` .JSON.balance_usd .JSON.schema 7}}", "64 of   1|7   |"},
		{"a number as text", "{{printf `%s %v %q` .JSON.balance_usd .JSON.balance_usd .Account}}", `63.52 63.52 "personal"`},
		{"what is unknown, by any verb", "{{printf `%.0f|%3d|%-3s|` .JSON.spend.today_usd nil .JSON.error}}", "—|  —|—  |"},
		{"each alert", "{{range .JSON.alerts}}{{.level}}: {{.text}}; {{else}}none{{end}}", "urgent: low; info: spent; "},
		{"each of none", "{{range (index .JSON.alerts 9)}}{{else}}none{{end}}", "none"},
		{"one alert", "{{(index .JSON.alerts 1).text}} {{index .JSON.alerts 0 `rule`}} {{index .JSON `account`}}", "spent balance personal"},
		{"one that is not there", "{{(index .JSON.alerts 2).text}} {{index .JSON.alerts 7}}", "— —"},
		{"how many", "{{len .JSON.alerts}} {{printf `%d` (len .JSON.alerts)}}", "2 2"},
		{"at the bound", "{{le .JSON.balance_usd 63.52}} {{ge .JSON.balance_usd 63.52}} {{lt 1 1}} {{gt 1 1}}", "true true false false"},
		{"zero and empty are false", "{{if 0}}x{{end}}{{if ``}}x{{end}}{{if .JSON.alerts}}some{{end}}{{if .JSON.key}}an object{{end}}", "somean object"},
		{"text alone", "plain", "plain"},
		{"numbers", "{{printf `%.1f %.1f %.1f %d %d` .5 -1.5e+3 1e3 0x1F +2}}", "0.5 -1500.0 1000.0 31 2"},
		{"texts", "{{printf \"%s\\t%s\" `}}` \"a\\\"b\"}}", "}}\ta\"b"},
		{"trimming", "a \n {{- 1 -}} \n b {{2}} c", "a1b 2 c"},
		{"lines within", "{{ if\n.Account\n}}x{{ else }}y{{ end }}", "x"},
		{"else with", "{{with .JSON.error}}x{{else with .JSON.key}}{{.limit_usd}}{{end}}", "—"},
		{"pipelines in one another", "{{if (not (eq 1 2)) | and true}}x{{end}}{{.Account | printf `%s %s` `a`}}", "xa personal"},
		{"a trimmed minus", "{{-1}}{{- 2}}", "-12"},
	} {
		f, err := ParseFormat(c.format)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got, err := f.Apply(&s, now); err != nil || got != c.want {
			t.Errorf("%s: %q = %q, %v, want %q", c.name, c.format, got, err, c.want)
		}
	}
	for _, bad := range []string{
		"{{", "{{.Nothing}}", "{{.JSON.nothing}}", "{{.Balance.More}}", "{{nothing 1}}", "{{range .Account}}{{end}}", "{{range .JSON.error}}{{end}}", "{{range .JSON.alerts}}{{.txt}}{{end}}", "{{range .JSON.alerts}}{{else}}{{.Nothing}}{{end}}",
		"{{index .JSON.alerts 0.5}}", "{{index .JSON.alerts nil}}", "{{index .Account 0}}", "{{index .JSON.alerts}}", "{{(index .JSON.alerts 0).txt}}", "{{index .JSON `x`}}", "{{range $i, $a := .JSON.alerts}}{{end}}",
		"{{template `x`}}", "{{$x := 1}}{{$x}}", "{{printf 1}}", "{{lt .Account}}", "{{lt .Account 1}}", "{{len 3}}", "{{.Account 1}}",
		"{{if .JSON.balance_usd}}{{.Nothing}}{{end}}", "{{with .JSON.error}}{{.knd}}{{end}}", "{{.JSON.error.knd}}", "{{.JSON.auto_top_up.next.p5}}",
		"{{if .Account}}{{else}}{{.Nothing}}{{end}}", "{{if .Account}}", "{{end}}", "{{else}}", "{{if 1}}{{else}}{{else}}{{end}}", "{{range .JSON.alerts}}{{else range .JSON.alerts}}{{end}}", "{{if 1}}{{else with 1}}{{end}}",
		"{{}}", "{{.Account}", "{{.Account .State}}", "{{(.Account}}", "{{.Account)}}", "{{1 | .Account}}", "{{.Account | 1}}", "{{/* x}}", "{{\"x}}", "{{1x}}", "{{not(1)}}", "{{printf}}", "{{. .}}", "{{..}}", "{{$}}", "{{break}}",
	} {
		if _, err := ParseFormat(bad); err == nil {
			t.Errorf("ParseFormat(%q) = nil, want an error", bad)
		}
	}
}

func FuzzFormat(f *testing.F) {
	for _, s := range []string{"{{.Balance}}", "{{if lt .JSON.balance_usd 5}}x{{end}}", "{{with .JSON.key}}{{.label}}{{end}}"} {
		f.Add(s)
	}
	for _, s := range []string{"{{(index .JSON.alerts 0).text | printf `%s` -}} x {{- /* c */ -}} y", "{{range .JSON.alerts}}{{.}}{{else}}{{-1.5e+3}}{{.5}}{{end}}", "{{if 0x1F}}{{else if nil}}{{end}}{{with true}}{{else with 1}}{{end}}"} {
		f.Add(s)
	}
	now := time.Unix(1.7e9, 0)
	f.Fuzz(func(t *testing.T, s string) {
		format, err := ParseFormat(s)
		if err != nil || format == nil {
			return
		}
		_, _ = format.Apply(&account.Snapshot{}, now)
		functions := map[string]any{}
		for _, name := range strings.Fields("eq ne lt le gt ge and or not len printf index") {
			functions[name] = true
		}
		if _, err := parse.Parse("format", s, "", "", functions); err != nil && !strings.Contains(s, "/*") { // blanks around a comment are taken
			t.Errorf("ParseFormat(%q) = nil, though text/template says %v", s, err)
		}
	})
}
