package text

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Currency is one besides US dollars, at a rate that a person sets. The zero
// value is none.
type Currency struct {
	Code   string
	PerUSD float64
}

var (
	currencyForm = Form(`^([A-Za-z]{3}) +([0-9]+(?:\.[0-9]+)?)$`)
	errCurrency  = errors.New(`is not a currency and its rate: write how much of it a US dollar is, such as "EUR 0.92"`)
)

// ParseCurrency reads "EUR 0.92", or nothing for none.
func ParseCurrency(s string) (c Currency, err error) {
	if s = strings.TrimSpace(s); s == "" {
		return c, nil
	}
	m := currencyForm().FindStringSubmatch(s)
	if m == nil {
		return c, errCurrency
	}
	rate, err := strconv.ParseFloat(m[2], 64)
	if err != nil || rate < 1e-6 || rate > 1e9 {
		return c, errCurrency
	}
	return Currency{strings.ToUpper(m[1]), rate}, nil
}

// Of is an amount in US dollars in that currency, or nothing.
func (c Currency) Of(usd float64) string {
	if c.Code == "" {
		return ""
	}
	amount := USD(usd * c.PerUSD)
	return strings.Replace(amount, "$", "", 1) + " " + c.Code
}

// String is the currency as ParseCurrency reads it.
func (c Currency) String() string {
	if c.Code == "" {
		return ""
	}
	return fmt.Sprint(c.Code, " ", strconv.FormatFloat(c.PerUSD, 'f', -1, 64))
}
