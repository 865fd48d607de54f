package template

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"ortop/internal/text"
)

// truth is that of text/template: zero, empty and unknown are false.
//
//go:noinline
func truth(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return v != ""
	case float64:
		return v != 0
	case []any:
		return len(v) > 0
	case map[string]any:
		return len(v) > 0
	}
	return true
}

func printed(v any) string {
	switch v := v.(type) {
	case nil:
		return text.Unknown
	case string:
		return v
	case float64:
		return text.Figure(v)
	}
	return fmt.Sprint(v)
}

// funcs are those of text/template that have a use here.
var funcs = map[string]func([]any) (any, error){
	"eq":  compare(func(c int) bool { return c == 0 }),
	"ne":  compare(func(c int) bool { return c != 0 }),
	"lt":  compare(func(c int) bool { return c < 0 }),
	"le":  compare(func(c int) bool { return c <= 0 }),
	"gt":  compare(func(c int) bool { return c > 0 }),
	"ge":  compare(func(c int) bool { return c >= 0 }),
	"and": first(false), "or": first(true),
	"not": func(args []any) (any, error) {
		if len(args) != 1 {
			return nil, errors.New("it takes one value")
		}
		return !truth(args[0]), nil
	},
	"len": func(args []any) (any, error) {
		if len(args) == 1 {
			switch v := args[0].(type) {
			case nil:
				return nil, nil
			case string:
				return float64(len(v)), nil
			case []any:
				return float64(len(v)), nil
			}
		}
		return nil, errors.New("it takes one text or list")
	},
	"printf": func(args []any) (any, error) {
		if len(args) == 0 {
			return nil, errors.New("it takes a format")
		}
		format, ok := args[0].(string)
		if !ok {
			return nil, errors.New("its format is a text")
		}
		values := make([]any, len(args)-1)
		for i, v := range args[1:] {
			values[i] = printable(v)
		}
		return fmt.Sprintf(format, values...), nil
	},
	"index": index,
}

// index is the element of a list, or the field of an object, that the other
// arguments lead to. An element that is not there is unknown.
func index(args []any) (any, error) {
	if len(args) < 2 {
		return nil, errors.New("it takes a list and a number")
	}
	v := args[0]
	for _, at := range args[1:] {
		var err error
		switch at := at.(type) {
		case string:
			v, err = fieldOf(v, []string{at})
		case float64:
			list, ok := v.([]any)
			if !ok && v != nil {
				return nil, fmt.Errorf("%s is not a list", printed(v))
			}
			if at != math.Trunc(at) {
				return nil, fmt.Errorf("%s is not a whole number", printed(at))
			}
			v = nil
			if at >= 0 && at < float64(len(list)) {
				v = list[int(at)]
			}
		default:
			err = errors.New("it takes a list and a number")
		}
		if err != nil {
			return nil, err
		}
	}
	return v, nil
}

// printable is v as printf takes it.
func printable(v any) any {
	switch v := v.(type) {
	case nil:
		return unknown{}
	case float64:
		return number(v)
	}
	return v
}

// number is a number of which %d prints the nearest whole one, for JSON does not
// tell the two kinds apart.
type number float64

// Format implements [fmt.Formatter].
func (n number) Format(f fmt.State, verb rune) {
	format := fmt.FormatString(f, verb)
	switch verb {
	case 'd':
		fmt.Fprintf(f, format, int64(math.RoundToEven(float64(n))))
	case 's', 'v':
		fmt.Fprintf(f, format, printed(float64(n)))
	default:
		fmt.Fprintf(f, format, float64(n))
	}
}

// unknown prints as that, whatever the verb.
type unknown struct{}

// Format implements [fmt.Formatter].
func (unknown) Format(f fmt.State, _ rune) {
	width, _ := f.Width()
	if f.Flag('-') {
		width = -width
	}
	fmt.Fprintf(f, "%*s", width, text.Unknown)
}

// first returns a function that returns its first argument of this truth, or
// else the last one.
func first(want bool) func([]any) (any, error) {
	return func(args []any) (any, error) {
		if len(args) == 0 {
			return nil, errors.New("it takes a value")
		}
		for _, v := range args {
			if truth(v) == want {
				return v, nil
			}
		}
		return args[len(args)-1], nil
	}
}

// compare returns a function that compares two texts, or two numbers. What is
// unknown is equal to itself alone, and neither more nor less than anything. It is
// not inlined: six copies are 5 kB of program.
//
//go:noinline
func compare(is func(int) bool) func([]any) (any, error) {
	return func(args []any) (any, error) {
		if len(args) != 2 {
			return nil, errors.New("it takes two values")
		}
		switch a := args[0].(type) {
		case float64:
			if b, ok := args[1].(float64); ok {
				switch {
				case a < b:
					return is(-1), nil
				case a > b:
					return is(1), nil
				}
				return is(0), nil
			}
		case string:
			if b, ok := args[1].(string); ok {
				return is(strings.Compare(a, b)), nil
			}
		case bool:
			if b, ok := args[1].(bool); ok {
				return is(0) == (a == b), nil
			}
		}
		if args[0] == nil || args[1] == nil {
			equal, unequal := is(0) && !is(1) && !is(-1), is(1) && is(-1)
			both := args[0] == nil && args[1] == nil
			return equal && both || unequal && !both, nil
		}
		return nil, fmt.Errorf("%s and %s cannot be compared", printed(args[0]), printed(args[1]))
	}
}
