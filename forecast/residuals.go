package forecast

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"sort"
)

// residualsJSON is how far the 3-day mean was off on other people's spend:
// quantiles of ln(true time / forecast time), by the length of the forecast.
//
//go:embed ewma3d_residuals.json
var residualsJSON []byte

var residuals = mustResiduals(residualsJSON)

type residualTable struct {
	EdgesS    []float64    `json:"edges_seconds"`
	Quantiles [][3]float64 `json:"log_residual_q10_q50_q90"`
}

// at returns the log errors at P10, P50 and P90 of a forecast of tau seconds.
func (r residualTable) at(tau float64) [3]float64 {
	return r.Quantiles[sort.SearchFloat64s(r.EdgesS, tau)]
}

func mustResiduals(b []byte) residualTable {
	var r residualTable
	if err := json.Unmarshal(b, &r); err != nil || len(r.Quantiles) != len(r.EdgesS)+1 {
		panic(fmt.Sprintf("forecast: ewma3d_residuals.json: %v, %d edges, %d rows", err, len(r.EdgesS), len(r.Quantiles)))
	}
	return r
}
