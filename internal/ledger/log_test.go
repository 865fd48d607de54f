package ledger

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

var (
	now     = time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)
	morning = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
)

func usd(v float64) *float64 { return &v }

func read(t *testing.T, text string) Log {
	t.Helper()
	l, err := ReadLog(strings.NewReader(text), now)
	if err != nil {
		t.Fatalf("Read(%q) = %v", text, err)
	}
	return l
}

func TestReadOneRequest(t *testing.T) {
	full := Entry{Line: 1, ID: "gen-1", At: morning, CostUSD: usd(0.0123), Model: "a/b", Key: "ci"}
	with := func(change func(*Entry)) Entry {
		e := full
		change(&e)
		return e
	}
	inCSV := with(func(e *Entry) { e.Line = 2 })
	for _, c := range []struct {
		name, text string
		want       Entry
	}{
		{"JSON", `{"id":"gen-1","time":"2026-11-20T09:00:00Z","cost":0.0123,"model":"a/b","key":"ci"}`, full},
		{"names in any case, a zone", `{"ID":"gen-1","Timestamp":"2026-11-20T10:00:00+01:00","Cost_USD":"0.0123","Model":"a/b","api_key_name":"ci"}`, full},
		{"an answer to a request", `{"id":"gen-1","created":1795165200,"model":"a/b","object":"chat.completion","choices":[{"message":{"content":"cost"}}],` +
			`"usage":{"prompt_tokens":3,"cost":0.0123,"is_byok":true,"cost_details":{"upstream_inference_cost":null}}}`,
			with(func(e *Entry) { e.Key, e.BYOK = "", true })},
		{"an answer of /generation", `{"data":{"id":"gen-1","created_at":"2026-11-20T09:00:00.000000+00:00","usage":0.0123,"total_cost":9,"is_byok":false,"model":"a/b"}}`,
			with(func(e *Entry) { e.Key = "" })},
		{"a wrapped answer", `{"time":"2026-11-20 09:00:00","key":"ci","response":{"id":"gen-1","created":1,"model":"a/b","usage":{"cost":0.0123}}}`, full},
		{"milliseconds", `{"id":"gen-1","ts":1795165200000,"cost":0.0123,"model":"a/b","key":"ci"}`, full},
		{"usage alone", `{"id":"gen-1","usage":{"cost":0.0123}}`, Entry{Line: 1, ID: "gen-1", CostUSD: usd(0.0123)}},
		{"no cost", `{"id":"gen-1","cost":null}`, Entry{Line: 1, ID: "gen-1"}},
		{"no id", `{"cost":0}`, Entry{Line: 1, CostUSD: usd(0)}},
		{"CSV", "id,time,cost,model,key\ngen-1,2026-11-20T09:00:00Z,0.0123,a/b,ci\n", inCSV},
		{"columns in another order", "\ufeffCost,Key,\"Model\",Created At,note,ID\r\n$0.0123,ci,\"a/b\",2026-11-20 09:00:00,\"a, b\",gen-1\r\n", inCSV},
		{"semicolons", "id;time;cost;model;key\ngen-1;1795165200.0;1.23e-2;a/b;ci", inCSV},
		{"tabs", "id\ttime\tcost\tmodel\tkey\ngen-1\t2026-11-20 09:00 \t0.0123\ta/b\tci", inCSV},
		{"an empty column, and another of its kind", "generation_id,id,time,cost,model,key\n,gen-1,2026-11-20T09:00:00Z,0.0123,a/b,ci", inCSV},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := read(t, c.text)
			if len(l.Entries) != 1 || l.Problems.Count != 0 || !reflect.DeepEqual(l.Entries[0], c.want) {
				t.Errorf("Read(%s) = %+v, want %+v", c.text, l, c.want)
			}
		})
	}
}

