package grades

import (
	"strings"
	"testing"
	"time"

	"ortop/internal/forecast/backtest"
)

func TestJudgement(t *testing.T) {
	row := func(h time.Duration, ours, held float64, means ...float64) backtest.Row {
		r := backtest.Row{Horizon: h, Forecast: backtest.Score{N: 100, Factor: ours, Coverage: held}}
		for i := range r.Baselines {
			r.Baselines[i].Factor = means[i]
		}
		return r
	}
	const d = 24 * time.Hour
	for _, c := range []struct {
		rows []backtest.Row
		want string
	}{
		{[]backtest.Row{row(d, 1.2, .8, 2, 1.5, 1.5, 1.5, 1.9)},
			"As close as the best of the means, or closer, at every horizon; the range held as it should."},
		{[]backtest.Row{row(time.Hour, 1.2, .8, 2, 1.5, 1.5, 1.5, 1.9), row(d, 1.2, .8, 2, 1.5, 1.5, 1.5, 1.9), row(7*d, 1.8, .57, 2, 1.5, 1.4, 1.5, 1.9)},
			"As close as the best of the means, or closer, at 1 h and 1 d; at 7 d the mean of 3 d was closer; the range held only 57 % at 7 d: too narrow."},
		{[]backtest.Row{row(d, 3, .95, 2, 2.5, 2.5, 2.5, 1.9)},
			"A plain mean was closer at every horizon; at 1 d the mean of all before was closer; the range held 95 % at 1 d: wider than it need be."},
	} {
		if got := judgement(c.rows); got != c.want {
			t.Errorf("judgement = %s\nwant %s", got, c.want)
		}
	}
}

func TestWordsForATraceThatCannotBeGraded(t *testing.T) {
	for in, want := range map[string]string{
		"1000000000,0\n1000000600,1\n": "too short to be graded: that takes 1 h 40 min at least",
		"1000000000,1\n1009000000,1\n": "nothing was spent in it",
	} {
		trace, err := backtest.ReadTrace("x", strings.NewReader("unix_seconds,cum_usd\n"+in))
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		Print(&b, trace, nil, 0)
		if !strings.Contains(b.String(), want) || strings.Contains(b.String(), "0.0") {
			t.Errorf("of %q it says %q, want %s", in, b.String(), want)
		}
		if o := Of(trace, nil); len(o.Horizons) != 0 || o.Ungraded == nil || !strings.HasPrefix(*o.Ungraded, want) {
			t.Errorf("of %q it is %+v for scripts, want %s", in, o, want)
		}
		if o := Of(trace, []backtest.Row{{Horizon: 24 * time.Hour}}); o.Ungraded == nil || *o.Ungraded != "Not graded at 3 d: that takes 9 d of spend." {
			t.Errorf("to a day it is %+v for scripts, want what 3 d take", o)
		}
		last := backtest.Horizons[len(backtest.Horizons)-1]
		if o := Of(trace, []backtest.Row{{Horizon: last}}); o.Ungraded != nil {
			t.Errorf("to the last it is %q, want nothing missing", *o.Ungraded)
		}
	}
}
