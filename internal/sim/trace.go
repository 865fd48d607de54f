package sim

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// Point is one point in time of a spend trace.
type Point struct {
	At  time.Time
	USD float64 // spent since the beginning
}

// maxTraceUSD bounds a trace so that its sums stay exact in nano.
const maxTraceUSD = 9e6

// ReadTrace reads a spend trace: lines of "unix_seconds,cum_usd", oldest
// first, cumulative, not falling. Seconds may have decimals. A first line that
// does not begin with a digit is a heading; empty lines are skipped. An error
// names the line; a trace without any point is one.
func ReadTrace(r io.Reader) ([]Point, error) {
	var points []Point
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if line == "" || n == 1 && (line[0] < '0' || line[0] > '9') {
			continue
		}
		p, err := parsePoint(line)
		if err != nil {
			return nil, fmt.Errorf("reading trace, line %d: %w", n, err)
		}
		points = append(points, p)
		if err := checkPoint(points, len(points)-1); err != nil {
			return nil, fmt.Errorf("reading trace, line %d: %w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading trace: %w", err)
	}
	if len(points) == 0 {
		return nil, errors.New("reading trace: no points")
	}
	return points, nil
}

func parsePoint(line string) (Point, error) {
	at, usd, ok := strings.Cut(line, ",")
	if !ok {
		return Point{}, fmt.Errorf("%q is not unix_seconds,cum_usd", line)
	}
	whole, fraction, _ := strings.Cut(strings.TrimSpace(at), ".")
	sec, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || sec < 0 || sec > 7e9 {
		return Point{}, fmt.Errorf("time %q is not in Unix seconds", at)
	}
	var nsec int64
	if fraction != "" {
		digits := (fraction + "000000000")[:9]
		v, err := strconv.ParseUint(digits, 10, 32)
		if err != nil {
			return Point{}, fmt.Errorf("time %q is not in Unix seconds", at)
		}
		nsec = int64(v)
	}
	v, err := strconv.ParseFloat(strings.TrimSpace(usd), 64)
	if err != nil {
		return Point{}, fmt.Errorf("amount %q is not a number", usd)
	}
	return Point{At: time.Unix(sec, nsec).UTC(), USD: v}, nil
}

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
