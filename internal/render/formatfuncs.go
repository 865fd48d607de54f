package render

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"ortop/internal/text"
)

// truth is that of text/template: zero, empty and unknown are false.
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
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

// formatFuncs are those of text/template that have a use here.
var formatFuncs = map[string]any{
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
		return fmt.Sprintf(format, args[1:]...), nil
	},
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
// unknown is equal to itself alone, and neither more nor less than anything.
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
