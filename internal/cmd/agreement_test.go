package cmd

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"ortop/client"
	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/cmdtest"
	"ortop/internal/cmd/session"
	"ortop/internal/credit"
	"ortop/internal/keys"
	"ortop/internal/longtest"
	"ortop/internal/metrics"
	"ortop/internal/monitor"
	"ortop/internal/sim"
	"ortop/internal/spenders"
	"ortop/internal/text"
	"ortop/ui"
)

// stage is the program with one simulated account, whose past it has, at a time of
// the test's choice.
type stage struct {
	t       *testing.T
	account *sim.Account
	now     time.Time
	dir     string
	url     string
	looked  bool   // at the screen
	frame   string // what it was
}

// newStage is an account of a profile, at a time; old reports that ortop was there
// from its beginning.
func newStage(t *testing.T, c sim.Config, key string, old bool) *stage {
	t.Helper()
	st := &stage{t: t, now: cmdtest.Day("2026-11-26 15:20").Add(17 * time.Second), dir: t.TempDir()}
	c.Now, c.Start = func() time.Time { return st.now }, st.now.AddDate(0, 0, -40)
	var err error
	if st.account, err = sim.New(c); err != nil {
		t.Fatal(err)
	}
	var stop func()
	if st.url, stop, err = st.account.Listen(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	for name, content := range map[string]string{"key": key, "config.toml": "account = \"one\"\n[[accounts]]\nname = \"one\"\nkey_file = \"key\"\n"} {
		if err := os.WriteFile(filepath.Join(st.dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if old {
		db, err := history.Open(t.Context(), filepath.Join(st.dir, "history.db"), history.Options{Now: c.Now})
		if err != nil {
			t.Fatal(err)
		}
		print := client.NewSecret(sim.KeyOf(c.Profile)).Fingerprint()
		if err := errors.Join(monitor.Backdate(t.Context(), db, "one", st.url, print, c.Start, st.now, st.account.Usage, st.account.Credits), db.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return st
}

// app is the program, and what it will have printed.
func (st *stage) app() (a *cli.App, printed func() string) {
	st.t.Helper()
	out, err := os.CreateTemp(st.dir, "out")
	if err != nil {
		st.t.Fatal(err)
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		st.t.Fatal(err)
	}
	a = &cli.App{Now: func() time.Time { return st.now }, Stdin: null, Stdout: out, Stderr: null, Env: keys.Environment{}}
	a.Flags.History, a.Flags.BaseURL = filepath.Join(st.dir, "history.db"), st.url
	a.Flags.Config = filepath.Join(st.dir, "config.toml")
	return a, func() string {
		defer null.Close()
		defer out.Close()
		if _, err := out.Seek(0, io.SeekStart); err != nil {
			st.t.Fatal(err)
		}
		all, err := io.ReadAll(out)
		if err != nil {
			st.t.Fatal(err)
		}
		return string(all)
	}
}

// run is what a command prints.
func (st *stage) run(args ...string) string {
	st.t.Helper()
	a, printed := st.app()
	flags := a.Flags
	root := newRoot(a)
	root.SetArgs(append([]string{"--history", flags.History, "--base-url", flags.BaseURL, "--config", flags.Config}, args...))
	var exit *cli.ExitError // what is known is printed all the same
	if err := root.ExecuteContext(st.t.Context()); err != nil && !(errors.As(err, &exit) && (exit.Code == cli.ExitUnknown || exit.Code == cli.ExitShort)) {
		st.t.Fatalf("ortop %s: %v", strings.Join(args, " "), err)
	}
	return printed()
}

// object is the JSON that a command prints.
func (st *stage) object(args ...string) object {
	st.t.Helper()
	var o object
	if err := json.Unmarshal([]byte(st.run(args...)), &o); err != nil {
		st.t.Fatalf("ortop %s: %v", strings.Join(args, " "), err)
	}
	return o
}

type object map[string]any

// usd is the amount at a path; nil is unknown.
func (o object) usd(path ...string) *float64 {
	var v any = map[string]any(o)
	for _, name := range path {
		v = v.(map[string]any)[name]
	}
	if usd, ok := v.(float64); ok {
		return &usd
	}
	return nil
}

// minute is a time at a path, in minutes; nil is unknown.
func (o object) minute(path ...string) *float64 {
	var v any = map[string]any(o)
	for _, name := range path {
		v = v.(map[string]any)[name]
	}
	at, err := time.Parse(time.RFC3339, fmt.Sprint(v))
	if err != nil {
		return nil
	}
	minutes := float64(at.Unix()) / 60
	return &minutes
}

// shownFeed has no reading after the first.
type shownFeed struct{ ui.Feed }

func (f *shownFeed) Latest() (account.Snapshot, bool)   { return account.Snapshot{}, false }
func (f *shownFeed) Snapshots() <-chan account.Snapshot { return nil }

// screen is what the dashboard says is left and was spent, to the cent.
func (st *stage) screen() map[string]*float64 {
	st.t.Helper()
	said := map[string]*float64{}
	amount := func(cell string) *float64 {
		usd, err := strconv.ParseFloat(strings.NewReplacer("$", "", ",", "").Replace(cell), 64)
		if err != nil {
			return nil
		}
		return &usd
	}
	a, _ := st.app()
	err := session.Once(st.t.Context(), a, monitor.Live, func(snap account.Snapshot, m *monitor.Monitor) error {
		o := ui.Options{Feed: &shownFeed{m}, First: &snap, Now: func() time.Time { return st.now }}
		frames := ui.Frames(o, 140, 40, "2")
		st.frame = ansi.Strip(frames[0]) + ansi.Strip(frames[1])
		lines := strings.Split(ansi.Strip(frames[0]), "\n")
		for i, line := range lines[:len(lines)-1] {
			if strings.Contains(line, "today (UTC)") && strings.Contains(line, "30 d") {
				cells := regexp.MustCompile(`-?\$[0-9.,]+|—|not seen`).FindAllString(lines[i+1], 4)
				for j, window := range []string{"today", "24h", "7d"} {
					said[window] = amount(cells[j])
				}
			}
		}
		if left := regexp.MustCompile(`  (-?\$[0-9.,]+) left`).FindStringSubmatch(ansi.Strip(frames[1])); left != nil {
			said["left"] = amount(left[1])
		}
		return nil
	})
	if err != nil {
		st.t.Fatal(err)
	}
	return said
}

// historySums are the sums of the spends that history prints, and of those that it says
// nobody saw, by its form.
func (st *stage) historySums(args ...string) map[string]*float64 {
	st.t.Helper()
	args = append([]string{"history"}, args...)
	sums := map[string]*float64{}
	add := func(form, cell string) {
		if cell = strings.NewReplacer("$", "", ",", "").Replace(cell); cell == "" || cell == text.Unknown {
			return
		}
		usd, err := strconv.ParseFloat(cell, 64)
		if err != nil {
			st.t.Fatalf("%v: %q is not an amount", args, cell)
		}
		if sums[form] == nil {
			sums[form] = new(float64)
		}
		*sums[form] += usd
	}
	records, err := csv.NewReader(strings.NewReader(st.run(append(args, "--csv")...))).ReadAll()
	if err != nil {
		st.t.Fatal(err)
	}
	for _, r := range records[1:] {
		add("history --csv", r[4])
	}
	rows := st.object(append(args, "--json")...)
	for _, r := range rows["rows"].([]any) {
		if usd := object(r.(map[string]any)).usd("spend_usd"); usd != nil {
			add("history --json", fmt.Sprint(*usd))
		}
	}
	for _, hole := range rows["not_seen"].([]any) {
		usd := object(hole.(map[string]any)).usd("spend_usd")
		delete(sums, "history --csv") // which has no place for it
		if usd == nil {
			return nil
		}
		add("history --json", fmt.Sprint(*usd))
	}
	if sums["history --csv"] != nil && slices.Contains(args, "1d") { // few rows are rounded, and each to a cent
		for _, line := range strings.Split(strings.TrimSpace(st.run(args...)), "\n")[2:] {
			add("history", strings.Fields(line)[2])
		}
	}
	return sums
}

// metrics are the values of the page that Prometheus gets, by their names, and what was
// spent in the windows of the alerts that are made with it.
func (st *stage) metrics() (values map[string]*float64, spent account.Spend) {
	st.t.Helper()
	values = map[string]*float64{}
	a, _ := st.app()
	a.Flags.Account = ""
	err := session.Once(st.t.Context(), a, monitor.Live, func(snap account.Snapshot, _ *monitor.Monitor) error {
		spent = snap.Spend
		for line := range strings.Lines(string(metrics.Text([]metrics.Account{{Snapshot: snap}}, st.now))) {
			if name, _, ok := strings.Cut(line, "{"); ok && values[name] == nil {
				fields := strings.Fields(line)
				if usd, err := strconv.ParseFloat(fields[len(fields)-1], 64); err == nil {
					values[name] = &usd
				}
			}
		}
		return nil
	})
	if err != nil {
		st.t.Fatal(err)
	}
	return values, spent
}

// TestSurfacesAgree compares, to the cent, what the commands say in all their forms:
// what is left, and what was spent in a window. Each account takes two of the windows in
// turn, or all with ORTOP_LONG.
func TestSurfacesAgree(t *testing.T) {
	long := longtest.On()
	for n, c := range []struct {
		name  string
		sim   sim.Config
		key   string
		old   bool
		alone bool // the key cannot read the account
		begin func(*stage)
	}{
		{"a management key", sim.Config{Profile: "steady"}, sim.DemoKey, true, false, nil},
		{"many workspaces of an organization", sim.Config{Profile: "solo", Members: 3, Workspaces: 3}, sim.DemoKey, true, false, nil},
		{"a member's budget", sim.Config{Profile: "budget"}, sim.MemberKey, true, false, nil},
		{"an account that is spent", sim.Config{Profile: "nearly-empty"}, sim.DemoKey, true, false, nil},
		{"a balance below zero", sim.Config{Profile: "steady"}, sim.DemoKey, true, false, func(st *stage) { st.account.Refund(160) }},
		{"an empty account", sim.Config{Trace: []sim.Point{{At: cmdtest.Day("2026-11-01 00:00")}}}, sim.DemoKey, false, false, nil},
		{"requests to free models", sim.Config{Profile: "idle", FreeUsed: 950}, sim.DemoKey, true, false, nil},
		{"keys of own providers", sim.Config{Profile: "batch", Keys: 9}, sim.DemoKey, true, false, nil},
		{"a cap", sim.Config{Profile: "steady", OrdinaryKey: sim.MemberKey, OrdinaryReadsCredits: true}, sim.MemberKey, true, false, nil},
		{"a stated balance", sim.Config{Profile: "steady", OrdinaryKey: sim.MemberKey}, sim.MemberKey, false, true, func(st *stage) {
			st.run("status")
			st.run("accounts", "balance", "one", "63.52")
		}},
		{"the first reading", sim.Config{Profile: "batch"}, sim.DemoKey, false, false, nil},
		{"the first reading, by an ordinary key", sim.Config{Profile: "steady", OrdinaryKey: sim.MemberKey, OrdinaryReadsCredits: true}, sim.MemberKey, false, false, nil},
		{"the first reading, by a key that sees itself alone", sim.Config{Profile: "steady", OrdinaryKey: sim.MemberKey}, sim.MemberKey, false, true, nil},
	} {

		t.Run(c.name, func(t *testing.T) {
			if testing.Short() && c.begin == nil && c.name != "a cap" {
				t.Skip("three accounts are enough where it is to be short")
			}
			t.Parallel()
			st := newStage(t, c.sim, c.key, c.old)
			if c.begin != nil {
				c.begin(st)
			}
			st.run("status")
			for range 2 {
				st.now = st.now.Add(47 * time.Second)
				st.account.Spend(0.31)
				st.run("status")
			}
			st.account.Spend(25) // which no reading has, and so no surface
			st.now = st.now.Add(time.Second)
			windows := []string{"today", "month", "1h", "week", "7d", "24h"}
			if !long {
				windows = []string{windows[n%3], windows[3+n%3]}
			}
			st.compare(c.alone, windows...)
			if long || n%3 == 0 { // after a time without a reading
				st.now = st.now.Add(30 * time.Second)
				st.compare(c.alone, windows[len(windows)-1])
			}
		})
	}
}

// compare compares the surfaces at this time, in these windows what history and
// breakdown say. Each is first to read the account in one of the comparisons: which one
// that is makes no difference.
func (st *stage) compare(alone bool, windows ...string) {
	st.t.Helper()
	account := object(st.object("accounts", "--json")["accounts"].([]any)[0].(map[string]any))
	status := st.object("status", "--json")
	at, err := time.Parse(time.RFC3339, status["at"].(string))
	if err != nil {
		st.t.Fatal(err)
	}
	said := map[string]map[string]*float64{} // by the window, and by the surface
	add := func(window, surface string, usd *float64) {
		if said[window] == nil {
			said[window] = map[string]*float64{}
		}
		said[window][surface] = usd
	}
	add("left", "status", status.usd("balance_usd"))
	add("left", "accounts", account.usd("balance_usd"))
	page, spent := st.metrics()
	add("today", "budgets", spent.TodayUSD)
	add("week", "budgets", spent.WeekUSD)
	add("month", "budgets", spent.MonthUSD)
	add("left", "metrics", page["ortop_balance_usd"])
	add("can be spent", "status", status.usd("spendable_usd"))
	add("can be spent", "preflight", st.object("preflight", "--need", "1", "--json").usd("spendable_usd"))
	add("can be spent", "metrics", page["ortop_spendable_usd"])
	add("runs out", "status", status.minute("forecast", "p50"))
	add("runs out", "forecast", st.object("forecast", "--json").minute("p50"))
	if !st.looked { // which takes a moment
		st.looked = true
		screen := st.screen()
		for window, usd := range screen {
			add(window, "the screen", usd)
		}
		// Limits take the place of the windows, and where none is known they have none.
		spend := object(status["spend"].(map[string]any))
		known := spend.usd("today_usd") != nil || spend.usd("last_24h_usd") != nil || spend.usd("last_7d_usd") != nil
		whole := known && status["key_kind"] == "management" && !strings.Contains(st.frame, "free requests")
		if (screen["left"] == nil) != (status.usd("balance_usd") == nil) || whole && len(screen) < 4 {
			st.t.Errorf("the screen has only %v:\n%s", slices.Sorted(maps.Keys(screen)), st.frame)
		}
	}
	for window, name := range map[string]string{"today": "today_usd", "1h": "last_1h_usd", "24h": "last_24h_usd", "7d": "last_7d_usd"} {
		add(window, "status", status.usd("spend", name))
	}
	for window, name := range map[string]string{"1h": "usd_per_hour", "24h": "usd_per_day"} {
		add(window, "status, burn", status.usd("burn", name))
		add(window, "accounts", account.usd("burn_"+name))
	}
	add("1h", "metrics", page["ortop_burn_usd_per_hour"])
	for window, period := range map[string]string{"today": "day", "week": "week", "month": "month"} {
		report := st.object("report", "--"+period, "--json")
		add(window, "report", report.usd("spend_usd"))
		add("left", "report --"+period, report.usd("balance_usd"))
		add("can be spent", "report --"+period, report.usd("spendable_usd"))
		add("runs out", "report --"+period, report.minute("forecast", "p50"))
	}
	for _, window := range windows {
		w := map[string]struct {
			span  time.Duration
			every []string
		}{
			"today": {at.Sub(credit.DayStart(at)), []string{"7h"}}, "week": {at.Sub(credit.WeekStart(at)), []string{"7h"}}, "month": {at.Sub(credit.MonthStart(at)), []string{"7h", "1d"}},
			"1h": {time.Hour, []string{"7h"}}, "24h": {24 * time.Hour, []string{"1d"}}, "7d": {7 * 24 * time.Hour, []string{"1d"}},
		}[window]
		since := fmt.Sprintf("%ds", int(w.span.Seconds()))
		for _, by := range spenders.Bys {
			if !alone && (by == spenders.ByKey || window == "24h") {
				add(window, "breakdown --by "+string(by), st.object("breakdown", "--since", since, "--by", string(by), "--json").usd("total_usd"))
			}
		}
		if surfaces := said[window]; unknown(surfaces) || alone && window != "today" {
			continue // history has what is known of it
		}
		for form, usd := range st.historySums("--since", since) {
			add(window, form, usd)
		}
		for _, every := range w.every {
			for form, usd := range st.historySums("--since", since, "--every", every) {
				add(window, form+" --every "+every, usd)
			}
		}
	}
	for window, surfaces := range said {
		want := slices.Sorted(maps.Keys(surfaces))[0]
		for surface, usd := range surfaces {
			rounded := 1e-6
			switch {
			case surface == "the screen" || want == "the screen":
				rounded = 0.005001
			case window == "runs out":
				rounded = 1 // minute
			}
			if strings.HasPrefix(surface, "history --every") {
				rounded = 0.005 * (1 + math.Ceil(at.Sub(credit.MonthStart(at)).Hours()/24))
			}
			if (usd == nil) != (surfaces[want] == nil) || usd != nil && math.Abs(*usd-*surfaces[want]) > rounded {
				st.t.Errorf("%s: %s says %s, and %s %s", window, surface, text.MaybeUSD(usd), want, text.MaybeUSD(surfaces[want]))
			}
		}
	}
}

// unknown reports whether none of the surfaces says an amount.
func unknown(surfaces map[string]*float64) bool {
	for _, usd := range surfaces {
		if usd != nil {
			return false
		}
	}
	return true
}

// In the first minute of a day its spend can be had, as that of any other day.
func TestADayThatJustBegan(t *testing.T) {
	st := newStage(t, sim.Config{Profile: "steady"}, sim.DemoKey, true)
	st.now = cmdtest.Day("2026-11-26 23:59")
	st.run("status")
	st.now = st.now.Add(62 * time.Second)
	page := st.run("report", "--day", "--max-age", "5m")
	if want := "in this span is not known: nothing was read since Thu 26 Nov, 23:59 UTC"; !strings.Contains(strings.Join(strings.Fields(page), " "), want) || strings.Contains(page, "damaged") {
		t.Errorf("before the first reading of a day its report says\n%s\nwant %q", page, want)
	}
	st.now = st.now.Add(28 * time.Second)
	today := st.object("status", "--json").usd("spend", "today_usd")
	total := st.object("breakdown", "--since", "today", "--json").usd("total_usd")
	if today == nil || total == nil || math.Abs(*today-*total) > 1e-6 {
		t.Errorf("today = %v by the status, %v by the breakdown", today, total)
	}
	a, _ := st.app()
	root := newRoot(a)
	root.SetArgs([]string{"breakdown", "--since", "30s"})
	var exit *cli.ExitError
	if err := root.ExecuteContext(t.Context()); !errors.As(err, &exit) || exit.Code != cli.ExitUsage {
		t.Errorf("a span of 30 s: %v, want a usage error", err)
	}
}
