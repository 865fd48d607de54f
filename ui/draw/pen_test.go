package draw

import "time"

// zone is an hour from UTC, so that the two cannot be mixed up.
var zone = time.FixedZone("CET", 3600)

var testNow = time.Date(2026, 11, 21, 10, 42, 0, 0, zone)

// plainPen draws without colours.
var plainPen = Pen{Kit: &Kit{Theme: NewTheme(Look{Dark: true, Depth: Mono}), Now: testNow}}
