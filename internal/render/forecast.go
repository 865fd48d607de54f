package render

import (
	"fmt"
	"strings"
	"time"

	"ortop/internal/account"
	"ortop/internal/forecast"
	"ortop/internal/text"
)

// ForecastText is the forecast and the plan for a person.
func ForecastText(s *account.Snapshot, ask forecast.Ask, p forecast.Plan, now time.Time) string {
	f := NewFields(s, now)
	var b strings.Builder
	line := func(label, format string, args ...any) {
		fmt.Fprintf(&b, "%-12s %s\n", label, strings.TrimRight(fmt.Sprintf(format, args...), " "))
	}
	if label, date, in, within := f.Ending(); within == text.Unknown {
		line(label, "%s", Zoned(date, now))
	} else {
		end := account.EndOf(s.Ahead(), now)
		if more := end.MoreThan(); more != "" {
			within += ", " + more
		}
		line(label, "%s", Zoned(date, now)+", in "+in)
		line(end.Percent()+" sure", "%s", Zoned(within, now))
	}
	if s.Source == account.FromPerson {
		line("left", "%s, %s", f.Balance, s.BalanceNote)
	} else {
		line("left", "%s", f.Balance)
	}
	LimitLines(s, &f, line)
	what := s.Forecast
	if s.Refilled() {
		what = s.AutoTopUp.Next
	}
	if what.State == forecast.OK {
		var chances []string
		for _, h := range chanceSpans {
			if c, ok := what.Chance(h.span); ok {
				chances = append(chances, h.name+" "+text.Chance(c))
			}
		}
		line("chance", "%s", strings.Join(chances, "   "))
	}
	if s.AutoTopUp != nil {
		line("topped up", "%s", f.AutoTopUp)
	}
	for i, why := range s.Why(now) {
		label := ""
		if i == 0 {
			label = "why"
		}
		line(label, "%s", why)
	}
	if ask.TopUpUSD != nil && p.WithTopUp.State == forecast.OK {
		with := "with " + text.USD(*ask.TopUpUSD)
		if date, _, within := ofEnd(p.WithTopUp, s.Early(), now); s.Early() {
			line(with, "runs out %s", date)
		} else {
			line(with, "lasts until %s  (%s: %s)", Zoned(date, now), account.EndOf(p.WithTopUp, now).Percent(), within)
		}
	}
	if !ask.Until.IsZero() {
		line("until", "%s: %s", Zoned(text.Moment(ask.Until, now), now), needText(p))
		if p.Buy != nil {
			line("buy", "%s", buyText(p.Buy, s.Early(), now))
		} else if p.NeededUSD != nil && *p.NeededUSD > 0 {
			line("buy", "no package of the configuration is enough")
		}
	}
	if auto := p.Auto; auto != nil {
		line("auto top-up", "threshold %s, amount %s: about every %s, %s a month",
			text.USD(auto.ThresholdUSD), text.USD(auto.AmountUSD), text.Span(auto.Every), text.USD(auto.USDPerMonth))
	}
	line("account", "%s  %s", f.Account, f.State)
	if f.Age == text.Unknown {
		f.Age = "never: " + f.State
	}
	line("read", "%s", f.Age)
	return strings.TrimRight(b.String(), "\n")
}

// needText is what it takes to reach the time that the plan is for.
func needText(p forecast.Plan) string {
	allowed := text.MaybeUSD(p.AllowanceUSDPerDay)
	if p.NeededUSD != nil && *p.NeededUSD == 0 {
		return "needs nothing more for 90 % certainty; up to " + allowed + " a day may be spent"
	}
	return "needs " + text.MaybeUSD(p.NeededUSD) + " more for 90 % certainty, or at most " + allowed + " a day"
}

// buyText is a purchase, what it costs, and until when the balance lasts with it.
func buyText(b *forecast.Purchases, early bool, now time.Time) string {
	items := make([]string, 0, len(b.Items))
	for _, item := range b.Items {
		what := text.USD(item.AmountUSD)
		if item.BonusUSD > 0 {
			what += " with " + text.USD(item.BonusUSD) + " extra"
		}
		if item.Count > 1 || len(b.Items) > 1 {
			what = fmt.Sprintf("%d x %s", item.Count, what)
		}
		items = append(items, what)
	}
	what := text.List(items)
	cost := ", whose price is not known"
	if b.CostUSD != nil {
		cost = " for " + text.USD(*b.CostUSD) + " with fees"
	}
	if b.Lasts.State != forecast.OK {
		return what + cost
	}
	date, _, within := ofEnd(b.Lasts, early, now)
	if early {
		return what + cost + ": runs out " + date
	}
	return what + cost + ": lasts until " + date + "  (" + account.EndOf(b.Lasts, now).Percent() + ": " + within + ")"
}

// chanceSpans are the spans that a chance is given for.
var chanceSpans = []struct {
	name string
	span time.Duration
}{{"1h", time.Hour}, {"6h", 6 * time.Hour}, {"1d", 24 * time.Hour}, {"3d", 72 * time.Hour}, {"7d", 7 * 24 * time.Hour}}
