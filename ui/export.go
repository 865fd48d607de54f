package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"ortop/ui/draw"
)

// exportTimeout bounds an export; years of history take seconds.
const exportTimeout = 30 * time.Second

// exportCmd writes the last of the readings, or all where back is 0, to a file.
func exportCmd(export func(context.Context, time.Time, time.Time) (string, error), back time.Duration, now time.Time) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), exportTimeout)
		defer cancel()
		var from time.Time
		if back > 0 {
			from = now.Add(-back)
		}
		path, err := export(ctx, from, now)
		if err != nil {
			return noticeMsg("exporting: " + draw.Clean(err.Error()))
		}
		return noticeMsg("exported to " + draw.Clean(path))
	}
}
