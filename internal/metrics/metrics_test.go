package metrics

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"regexp"
	"strconv"

	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/longtest"
)

var now = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)

func ptr[T any](v T) *T { return &v }

// healthy is an account of which everything is known.
func healthy() Account {
	return Account{
		Snapshot: account.Snapshot{
			Account: "work", At: now.Add(-20 * time.Second), Interval: time.Minute, Source: account.FromCredits,
			Balance:      &credit.Balance{CreditsUSD: 100, UsageUSD: 36.48},
			SpendableUSD: ptr(20.5), Burn: account.Burn{USDPerHour: ptr(0.51)},
			Forecast:  forecast.Forecast{State: forecast.OK, Subject: forecast.Account, At: now, P10: 3600, P50: 7200, P90: 1e15},
			Waiting:   2,
			AutoTopUp: &account.AutoTopUp{ThresholdUSD: 10, AmountUSD: 25},
		},
		Failures: map[credit.FaultKind]int{credit.FaultServer: 3},
		Keys:     []Row{{"0123456789abcdef", "ci", 1.5}, {"fedcba9876543210", "ci", 2}},
		Models:   []Row{{"openai/gpt-5", "GPT-5", 3.5}},
	}
}

// sampleLine is a line of the text format that has a value.
var sampleLine = regexp.MustCompile(`^([a-z_]+)\{((?:[a-z]+="(?:[^"\\\n]|\\[\\"n])*",?)+)\} (\S+)$`)

// parsed returns the value of each series. tools/e2e reads the same with
// Prometheus' own parser.
func parsed(t *testing.T, text []byte) map[string]float64 {
	t.Helper()
	all := map[string]float64{}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "# ") {
			continue
		}
		m := sampleLine.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		if m == nil {
			t.Fatalf("a line that is no sample: %q", line)
		}
		v, err := strconv.ParseFloat(m[3], 64)
		if err != nil {
			t.Fatalf("the value of %q: %v", line, err)
		}
		series := m[1] + "{" + unescape(m[2]) + "}"
		if _, twice := all[series]; twice {
			t.Errorf("%s is there twice", series)
		}
		all[series] = v
	}
	return all
}

// unescape returns labels with their values quoted as in Go.
func unescape(labels string) string {
	return regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`).ReplaceAllStringFunc(labels, func(v string) string {
		return strconv.Quote(strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\n`, "\n").Replace(v[1 : len(v)-1]))
	})
}

// without leaves out the counts of errors.
func without(all map[string]float64) map[string]float64 {
	maps.DeleteFunc(all, func(name string, _ float64) bool { return strings.HasPrefix(name, "ortop_poll_errors_total") })
	return all
}

func TestText(t *testing.T) {
	at := float64(now.Unix())
	want := map[string]float64{
		`ortop_up{account="work"}`:                                                    1,
		`ortop_last_success_timestamp_seconds{account="work"}`:                        at - 20,
		`ortop_balance_usd{account="work"}`:                                           63.52,
		`ortop_credits_usd{account="work"}`:                                           100,
		`ortop_usage_usd_total{account="work"}`:                                       36.48,
		`ortop_spendable_usd{account="work"}`:                                         20.5,
		`ortop_burn_usd_per_hour{account="work"}`:                                     0.51,
		`ortop_alerts_undelivered{account="work"}`:                                    2,
		`ortop_auto_topup_missing{account="work"}`:                                    0,
		`ortop_depletion_timestamp_seconds{account="work",quantile="0.1"}`:            at + 3600,
		`ortop_depletion_timestamp_seconds{account="work",quantile="0.5"}`:            at + 7200,
		`ortop_depletion_timestamp_seconds{account="work",quantile="0.9"}`:            253402300799,
		`ortop_key_spend_usd{account="work",window="24h",key="ci",id="0123456789ab"}`: 1.5,
		`ortop_key_spend_usd{account="work",window="24h",key="ci",id="fedcba987654"}`: 2,
		`ortop_model_spend_usd{account="work",window="24h",model="openai/gpt-5"}`:     3.5,
	}
	got := parsed(t, Text([]Account{healthy()}, now))
	for kind, n := range map[string]float64{"server": 3, "network": 0, "storage": 0} {
		if v, ok := got[fmt.Sprintf(`ortop_poll_errors_total{account="work",kind=%q}`, kind)]; !ok || v != n {
			t.Errorf("errors of kind %s = %v, %v, want %v", kind, v, ok, n)
		}
	}
	if got := without(got); !maps.Equal(got, want) {
		t.Errorf("Text() = %v\nwant %v", got, want)
	}
}

