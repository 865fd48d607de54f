package text

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"
	"testing/quick"
)

func TestFigure(t *testing.T) {
	for v, want := range map[float64]string{
		15.856720758999998: "15.856720759", 14.915170305000004: "14.915170305", 0.1 + 0.2: "0.3", 1.39e-67: "0", -1e-12: "0", math.Copysign(0, -1): "0",
		1e21: "1000000000000000000000", 1e-9: "0.000000001", 450359.99627370496: "450359.996273705", 123456789.12345678: "123456789.12345678", -2.5: "-2.5", 7: "7",
	} {
		if got := Figure(v); got != want {
			t.Errorf("Figure(%v) = %s, want %s", v, got, want)
		}
	}
	near := func(v float64) bool {
		got, err := strconv.ParseFloat(Figure(v), 64)
		return err == nil && !strings.ContainsAny(Figure(v), "eE") && math.Abs(got-v) <= 5e-11+math.Abs(v)*3e-16
	}
	if err := quick.Check(func(a int64, b uint8) bool { return near(float64(a) / math.Pow10(int(b%19))) }, nil); err != nil {
		t.Error(err)
	}
}

func TestJSONHasFigures(t *testing.T) {
	object := map[string]any{
		"a": 14.915170305000004, "b": []float64{1.39e-67, -3e-8, 1e21}, "c": "1.39e-67 \\ \" 2.50", "d": int64(math.MaxInt64), "e": nil, "f": true, "1.39e-67": "{",
		"g": map[string]float64{"x": 0.1 + 0.2},
	}
	got, err := JSON(object)
	want := `{"1.39e-67":"{","a":14.915170305,"b":[0,-0.00000003,1000000000000000000000],"c":"1.39e-67 \\ \" 2.50","d":9223372036854775807,"e":null,"f":true,"g":{"x":0.3}}`
	if err != nil || string(got) != want {
		t.Errorf("JSON = %s, %v, want %s", got, err, want)
	}
	if !json.Valid(got) {
		t.Errorf("%s is not JSON", got)
	}
	if _, err := JSON(math.NaN()); err == nil {
		t.Error("NaN is JSON")
	}
	for _, v := range []any{"", "\\", 0.5, 1e300, "é", []any{}} {
		got, err := JSON(v)
		if err != nil || !json.Valid(got) {
			t.Errorf("JSON(%v) = %s, %v", v, got, err)
		}
	}
}
