package status

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/forecast"
	"ortop/internal/monitor"
	"ortop/internal/render"
	"ortop/internal/routine"
)

const (
	// sessionLimit is how much of standard input is read.
	sessionLimit = 1 << 20
	// sessionWait is how long standard input is waited for that says nothing and
	// is not closed, once the history has answered.
	sessionWait = 200 * time.Millisecond
	// storeWait is how long a history may take that another program blocks.
	storeWait = 2 * time.Second
)

// StatuslineCommand is ortop statusline.
func StatuslineCommand(a *cli.App) *cobra.Command {
	c := &cobra.Command{
		Use:   "statusline",
		Short: "Print one line for a coding agent or a prompt",
		Long: `statusline prints one line: what is left, when it runs out, what the last hour
cost, and what the agent's session did where its JSON on standard input says so
(Claude Code's cost.total_cost_usd; total_cost_usd, or a number called cost). Any
other input, or none, changes nothing.

It answers from the history alone, however old that is, and never sends a request:
a dashboard or ortop collect makes new readings. Old values have their age. Without
a history it prints —. Its exit code is always 0; what went wrong goes to standard
error.`,
		Example: `  ortop statusline </dev/null
  echo '{"cost":{"total_cost_usd":0.42}}' | ortop statusline`,
		Args:               cobra.ArbitraryArgs,
		FParseErrWhitelist: cobra.FParseErrWhitelist{UnknownFlags: true},
		RunE:               cli.Noted(func(ctx context.Context, _ []string) error { statusline(ctx, a); return nil }),
	}
	c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		cli.Report(a.Stderr, err)
		_ = a.Answer(render.StatusLine(&account.Snapshot{}, nil, a.Now()))
		return nil
	})
	return c
}

// statusline prints the line. There is nobody to take an error.
func statusline(ctx context.Context, a *cli.App) {
	session := sessionCost(a)
	snap, err := storedSnapshot(ctx, a)
	if errors.Is(err, history.ErrNotFound) || errors.Is(err, history.ErrNoSeries) {
		a.Hint("there is no history yet: open ortop, or run ortop collect")
	} else if err != nil {
		cli.Report(a.Stderr, err)
	}
	if err := a.Answer(render.StatusLine(&snap, session(), a.Now())); err != nil {
		cli.Report(a.Stderr, err)
	}
}

// storedSnapshot is the newest snapshot of the history, however old it is.
func storedSnapshot(ctx context.Context, a *cli.App) (account.Snapshot, error) {
	type answer struct {
		snap account.Snapshot
		err  error
	}
	answered := make(chan answer, 1)
	routine.Go(func() {
		snap, err := readStored(ctx, a)
		answered <- answer{snap, err}
	})
	unknown := account.Snapshot{Forecast: forecast.Forecast{State: forecast.Unknown}}
	select {
	case got := <-answered:
		if got.err != nil {
			return unknown, got.err
		}
		return got.snap, nil
	case <-time.After(storeWait):
		return unknown, errors.New("the history does not answer")
	}
}

func readStored(ctx context.Context, a *cli.App) (snap account.Snapshot, err error) {
	defer func() {
		if recover() != nil { // an agent's line is no place for a stack
			err = errors.New("reading the history failed")
		}
	}()
	s, stop, err := session.DemoOrSettings(ctx, a)
	if err != nil {
		return snap, err
	}
	defer stop()
	if s.HistoryErr != nil && s.Seen == nil {
		return snap, s.HistoryErr
	}
	var db *history.DB
	mon := monitor.New(monitor.Options{
		Account: s.Account.Name, BaseURL: s.BaseURL, Host: s.Host, Interval: s.Interval, Now: a.Now, Log: a.ErrLog(),
		Open: func(ctx context.Context) (*history.DB, string, error) {
			var err error
			db, err = s.Open(ctx, history.Options{Now: a.Now, ReadOnly: true})
			return db, "", err
		},
	})
	snap, err = mon.Once(ctx, monitor.Freshness{Stored: true, Brief: true})
	if db != nil {
		_ = db.Close() // nothing was written
	}
	return snap, err
}

// sessionCost begins to read what the agent says its session cost. cost waits
// for that; it is nil where that is not said.
func sessionCost(a *cli.App) (cost func() *float64) {
	if term.IsTerminal(a.Stdin.Fd()) {
		return func() *float64 { return nil }
	}
	read := make(chan *float64, 1)
	routine.Go(func() { read <- parseSession(a.Stdin) })
	return func() *float64 {
		select {
		case usd := <-read:
			return usd
		case <-time.After(sessionWait):
			return nil
		}
	}
}

// parseSession reads one JSON value, and no further: a pipe need not be closed.
func parseSession(in io.Reader) *float64 {
	var stored struct {
		Total *float64        `json:"total_cost_usd"`
		Cost  json.RawMessage `json:"cost"`
	}
	var other *json.UnmarshalTypeError // which leaves what else there is
	if err := json.NewDecoder(io.LimitReader(in, sessionLimit)).Decode(&stored); err != nil && !errors.As(err, &other) {
		return nil
	}
	var cost struct {
		Total *float64 `json:"total_cost_usd"`
	}
	var plain *float64
	if len(stored.Cost) > 0 && json.Unmarshal(stored.Cost, &cost) != nil {
		cost.Total = nil
		if json.Unmarshal(stored.Cost, &plain) != nil {
			plain = nil
		}
	}
	for _, usd := range []*float64{cost.Total, stored.Total, plain} {
		if usd != nil && *usd >= 0 && *usd <= math.MaxInt32 {
			return usd
		}
	}
	return nil
}
