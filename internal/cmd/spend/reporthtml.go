package spend

import (
	"context"
	"time"

	"ortop/internal/sorted"
)

// drawnParts is how many points the drawing of a balance has, and drawnLeast how far back
// it reaches at least.
const (
	drawnParts = 160
	drawnLeast = 7 * 24 * time.Hour
)

// drawings reads what the drawings of a page show besides the report: the balance so
// far, and of a day what was spent in each hour.
func (r *reportBuilder) drawings(ctx context.Context) (err error) {
	if r.Held, err = r.mon.Plot(ctx, sorted.Earlier(r.From, r.To.Add(-drawnLeast)), r.To, drawnParts); err != nil || r.Period != "day" {
		return err
	}
	r.Hours, err = r.parts(ctx, cut(r.From, r.To, func(at time.Time) time.Time { return at.Add(time.Hour) }))
	return err
}