func TestBadLinesLoseNothingElse(t *testing.T) {
	for _, c := range []struct{ name, first, bad, problem string }{
		{"no JSON", "", `{"id":"gen-9",`, "not a JSON object"},
		{"not an object", "", `["gen-9", 1]`, "not a JSON object"},
		{"neither id nor cost", "", `{"time":1795165200}`, "neither an id nor a cost"},
		{"cost in words", "", `{"id":"gen-9","cost":"much"}`, "cost is not an amount"},
		{"cost below 0", "", `{"id":"gen-9","usage":{"cost":-1}}`, "usage.cost is negative"},
		{"cost that is no number", "", `{"id":"gen-9","cost":"NaN"}`, "cost is not an amount"},
		{"cost beyond belief", "", `{"id":"gen-9","cost":1e300}`, "beyond a billion"},
		{"no time", "", `{"id":"gen-9","cost":1,"time":"yesterday"}`, "time is not a time"},
		{"a time of 1970", "", `{"id":"gen-9","cost":1,"created":17}`, "created is not a time"},
		{"a time to come", "", `{"id":"gen-9","cost":1,"at":"2026-11-23T00:00:00Z"}`, "at is in the future"},
		{"an id with a line break", "", `{"id":"gen\n9","cost":1}`, "its id is not one"},
		{"an id that hides", "", `{"id":"gen` + "\u202e" + `9","cost":1}`, "its id is not one"},
		{"a line too long", "", `{"id":"gen-9","text":"` + strings.Repeat("x", MaxLine) + `"}`, "longer than 8 MiB"},
		{"cells that lack", "id,cost\n", "gen-9", "1 cells in place of 2"},
		{"a quote that is open", "id,cost\n", `gen-9,"1`, "quotes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			good := []string{`{"id":"gen-1","cost":1}`, `{"id":"gen-2","cost":2}`}
			if c.first != "" {
				good = []string{"gen-1,1", "gen-2,2"}
			}
			l := read(t, c.first+good[0]+"\n\n"+c.bad+"\r\n"+good[1])
			line := 3 + strings.Count(c.first, "\n")
			if len(l.Entries) != 2 || l.SumUSD() != 3 || l.Problems.Count != 1 || l.Problems.First[0].Number != line || !strings.Contains(l.Problems.First[0].Text, c.problem) {
				t.Errorf("Read(…) = %+v, want two requests, and line %d bad: %s", l, line, c.problem)
			}
		})
	}
}

func TestManyBadLinesAreCounted(t *testing.T) {
	l := read(t, "{\n"+strings.Repeat("x\n", 1000)+`{"cost":1}`)
	if l.Problems.Count != 1001 || len(l.Problems.First) != maxProblems || len(l.Entries) != 1 {
		t.Errorf("Read(…) = %d bad lines, %d kept, %d requests, want 1001, %d, 1", l.Problems.Count, len(l.Problems.First), len(l.Entries), maxProblems)
	}
}

func TestDuplicatesCountOnce(t *testing.T) {
	l := read(t, `{"id":"a","cost":1}
{"id":"b"}
{"id":"a","cost":5}
{"id":"b","cost":2}
{"cost":4}
{"cost":4}`)
	if l.SumUSD() != 11 || l.Duplicates != 2 || len(l.Entries) != 4 || l.Unpriced() != 0 {
		t.Errorf("Read(…) = %+v, want 4 requests of $11, 2 of them twice", l)
	}
}

func TestReadRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"an array":             ` [{"id":"gen-1"}]`,
		"prose":                "Dear diary\nid,cost",
		"columns of others":    "date,balance\n2026-11-20,3",
		"a header that is not": `id,"cost`,
	} {
		if l, err := ReadLog(strings.NewReader(text), now); !errors.Is(err, ErrFormat) {
			t.Errorf("Read of %s = %+v, %v, want ErrFormat", name, l, err)
		}
	}
	for _, text := range []string{"", "\n\n", "\ufeff", "id,cost"} {
		if l, err := ReadLog(strings.NewReader(text), now); err != nil || len(l.Entries) > 0 || l.Problems.Count > 0 {
			t.Errorf("Read(%q) = %+v, %v, want no request", text, l, err)
		}
	}
	broken := errors.New("broken")
	if _, err := ReadLog(&breaks{"{\"cost\":1}\n", broken}, now); !errors.Is(err, broken) {
		t.Errorf("Read of what breaks = %v, want %v", err, broken)
	}
}

type breaks struct {
	text string
	err  error
}

func (b *breaks) Read(p []byte) (int, error) {
	n := copy(p, b.text)
	b.text = b.text[n:]
	if n == 0 {
		return 0, b.err
	}
	return n, nil
}

func TestSpan(t *testing.T) {
	l := read(t, "id,time\na,2026-11-20 09:00:00\nb,\nc,2026-11-19 09:00:00\nd,2026-11-19 12:00:00")
	from, to, ok := l.Span()
	if !ok || !from.Equal(morning.AddDate(0, 0, -1)) || !to.Equal(morning) {
		t.Errorf("Span() = %v, %v, %v, want a day to %v", from, to, ok, morning)
	}
	if _, _, ok := read(t, `{"id":"a"}`).Span(); ok {
		t.Error("Span() of a log without times is known")
	}
}

// check is what holds of every log.
func check(t *testing.T, l Log, err error) {
	if err != nil && !errors.Is(err, ErrFormat) {
		t.Fatalf("Read = %v, want ErrFormat", err)
	}
	seen := map[string]bool{}
	for _, e := range l.Entries {
		if e.ID != "" && seen[e.ID] {
			t.Errorf("id %q is there twice", e.ID)
		}
		seen[e.ID] = true
		if e.CostUSD != nil && !(*e.CostUSD >= 0 && *e.CostUSD <= maxCostUSD) || e.ID == "" && e.CostUSD == nil {
			t.Errorf("entry %+v is no request", e)
		}
		if !e.At.IsZero() && (e.At.Before(beginning) || e.At.After(now.Add(25*time.Hour))) {
			t.Errorf("entry %+v is of another time", e)
		}
	}
}

