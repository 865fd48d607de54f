package sim

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Point is one point in time of a spend trace.
type Point struct {
	At  time.Time
	USD float64 // spent since the beginning
}

// maxTraceUSD bounds a trace so that its sums stay exact in nano.
const maxTraceUSD = 9e6

// checkPoint reports what is wrong with points[i], given the one before it.
func checkPoint(points []Point, i int) error {
	p := points[i]
	switch {
	case math.IsNaN(p.USD) || p.USD < 0 || p.USD > maxTraceUSD:
		return fmt.Errorf("amount %g is not from 0 to %g", p.USD, float64(maxTraceUSD))
	case i > 0 && p.At.Before(points[i-1].At):
		return errors.New("time goes backwards")
	case i > 0 && p.USD < points[i-1].USD:
		return errors.New("cumulative spend falls")
	}
	return nil
}
