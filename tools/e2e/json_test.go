//go:build unix

package e2e

// What the tests read of the JSON objects that commands print.
type (
	statusJSON struct {
		Source       *string  `json:"source"`
		AgeS         *float64 `json:"age_s"`
		TotalCredits *float64 `json:"total_credits_usd"`
		TotalUsage   *float64 `json:"total_usage_usd"`
		Balance      *float64 `json:"balance_usd"`
		Error        *struct {
			Kind    string `json:"kind"`
			Message string `json:"message"`
		} `json:"error"`
	}
	breakdownJSON struct {
		Rows []any `json:"rows"`
	}
	costJSON struct {
		Spent   *float64 `json:"spent_usd"`
		Settled *float64 `json:"settled_after_s"`
		Exit    int      `json:"exit_code"`
	}
)