// A budget is told with its scope in words and its reset.
func TestBudget(t *testing.T) {
	a := healthy()
	a.Snapshot.Key = &credit.Key{Kind: credit.KeyOrdinary, Budgets: []credit.Budget{{
		Scope: "workspace_default_member", Cap: credit.Cap{RemainingUSD: ptr(2.0)}, ResetsAt: now.Add(time.Hour)}}}
	labels := `{account="work",scope="workspace's member budget"}`
	got := parsed(t, Text([]Account{a}, now))
	left, at := got["ortop_budget_remaining_usd"+labels], got["ortop_budget_reset_timestamp_seconds"+labels]
	if left != 2 || at != float64(now.Add(time.Hour).Unix()) {
		t.Errorf("%v is left until %v, want 2 until %v", left, at, now.Add(time.Hour).Unix())
	}
}

func TestTopUpMissing(t *testing.T) {
	const name = `ortop_auto_topup_missing{account="work"}`
	a := healthy()
	a.Snapshot.AutoTopUp.MissingSince = now.Add(-time.Hour)
	if got, ok := parsed(t, Text([]Account{a}, now))[name]; !ok || got != 1 {
		t.Errorf("missing = %v, %v, want 1", got, ok)
	}
	a = healthy()
	a.Snapshot.Forecast.Subject = forecast.Key
	if got, ok := parsed(t, Text([]Account{a}, now))[name]; ok {
		t.Errorf("missing = %v where the key's cap ends first, want none", got)
	}
}

func TestUnknownIsAbsent(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Account)
		want   []string
	}{
		{"never read", func(a *Account) { *a = Account{Snapshot: account.Snapshot{Account: "work", Interval: time.Minute}} },
			[]string{"ortop_up 0"}},
		{"stale", func(a *Account) { a.Snapshot.At = now.Add(-3 * time.Minute) },
			[]string{"ortop_alerts_undelivered 2", "ortop_last_success_timestamp_seconds 1763719020", "ortop_up 0"}},
		{"failing, not stale yet", func(a *Account) {
			a.Snapshot.Fault = &account.Fault{Kind: credit.FaultServer}
			a.Keys, a.Models, a.Snapshot.Forecast = nil, nil, forecast.Forecast{State: forecast.Idle}
		}, []string{"ortop_alerts_undelivered 2", "ortop_balance_usd 63.52", "ortop_burn_usd_per_hour 0.51", "ortop_credits_usd 100",
			"ortop_last_success_timestamp_seconds 1763719180", "ortop_spendable_usd 20.5", "ortop_up 0", "ortop_usage_usd_total 36.48"}},
		{"an ordinary key", func(a *Account) {
			a.Snapshot.Balance, a.Snapshot.SpendableUSD, a.Snapshot.Burn = nil, nil, account.Burn{}
			a.Keys, a.Models, a.Snapshot.Forecast = nil, nil, forecast.Forecast{State: forecast.Unknown}
		}, []string{"ortop_alerts_undelivered 2", "ortop_last_success_timestamp_seconds 1763719180", "ortop_up 1"}},
		{"no numbers", func(a *Account) {
			a.Snapshot.Balance = &credit.Balance{CreditsUSD: math.Inf(1), UsageUSD: math.NaN()}
			a.Snapshot.SpendableUSD, a.Snapshot.Burn.USDPerHour = ptr(math.NaN()), ptr(math.Inf(-1))
			a.Keys, a.Models, a.Snapshot.Forecast = []Row{{"a", "a", math.NaN()}}, nil, forecast.Forecast{}
		}, []string{"ortop_alerts_undelivered 2", "ortop_last_success_timestamp_seconds 1763719180", "ortop_up 1"}},
	} {
		a := healthy()
		c.change(&a)
		var got []string
		for series, v := range without(parsed(t, Text([]Account{a}, now))) {
			name, _, _ := strings.Cut(series, "{")
			got = append(got, fmt.Sprintf("%s %v", name, int64(v*100)))
		}
		var want []string
		for _, w := range c.want {
			var name string
			var v float64
			fmt.Sscan(w, &name, &v)
			if strings.HasPrefix(name, "ortop_last_success") {
				v = float64(a.Snapshot.At.Unix())
			}
			want = append(want, fmt.Sprintf("%s %v", name, int64(v*100)))
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: Text() has %v, want %v", c.name, got, want)
		}
	}
}

func TestAccountsShareAFamily(t *testing.T) {
	a, b := healthy(), healthy()
	b.Snapshot.Account, b.Snapshot.Balance = "home", nil
	text := Text([]Account{a, b}, now)
	parsed(t, text)
	if n := bytes.Count(text, []byte("# TYPE ortop_up gauge\n")); n != 1 {
		t.Errorf("Text() declares ortop_up %d times, want once", n)
	}
	if bytes.Contains(text, []byte(`ortop_balance_usd{account="home"}`)) {
		t.Error("Text() has a balance that is not known")
	}
}

