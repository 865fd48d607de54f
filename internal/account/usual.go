package account

// Usual is how much is spent at most on an ordinary day: the 0.95 quantile of
// the last four weeks, so that what comes every night or every Monday is usual.
// A value is nil with less than two weeks of history.
type Usual struct {
	// HourUSD is of the same hour of the day, and the one before and after it.
	HourUSD *float64
	// DayUSD is of the 24 hours that ended at the same time of day.
	DayUSD *float64
}

// Rise is daily spend that has risen for weeks.
type Rise struct {
	FromUSDPerDay, ToUSDPerDay float64 // medians of the first and the last week
	Weeks                      int
}

// Track is how the forecasts that have ended did.
type Track struct {
	Made, Held int     // of the last 40
	Factor     float64 // half of them were within it; 0 if there is none
	// Taught is how much wider, in logs, the range is below and above its middle by
	// them.
	Taught [2]float64 `json:",omitzero"`
}
