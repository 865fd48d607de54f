package backtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ortop/internal/forecast"
)

// folder has a trace "even" of 1 USD a minute for a day, and a broken one.
func folder(t *testing.T) *Folder {
	t.Helper()
	dir := t.TempDir()
	var b strings.Builder
	b.WriteString("unix_seconds,cum_usd\n")
	for i := range 1441 {
		fmt.Fprintf(&b, "%d,%d\n", 1_000_000_020+60*i, i)
	}
	for name, text := range map[string]string{"even": b.String(), "broken": "unix_seconds,cum_usd\nx,1\n"} {
		if err := os.WriteFile(filepath.Join(dir, name+".csv"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return NewFolder(dir)
}

const head = "trace,from_unix,at_unix,balance_usd\n"

func TestAnswersKeepTheOrder(t *testing.T) {
	var b strings.Builder
	b.WriteString(head)
	for i := range 500 {
		fmt.Fprintf(&b, "even,1000000020,%d,%d\n", 1_000_000_020+60*(i%1440), 1+i)
	}
	n := 0
	for a, err := range Answers(context.Background(), strings.NewReader(b.String()), folder(t)) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; a.Task.BalanceUSD != float64(n) {
			t.Fatalf("answer %d is to %v USD", n, a.Task.BalanceUSD)
		}
		if ok := a.Forecast.State == forecast.OK; ok != (n > 5) { // 5 minutes and 2 changes
			t.Fatalf("answer %d: State = %s", n, a.Forecast.State)
		}
	}
	if n != 500 {
		t.Errorf("%d answers, want 500", n)
	}
}

// Of an account whose tasks follow each other in silence no date comes nearer; a charge
// may bring it nearer, and other balances do not matter.
func TestAnswersComeNoNearerInSilence(t *testing.T) {
	traces := folder(t)
	bursts := "unix_seconds,cum_usd\n"
	u, at := 0.0, 1_000_000_020
	for range 40 { // three hours of spend, and eight of none
		for range 36 {
			u += 1
			bursts += fmt.Sprintf("%d,%v\n", at, u)
			at += 300
		}
		at += 8 * 3600
	}
	bursts += fmt.Sprintf("%d,%v\n", at+86400, u)
	if err := os.WriteFile(filepath.Join(traces.path, "bursts.csv"), []byte(bursts), 0o600); err != nil {
		t.Fatal(err)
	}
	silent := at - 8*3600
	var b strings.Builder
	b.WriteString(head)
	for m := range 180 {
		for _, usd := range []float64{3, 40, 400} {
			fmt.Fprintf(&b, "bursts,1000000020,%d,%v\n", silent+60*m, usd)
		}
	}
	last, raw := map[float64]forecast.Forecast{}, map[float64]forecast.Forecast{}
	trace, err := traces.Trace("bursts")
	if err != nil {
		t.Fatal(err)
	}
	held := 0
	for a, err := range Answers(context.Background(), strings.NewReader(b.String()), traces) {
		if err != nil {
			t.Fatal(err)
		}
		f, usd := a.Forecast, a.Task.BalanceUSD
		if was, ok := last[usd]; ok {
			for i, q := range [][2]float64{{was.P10, f.P10}, {was.P50, f.P50}, {was.P90, f.P90}} {
				if f.Time(q[1]).Before(was.Time(q[0]).Add(-1e9)) {
					t.Fatalf("%v USD at %d: quantile %d from %v to %v", usd, a.Task.AtUnix, i, was.Time(q[0]), f.Time(q[1]))
				}
			}
		}
		alone := trace.Model(a.Task.FromUnix, a.Task.AtUnix).Forecast(&usd)
		if was, ok := raw[usd]; ok && alone.Time(alone.P50).Before(was.Time(was.P50).Add(-1e9)) {
			held++
		}
		last[usd], raw[usd] = f, alone
	}
	if held == 0 {
		t.Error("no date would have come nearer: nothing was tested")
	}
}

func TestAnswersEndAtTheFirstError(t *testing.T) {
	good := "even,1000000020,1000003620,5\n"
	for _, c := range []struct{ name, csv, want string }{
		{"no such trace", head + good + "none,1,2,3\n", "none.csv"},
		{"a broken trace", head + good + "broken,1,2,3\n", `broken.csv": line 2: unix_seconds "x" is not a number`},
		{"a trace elsewhere", head + good + "../even,1,2,3\n", `"../even" is not the name of a trace`},
		{"no number", head + good + "even,1,2,much\n", `line 3: balance_usd "much" is not a number`},
		{"the end before the beginning", head + good + "even,3,2,1\n", "line 3: at_unix is before from_unix"},
		{"no column", "trace,from_unix\n", `line 1: there is no column "at_unix"`},
	} {
		answers := 0
		var got error
		for _, err := range Answers(context.Background(), strings.NewReader(c.csv+good+good), folder(t)) {
			if err != nil {
				got = err
				break
			}
			answers++
		}
		if got == nil || !strings.Contains(got.Error(), c.want) {
			t.Errorf("%s: error = %v, want %s", c.name, got, c.want)
		}
		if answers > 1 {
			t.Errorf("%s: %d answers, want at most 1", c.name, answers)
		}
	}
}

func TestAnswersEndWhenStopped(t *testing.T) {
	stopped := errors.New("stopped")
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	tasks := head + strings.Repeat("even,1000000020,1000003620,5\n", 1000)
	var got error
	for _, err := range Answers(ctx, strings.NewReader(tasks), folder(t)) {
		cancel(stopped)
		got = err
	}
	if !errors.Is(got, stopped) {
		t.Errorf("the last error = %v, want %v", got, stopped)
	}
}

func TestRoll(t *testing.T) {
	trace, err := folder(t).Trace("even")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := Roll(context.Background(), trace, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 3 { // 15 min, 1 h and 6 h of a day
		t.Fatalf("%d rows, want 3", len(rows))
	}
	for _, r := range rows {
		f := r.Forecast
		if f.N < leastOrigins || f.N > mostOrigins || f.Factor > 1.1 || f.Coverage < 0.9 {
			t.Errorf("%v: %+v, want a good forecast of even spend at %d to %d moments", r.Horizon, f, leastOrigins, mostOrigins)
		}
		for i, b := range r.Baselines {
			if b.N != f.N || b.Factor > 1.1 {
				t.Errorf("%v: baseline %s: %+v, want a factor of 1 on even spend", r.Horizon, Baselines[i].Name, b)
			}
		}
	}
}

// Money of any unit is forecast alike, however large or small, and a file as a
// spreadsheet saves it.
func TestAnswersOfAnyMoney(t *testing.T) {
	dir := t.TempDir()
	ask := func(usd float64, begins, ends string) forecast.Forecast {
		name := fmt.Sprint("t", usd, len(begins))
		var b strings.Builder
		b.WriteString(begins + "unix_seconds,cum_usd" + ends)
		for i := range 3000 {
			fmt.Fprintf(&b, "%d,%v%s", 1_000_000_000+400*i, usd*float64(i+i/7), ends)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".csv"), []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		tasks := fmt.Sprintf("%s%s,1000000000,1001000000,%v\n", head, name, 200*usd)
		for a, err := range Answers(context.Background(), strings.NewReader(tasks), NewFolder(dir)) {
			if err != nil {
				t.Fatal(err)
			}
			return a.Forecast
		}
		return forecast.Forecast{}
	}
	want := ask(1, "", "\n")
	if want.State != forecast.OK {
		t.Fatal(want.State)
	}
	for _, usd := range []float64{1e-12, 1e-9, 1e-4, 1e6, 1e12, 1e200} {
		if got := ask(usd, "\ufeff", "\r\n"); got.State != want.State || got.P10/want.P10 > 1.002 || want.P90/got.P90 > 1.002 || got.P50/want.P50 > 1.002 || want.P50/got.P50 > 1.002 {
			t.Errorf("of %v USD: %v, %v, %v, want %v, %v, %v", usd, got.P10, got.P50, got.P90, want.P10, want.P50, want.P90)
		}
	}
}
