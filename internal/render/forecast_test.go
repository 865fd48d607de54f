package render

import (
	"strings"
	"testing"

	"ortop/internal/forecast"
)

func TestWhatToBuy(t *testing.T) {
	fixed := fixed()
	ask, needed := forecast.Ask{Until: goldenNow.AddDate(0, 0, 9)}, usd(40)
	for _, c := range []struct {
		buy  *forecast.Purchases
		want string
	}{
		{&forecast.Purchases{Package: forecast.Package{AmountUSD: 50, PriceUSD: usd(50)}, Count: 1, CostUSD: usd(52.75)}, "buy          $50.00 for $52.75 with the fee\n"},
		{&forecast.Purchases{Package: forecast.Package{AmountUSD: 20, BonusUSD: 2}, Count: 2}, "buy          2 times $20.00 and $2.00 extra, whose price is not known\n"},
		{nil, "buy          no package of the configuration is enough\n"},
	} {
		got := ForecastText(&fixed, ask, forecast.Plan{NeededUSD: needed, Buy: c.buy}, goldenNow) + "\n"
		if !strings.Contains(got, c.want) {
			t.Errorf("it says\n%s\nwant %s", got, c.want)
		}
	}
}
