package report

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/render/rendertest"
	"ortop/internal/spenders"
)

// Whoever names a key, a model, an account or a workspace writes text, and no HTML.
func TestReportHTMLEscapes(t *testing.T) {
	r, now := aReport()
	const evil = `</td><script>alert(1)</script><img src=x onerror="x">'&amp;`
	r.Account, r.Notes = evil, []string{evil}
	r.Models = spenders.Breakdown{TotalUSD: rendertest.USD(12), Rows: []spenders.Row{{Name: evil, SpendUSD: rendertest.USD(12)}}}
	r.Keys, r.Workspaces = spenders.Breakdown{Notes: []string{evil}}, r.Models
	r.Events = []history.Event{{At: now, Kind: evil, Level: evil, Text: evil + "\x1b[31m\u202e"}}
	r.SpentUSD, r.SpentWhy, r.BalanceNote = nil, evil, evil
	r.Days[0].SpentUSD, r.Days[0].SpentWhy = nil, evil
	page := HTML(&r, now)
	if strings.ContainsAny(page, "\x1b\u202e") || strings.Contains(page, "<script") || strings.Contains(page, "<img") || strings.Contains(page, "&amp;amp;amp;") {
		t.Errorf("the page has what it was told to show:\n%s", page)
	}
	const shown = "&lt;/td&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=&#34;x&#34;&gt;&#39;&amp;amp;"
	if n := strings.Count(page, shown); n < 10 {
		t.Errorf("the page shows it %d times, want at least 10:\n%s", n, page)
	}
}

// What is not known has its reason in the place of the section.
func TestReportHTMLSaysWhyNot(t *testing.T) {
	r, now := aReport()
	r.Models, r.Keys = spenders.Breakdown{Notes: []string{"a management key shows it"}}, spenders.Breakdown{}
	r.Balance, r.BalanceNote, r.Source = nil, "this key cannot see the balance", account.FromKey
	r.TopUps, r.At = nil, time.Time{}
	r.SpentUSD, r.SpentWhy, r.Days = nil, "history begins later", nil
	r.Fault = &account.Fault{Kind: credit.FaultNetwork, Message: "no connection"}
	page := HTML(&r, now)
	for _, want := range []string{
		`<p class="stale">`, "no connection", "<h2>Models</h2><p class=\"dim\">Not known: a management key shows it.</p>", "<h2>Keys</h2><p class=\"dim\">Not known: the account could not be read.</p>",
		"<h2>Balance</h2><p class=\"dim\">Not known: this key cannot see the balance.</p>", "<h2>Spend by day</h2><p class=\"dim\">Not known: history begins later.</p>",
		"<h2>Top-ups</h2><p class=\"dim\">Not known: the balance was not read from the beginning on.</p>",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q:\n%s", want, page)
		}
	}
	if strings.Contains(page, "$0.00") {
		t.Errorf("what is not known is nothing:\n%s", page)
	}
}

var coordinate = regexp.MustCompile(`(?: (x|y|x1|x2|y1|y2|width|height)="(-?[0-9.]+)")|(?:points="([^"]*)")`)

// Nothing is drawn outside of a chart, whatever is forecast and spent.
func TestChartsStayInside(t *testing.T) {
	now := rendertest.Now
	spans := [][3]float64{{60, 90, 120}, {3600, 7200, 9000}, {1e5, 3e5, 9e9}, {1e9, 1e10, 1e15}, {10, 1e6, 1e300}, {0, 0, 0}, {math.SmallestNonzeroFloat64, 1e7, math.MaxFloat64}}
	for _, q := range spans {
		for _, left := range []float64{0.000001, 63.52, 1e9} {
			r := goldenReport()
			r.AutoTopUp = nil
			r.Balance = &credit.Balance{CreditsUSD: left}
			r.Forecast = forecast.Forecast{State: forecast.OK, Subject: forecast.Account, At: now, P10: q[0], P50: q[1], P90: q[2], History: 100 * time.Hour}
			r.Days[0].SpentUSD, r.Days[0].BeforeUSD = rendertest.USD(left), rendertest.USD(left*3)
			page := HTML(&r, now)
			if strings.Contains(page, "NaN") || strings.Contains(page, "Inf") {
				t.Fatalf("%v, $%v: a number is none:\n%s", q, left, page)
			}
			for _, m := range coordinate.FindAllStringSubmatch(page, -1) {
				check := func(name, s string) {
					v, err := strconv.ParseFloat(s, 64)
					limit := chartWidth
					if strings.HasPrefix(name, "y") || name == "height" {
						limit = chartHeight
					}
					if err != nil || v < 0 || v > limit {
						t.Errorf("%v, $%v: %s is %s, want at most %v", q, left, name, s, limit)
					}
				}
				for _, p := range strings.Fields(m[3]) {
					x, y, _ := strings.Cut(p, ",")
					check("x", x)
					check("y", y)
				}
				if m[1] != "" {
					check(m[1], m[2])
				}
			}
		}
	}
}

