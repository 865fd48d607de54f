package doctor

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"

	"ortop/history"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/cmd/store"
	"ortop/internal/monitor"
)

func checkHistory(ctx context.Context, a *cli.App, c *cli.Checkup, s *session.Settings, verify bool) {
	if s.HistoryErr != nil {
		c.Wrong("history", s.HistoryErr.Error(), "set HOME or XDG_DATA_HOME, or name a file with --history")
		return
	}
	info, err := os.Stat(s.HistoryPath)
	if errors.Is(err, os.ErrNotExist) {
		if err := history.TryCreate(s.HistoryPath); err != nil {
			c.Wrong("history", fmt.Sprintf("%s cannot be made: %s", s.HistoryPath, cli.OneLine(err.Error())), "until then history is in memory only: set XDG_DATA_HOME, or name a file with --history")
			return
		}
		c.OK("history", "%s will be made by the first reading", s.HistoryPath)
		return
	}
	db, err := history.Open(ctx, s.HistoryPath, history.Options{Now: a.Now, ReadOnly: true})
	if err != nil {
		c.Wrong("history", err.Error(), "until then history is in memory only")
		return
	}
	defer func() {
		if err := db.Close(); err != nil {
			c.Wrong("history", err.Error(), "")
		}
	}()
	if note := db.Note(); note != "" && note != history.ErrReadOnly.Error() {
		c.Note("history", note, "")
	}
	f, err := os.OpenFile(s.HistoryPath, os.O_WRONLY, 0)
	if err == nil {
		f.Close()
		err = history.TryCreate(s.HistoryPath) // a log is made beside it
	}
	if err != nil {
		c.Wrong("history", "it can be read and not written: "+cli.OneLine(err.Error()), "until then history is in memory only")
	} else {
		c.OK("history", "%s, %s", s.HistoryPath, size(info.Size()))
	}
	checkForecast(ctx, a, c, s, db)
	if damage := db.Damage(); damage != "" {
		c.Wrong("history", damage, "ortop doctor --verify looks at all of it; a backup from before can be restored")
	}
	if verify {
		report, err := store.Verify(ctx, a, db, s.HistoryPath)
		switch {
		case err != nil:
			c.Wrong("history", err.Error(), "")
		case !report.OK:
			c.Wrong("history", strings.Join(report.Problems, "; "),
				"nothing was changed: copy the file, and move it away to start a new one")
		default:
			c.OK("history", "all %d rows are as they were written", report.Rows)
		}
	}
	if lock, free, err := history.TryLock(history.LockPath(s.HistoryPath, s.Account.Name, s.BaseURL)); err == nil {
		if free {
			_ = lock.Unlock()
			c.OK("collector", "none is running; a dashboard is one")
		} else {
			c.OK("collector", "another ortop polls this account")
		}
	}
}

// checkForecast reports how the stored forecasts did.
func checkForecast(ctx context.Context, a *cli.App, c *cli.Checkup, s *session.Settings, db *history.DB) {
	snap, err := onlyReading(a, s, db).Once(ctx, monitor.Freshness{MaxAge: math.MaxInt64})
	var connect *monitor.ConnectError
	switch {
	case errors.As(err, &connect), errors.Is(err, history.ErrNoSeries):
		c.OK("forecast", "nothing has been read yet")
	case err != nil:
		c.Wrong("forecast", err.Error(), "")
	default:
		c.OK("forecast", "%s", snap.Track)
	}
}

func size(bytes int64) string {
	switch {
	case bytes >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20))
	case bytes >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(bytes)/(1<<10))
	}
	return fmt.Sprintf("%d B", bytes)
}
