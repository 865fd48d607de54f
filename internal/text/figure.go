package text

import (
	"encoding/json"
	"math"
	"strconv"
)

// figureDecimals is how many decimals a figure for programs has at most: a credit is
// counted to a billionth, and what lies below is noise of binary fractions.
const figureDecimals = 10

// Figure is a number for programs: without an exponent, and to ten decimals, so that
// sums of decimal fractions read as such.
//
//go:noinline
func Figure(v float64) string { return string(AppendFigure(nil, v)) }

// AppendFigure appends it to b.
func AppendFigure(b []byte, v float64) []byte {
	// Above this a double has no such decimals.
	if scale := math.Pow10(figureDecimals); math.Abs(v) < 1<<52/scale {
		v = math.Round(v*scale) / scale
	}
	if v == 0 {
		v = 0 // without a sign
	}
	return strconv.AppendFloat(b, v, 'f', -1, 64)
}

// JSON is json.Marshal, with every fraction as a [Figure].
func JSON(v any) ([]byte, error) {
	in, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return Figures(in), nil
}

// Figures is a JSON text with every fraction as a [Figure].
func Figures(in []byte) []byte {
	out := make([]byte, 0, len(in))
	for i := 0; i < len(in); {
		end := i + 1
		switch c := in[i]; {
		case c == '"':
			for ; in[end] != '"'; end++ {
				if in[end] == '\\' {
					end++
				}
			}
			end++
		case c == '-' || '0' <= c && c <= '9':
			whole := true
			for ; end < len(in) && ('0' <= in[end] && in[end] <= '9' || in[end] == '.' || in[end] == 'e' || in[end] == 'E' || in[end] == '+' || in[end] == '-'); end++ {
				whole = whole && '0' <= in[end] && in[end] <= '9'
			}
			if f, err := strconv.ParseFloat(string(in[i:end]), 64); err == nil && !whole {
				out = AppendFigure(out, f)
				i = end
				continue
			}
		}
		out = append(out, in[i:end]...)
		i = end
	}
	return out
}