func TestSeriesAreBounded(t *testing.T) {
	a := healthy()
	a.Keys = nil
	sum := 0.0
	for i := range 5000 {
		a.Keys = append(a.Keys, Row{ID: fmt.Sprintf("%012d", i), Name: "key", SpendUSD: float64(i)})
		sum += float64(i)
	}
	keys := slices.Clone(a.Keys)
	n, got := 0, 0.0
	var least float64 = math.Inf(1)
	for series, v := range parsed(t, Text([]Account{a}, now)) {
		if strings.HasPrefix(series, "ortop_key_spend_usd{") {
			n++
			got += v
			if !strings.Contains(series, `id="other"`) {
				least = min(least, v)
			}
		}
	}
	if n != top+1 || got != sum || least != 5000-top {
		t.Errorf("5000 keys are %d series, sum %v, least %v, want %d, %v, %v", n, got, least, top+1, sum, 5000-top)
	}
	if !slices.Equal(keys, a.Keys) {
		t.Error("Text() changed the rows it was given")
	}
}

func TestNamesOfServersStayNames(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"quote", `a"b`, `a"b`},
		{"backslash", `a\nb\`, `a\nb\`},
		{"line end", "a\nortop_up 7", "a ortop_up 7"},
		{"escape sequence", "a\x1b[31mb\x07", "a\ufffd[31mb\ufffd"},
		{"carriage return", "a\r\nb", "a  b"},
		{"bidi", "a\u202eb\u2066c", "a\ufffdb\ufffdc"},
		{"not UTF-8", "a\xff\xfeb", "a\ufffd\ufffdb"},
		{"long", strings.Repeat("é", 500), strings.Repeat("é", maxLength)},
		{"braces", `x",y="z"} 1`, `x",y="z"} 1`},
	} {
		a := healthy()
		a.Models = []Row{{c.in, "", 1}}
		want := fmt.Sprintf(`ortop_model_spend_usd{account="work",window="24h",model=%q}`, c.want)
		if got := parsed(t, Text([]Account{a}, now)); got[want] != 1 {
			t.Errorf("%s: no %s in %v", c.name, want, slices.Sorted(maps.Keys(got)))
		}
	}
}

func TestNamesThatBecomeEqualAreOneSeries(t *testing.T) {
	a := healthy()
	long := strings.Repeat("x", maxLength)
	a.Models = []Row{{long + "1", "", 1}, {long + "2", "", 2}}
	got := parsed(t, Text([]Account{a}, now))
	if v := got[fmt.Sprintf(`ortop_model_spend_usd{account="work",window="24h",model=%q}`, long)]; v != 3 {
		t.Errorf("two models of one cut name spent %v, want 3", v)
	}
}

// FuzzText: whatever the names and sums are, each series is there once, and the finite sums add up.
func FuzzText(f *testing.F) {
	f.Add("a", "b", 1.0, 2.0)
	f.Add("a\"\\\n", "a\x00\"\\\n", 1e300, math.Copysign(0, -1))
	f.Add("\u202e\xff", "{}=,#", math.Inf(1), math.NaN())
	f.Fuzz(func(t *testing.T, x, y string, v, w float64) {
		a := healthy()
		a.Snapshot.Account = x
		a.Keys, a.Models = []Row{{x, y, v}, {y, x, w}}, []Row{{x, y, v}, {y, x, w}}
		got, want := 0.0, 0.0
		for _, v := range []float64{v, w} {
			if !math.IsNaN(v) && !math.IsInf(v, 0) {
				want += v
			}
		}
		for series, v := range parsed(t, Text([]Account{a}, now)) {
			if strings.HasPrefix(series, "ortop_model_spend_usd{") {
				got += v
			}
		}
		if math.Abs(got-want) > 1e-9*(math.Abs(v)+math.Abs(w))+1e-9 && // amounts have ten decimals
			!math.IsInf(want, 0) {
			t.Errorf("models spent %v, want %v", got, want)
		}
	})
}

// promtool returns Prometheus' own checker, or skips the test.
func promtool(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is not installed (Debian: prometheus)")
	}
	return path
}

func TestPromtoolLikesTheMetrics(t *testing.T) {
	c := exec.Command(promtool(t), "check", "metrics")
	c.Stdin = bytes.NewReader(Text([]Account{healthy()}, now))
	if out, err := c.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("promtool check metrics: %v\n%s", err, out)
	}
}

// Hundreds of accounts with hundreds of keys are no more series than one server of
// metrics should be given, and no sum is lost.
func TestSeriesOfSpendersAreBounded(t *testing.T) {
	for _, n := range longtest.Of([]int{1, 40, 500}, []int{1, 40, 500, 3000}) {
		var accounts []Account
		for i := range n {
			a := healthy()
			a.Snapshot.Account = fmt.Sprint("a", i)
			a.Keys = nil
			for k := range 100 {
				a.Keys = append(a.Keys, Row{fmt.Sprint("h", k), fmt.Sprint("k", k), 1})
			}
			accounts = append(accounts, a)
		}
		for _, f := range Families(accounts, now) {
			if f.Name != "ortop_key_spend_usd" {
				continue
			}
			sum := 0.0
			for _, p := range f.Points {
				sum += p.Value
			}
			most := max(topOfAll, n) + n // each has all others in one
			if len(f.Points) > most || sum != float64(100*n) {
				t.Errorf("%d accounts: %d series, at most %d, sum %v", n, len(f.Points), most, sum)
			}
		}
	}
}
