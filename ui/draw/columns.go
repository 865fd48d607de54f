package draw

import "math"

// Columns are values in so many cells: the highest of those that share one, and
// one in several cells where there are more cells than values.
func Columns(values []float64, cells int) []float64 {
	out := make([]float64, max(0, cells))
	for i := range out {
		out[i] = math.NaN()
		if len(values) > 0 {
			out[i] = values[HighestIn(values, i, cells)]
		}
	}
	return out
}

// HighestIn is which of the values a cell shows.
func HighestIn(values []float64, cell, cells int) int {
	first := cell * len(values) / cells
	at := first
	for i := first + 1; i < (cell+1)*len(values)/cells; i++ {
		if v := values[i]; v > values[at] || math.IsNaN(values[at]) {
			at = i
		}
	}
	return at
}

// ColumnOf is the first of the cells that one of n values is in.
func ColumnOf(i, n, cells int) int {
	if n >= cells { // the last cell that begins at or before it
		return ((i+1)*cells - 1) / max(1, n)
	}
	return (i*cells + n - 1) / n
}
