package alert

import (
	"fmt"
	"strings"
	"time"

	"ortop/internal/forecast"
	"ortop/internal/text"
)

// end is when it runs out: about the middle of the forecast, or while that is
// early its range in words.
func (in *Reading) end() string {
	e := in.publishedEnd()
	if in.Early {
		return text.Between(e.From, e.To, in.Now)
	}
	if e.Mid.Sub(in.Now) > 365*24*time.Hour {
		return "in over a year"
	}
	return "about " + strings.TrimPrefix(e.Date(), "about ")
}

// ahead is the forecast as people are told it: an alert says nothing else than the
// headline beside it, nor does it come where that says later.
func (in *Reading) ahead() forecast.Forecast {
	if in.Published.State == forecast.OK {
		return in.Published
	}
	return in.Forecast
}

// publishedEnd is when it ends, as people are publishedEnd it on every surface.
func (in *Reading) publishedEnd() text.End {
	f := in.ahead()
	return text.End{From: f.Time(f.P10), Mid: f.Time(f.P50), To: f.Time(f.P90), Now: in.Now}
}

// briefEnd is end in a few words.
func (in *Reading) briefEnd() string {
	if in.Early {
		return in.end()
	}
	e := in.publishedEnd()
	at := e.Rounded().Mid.In(in.Now.Location())
	for name, day := range map[string]time.Time{"today": in.Now, "tomorrow": in.Now.AddDate(0, 0, 1)} {
		if at.Format(time.DateOnly) == day.Format(time.DateOnly) {
			return name + " " + text.Format(at, "15:04")
		}
	}
	return e.Date()
}

func runway(r *Rule, in *Reading) (f finding, known bool) {
	within := text.Span(r.Within)
	what := "the balance"
	f.clears = "no longer running out within " + within
	switch in.Forecast.Subject {
	case forecast.Key:
		what = "the key's cap"
	case forecast.Budget:
		what = "the key's budget"
	}
	switch in.Forecast.State {
	case forecast.Depleted:
		f.over, f.number, f.value = true, 0, text.Span(0)
		f.text = what + " is spent"
		return f, true
	case forecast.Idle:
		f.clear, f.value = true, text.Unknown
		f.text = "no spend, nothing runs out"
		return f, true
	}
	if in.refilled() && in.Forecast.Subject == forecast.Account {
		f.clear, f.value = true, text.Unknown
		f.text = "a top-up comes before the balance runs out, below " + text.USD(in.Refill.ThresholdUSD)
		return f, true
	}
	published := in.ahead()
	soon, ok := published.Chance(r.Within)
	if !ok {
		return f, false
	}
	later, _ := published.Chance(r.Within + time.Duration(margin*float64(r.Within)))
	f.over, f.clear = soon >= r.Chance, later < r.Chance
	f.number, f.value = published.P50, text.Seconds(published.P50)
	when := in.end()
	f.title = "runs out " + in.briefEnd()
	if in.Forecast.Subject != forecast.Account {
		f.title = what + " " + f.title
	}
	if !f.over {
		f.text = what + " runs out " + when
		return f, true
	}
	f.text = fmt.Sprintf("%s runs out %s, %s sure within %s", what, when, text.Chance(soon), within)
	if left, ok := usd(in.BalanceUSD); ok {
		f.text += ", " + text.USD(left) + " is left"
		f.title += ", " + text.USD(left) + " left"
	}
	if in.Forecast.Subject == forecast.Account {
		f.text += in.missing()
	}
	return f, true
}