func FuzzReadJSON(f *testing.F) {
	for _, s := range []string{
		`{"id":"gen-1","time":"2026-11-20T09:00:00Z","cost":0.0123,"model":"a/b","key":"ci"}`,
		`{"id":"gen-1","created":1795165200,"usage":{"cost":1}}`,
		`{"data":{"id":"gen-1","usage":1}}`, `{"data":[],"response":null,"usage":{}}`, `{"id": 7 ,"cost": "1"}`,
		"{}\n{\"ID\":\"a\",\"id\":\"b\"}", `{"created":1e308}`, `{"created":-0}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		l, err := ReadLog(strings.NewReader("{}\n"+text), now)
		check(t, l, err)
		// What was read survives being written and read again.
		var b strings.Builder
		for _, e := range l.Entries {
			row := map[string]any{"id": e.ID, "model": e.Model, "key": e.Key, "is_byok": e.BYOK}
			if e.CostUSD != nil {
				row["cost"] = *e.CostUSD
			}
			if !e.At.IsZero() {
				row["time"] = e.At
			}
			out, err := json.Marshal(row)
			if err != nil {
				t.Fatal(err)
			}
			b.Write(append(out, '\n'))
		}
		same(t, l, b.String())
	})
}

func FuzzReadCSV(f *testing.F) {
	f.Add("id,time,cost,model,key", "gen-1,2026-11-20T09:00:00Z,0.0123,a/b,ci")
	f.Add("\ufeffCost;ID", "$1;\"gen-1\"\r\ngen-2")
	f.Add("id\tcost\tid", "a\t1\tb")
	f.Fuzz(func(t *testing.T, header, rows string) {
		l, err := ReadLog(strings.NewReader(header+"\n"+rows), now)
		check(t, l, err)
		var b strings.Builder
		out := csv.NewWriter(&b)
		rest := [][]string{{"id", "time", "cost", "model", "key", "byok"}}
		for _, e := range l.Entries {
			row := []string{asText(e.ID), "", "", asText(e.Model), asText(e.Key), "false"}
			if e.BYOK {
				row[5] = "true"
			}
			if !e.At.IsZero() {
				row[1] = e.At.Format(time.RFC3339Nano)
			}
			if e.CostUSD != nil {
				text, err := json.Marshal(*e.CostUSD)
				if err != nil {
					t.Fatal(err)
				}
				row[2] = string(text)
			}
			if strings.ContainsAny(e.Model+e.Key, "\r\n") {
				return // no cell spans lines
			}
			rest = append(rest, row)
		}
		if err := out.WriteAll(rest); err != nil {
			t.Fatal(err)
		}
		same(t, l, b.String())
	})
}

// asText is a cell whose first apostrophe is no mark of a text.
func asText(s string) string {
	if strings.HasPrefix(s, "'") {
		return "'" + s
	}
	return s
}

// same reads again what a log was written as.
func same(t *testing.T, l Log, text string) {
	t.Helper()
	again, err := ReadLog(strings.NewReader(text), now)
	if err != nil || again.Problems.Count != 0 || again.Duplicates != 0 || len(again.Entries) != len(l.Entries) {
		t.Fatalf("read again, %q is %+v, %v, want the entries of %+v", text, again, err, l)
	}
	for i, e := range l.Entries {
		got := again.Entries[i]
		if got.ID != e.ID || !got.At.Equal(e.At) || got.BYOK != e.BYOK || (got.CostUSD == nil) != (e.CostUSD == nil) ||
			got.CostUSD != nil && *got.CostUSD != *e.CostUSD {
			t.Fatalf("read again, %+v is %+v", e, got)
		}
	}
}

func TestCostsByTheNamesOfSpreadsheets(t *testing.T) {
	l, err := ReadLog(strings.NewReader("ID;Time;Cost (USD)\na;2026-11-20 09:00:00;0.25\n"), morning)
	if err != nil || l.SumUSD() != 0.25 {
		t.Errorf("Read = %+v, %v, want 0.25", l, err)
	}
}

func TestLogByDayIsOfWholeDays(t *testing.T) {
	for in, want := range map[string]string{
		"date,usage\n2026-11-18,1\n2026-11-20,2\n":       "2026-11-21 00:00",
		"date,usage\n2026-11-18,1\n2026-11-20 01:00,2\n": "2026-11-20 01:00",
		"id,date,usage\na,2026-11-18,1\n":                "2026-11-18 00:00",
	} {
		if from, to, ok := read(t, in).Span(); !ok || !from.Equal(day("2026-11-18 00:00")) || !to.Equal(day(want)) {
			t.Errorf("Span() of %q = %v, %v, %v, want up to %s", in, from, to, ok, want)
		}
	}
}