func TestNiceSteps(t *testing.T) {
	for v, want := range map[float64]float64{0: 0.25, 0.3: 0.5, 1: 1, 1.1: 2, 2.6: 5, 7: 10, 120: 200, 0.0021: 0.005} {
		if got := niceStep(v); math.Abs(got-want) > 1e-12 {
			t.Errorf("niceStep(%v) = %v, want %v", v, got, want)
		}
	}
	for _, c := range []struct {
		usd, step float64
		want      string
	}{{5, 5, "$5"}, {1200, 500, "$1,200"}, {0.5, 0.25, "$0.50"}, {1, 0.5, "$1.00"}} {
		if got := amount(c.usd, c.step); got != c.want {
			t.Errorf("amount(%v, %v) = %q, want %q", c.usd, c.step, got, c.want)
		}
	}
}

var variable = regexp.MustCompile(`--([a-z]+):#([0-9a-f]{3,6})`)

// Words stand out from what is behind them by the 4.5 to 1 of WCAG AA, and drawings by 3
// to 1, by day, by night and on paper.
func TestReportContrast(t *testing.T) {
	modes := regexp.MustCompile(`:root\{[^}]*\}`).FindAllString(reportStyle, -1)
	if len(modes) != 3 {
		t.Fatalf("the style has %d sets of colours, want 3", len(modes))
	}
	for i, mode := range modes {
		light := map[string]float64{}
		for _, m := range variable.FindAllStringSubmatch(mode, -1) {
			hex := m[2]
			if len(hex) == 3 {
				hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
			}
			sum := 0.0
			for k, weight := range []float64{0.2126, 0.7152, 0.0722} {
				v, err := strconv.ParseUint(hex[2*k:2*k+2], 16, 8)
				if err != nil {
					t.Fatal(err)
				}
				if c := float64(v) / 255; c <= 0.03928 {
					sum += weight * c / 12.92
				} else {
					sum += weight * math.Pow((c+0.055)/1.055, 2.4)
				}
			}
			light[m[1]] = sum
		}
		for _, pair := range []struct {
			front, behind string
			least         float64
		}{
			{"ink", "card", 7}, {"ink", "back", 7}, {"dim", "card", 4.5}, {"dim", "back", 4.5}, {"bad", "card", 4.5}, {"bad", "back", 4.5},
			{"bar", "card", 3}, {"was", "card", 3}, {"core", "card", 2.5},
		} {
			a, b := light[pair.front]+0.05, light[pair.behind]+0.05
			if ratio := max(a, b) / min(a, b); ratio < pair.least {
				t.Errorf("set %d: %s on %s is %.1f to 1, want %v", i+1, pair.front, pair.behind, ratio, pair.least)
			}
		}
	}
}

// The page says that a limit ends before the balance.
func TestReportHTMLSaysWhatEndsFirst(t *testing.T) {
	r := goldenReport()
	r.AutoTopUp = nil
	r.Forecast.Subject = forecast.Key
	if page := HTML(&r, rendertest.Now); !strings.Contains(page, "What runs out first is the key&#39;s cap, not the balance.") && !strings.Contains(page, "What runs out first is the key's cap, not the balance.") {
		t.Error("the page does not say that the key's cap ends first")
	}
}

// What is spent has no time that is left.
func TestReportHTMLOfWhatIsSpent(t *testing.T) {
	r := goldenReport()
	r.Forecast.State = forecast.Depleted
	if page := HTML(&r, rendertest.Now); strings.Contains(page, ">in depleted") || strings.Contains(page, ">in key cap") || !strings.Contains(page, "depleted") {
		t.Error("the card of what is spent says when it will be")
	}
}

// Words in the place of a date are not set as large as one.
func TestReportHTMLOfWordsForADate(t *testing.T) {
	r := goldenReport()
	if page := HTML(&r, rendertest.Now); strings.Contains(page, `class="card words"`) {
		t.Error("a figure is set as words are")
	}
	r.Forecast.State = forecast.Cold
	r.AutoTopUp = nil
	if page := HTML(&r, rendertest.Now); !strings.Contains(page, `class="card words"`) {
		t.Errorf("words are set as a figure is: %s", page[strings.Index(page, "<main"):][:1800])
	}
}

// Each top-up has a line in the plot of the balance, also where there is no room for its
// words.
func TestReportHTMLMarksTopUps(t *testing.T) {
	r := goldenReport()
	r.Held.TopUps = nil
	lines := func() int { return strings.Count(HTML(&r, rendertest.Now), `class="mark"`) }
	before := lines()
	for i := range 3 {
		r.Held.TopUps = append(r.Held.TopUps, credit.TopUp{At: rendertest.Now.Add(time.Duration(i-6) * 8 * time.Hour), AmountUSD: 25})
	}
	if got := lines() - before; got != 3 {
		t.Errorf("%d lines for 3 top-ups", got)
	}
	if got := strings.Count(HTML(&r, rendertest.Now), ">+$25</text>"); got == 0 || got == 3 {
		t.Errorf("%d of 3 that are close have words", got)
	}
}
