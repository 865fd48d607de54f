package client

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Refusal is what the body of an error has to say, in the server's own words:
// they may hold anything, and are not fit to be shown as they are.
type Refusal struct {
	// IsJSON reports whether the body is JSON at all, IsError whether it has an
	// error, in any form.
	IsJSON, IsError bool
	Code            int // that of the HTTP status; 0: none
	Message         string

	// What follows is observed of 402 and 403; empty or nil: it is not there.

	// LimitSource is the layer that refused, and Scope who it bounds.
	LimitSource, Scope string
	// LimitUSD is the layer's limit, and SpendUSD what counts against it.
	LimitUSD, SpendUSD *float64
	ResetsAt           *time.Time
	// Reason is a word for machines, RemedyHint a sentence for people.
	Reason, RemedyHint string
	// RetryAfter is in whole seconds or an HTTP date, as it was sent.
	RetryAfter string

	header http.Header // those repeated in error.metadata.headers
}

// Kind is one of the Err values of this package, nil without a code.
//
//go:noinline
func (r Refusal) Kind() error {
	if r.Code == 0 {
		return nil
	}
	return kindOf(r.Code)
}

// ReadRefusal reads {"error":{"code","message","metadata"}}, OpenRouter's
// form, leniently: observed are also {"error":"text"}, {"message":"text"}, codes that are
// strings, and application/problem+json. What cannot be read is left empty.
func ReadRefusal(body []byte) Refusal {
	s := Refusal{IsJSON: json.Valid(body)}
	top := lenientObject(body)
	var failure map[string]json.RawMessage
	if s.Message = lenientText(top["error"]); s.Message == "" {
		failure = lenientObject(top["error"])
		s.Message = lenientText(failure["message"])
	}
	if s.Message == "" {
		s.Message = lenientText(top["message"])
	}
	if s.Message == "" {
		s.Message = strings.Trim(lenientText(top["title"])+": "+lenientText(top["detail"]), ": ")
	}
	s.Code, _ = strconv.Atoi(lenientText(failure["code"]))
	s.IsError = s.Message != "" || len(failure) > 0
	metadata := lenientObject(failure["metadata"])
	s.header = http.Header{}
	for name, value := range lenientObject(metadata["headers"]) {
		s.header.Set(name, lenientText(value))
	}
	find := objects{metadata, failure, top}.find
	s.LimitSource, s.Scope = lenientText(find("limit_source")), lenientText(find("scope"))
	s.LimitUSD, s.SpendUSD = lenientUSD(find("limit_usd")), lenientUSD(find("spend_usd"))
	if t, ok := parseTime(find("resets_at")); ok {
		s.ResetsAt = &t
	}
	s.RemedyHint = lenientText(find("remedy_hint"))
	if s.Reason = lenientText(find("reason")); s.Reason == "" {
		s.Reason = lenientText(find("error_type"))
	}
	if s.RetryAfter = s.header.Get("Retry-After"); s.RetryAfter == "" {
		s.RetryAfter = lenientText(find("retry_after"))
	}
	return s
}

// objects are where a field may be, the likeliest first.
type objects [3]map[string]json.RawMessage

func (o objects) find(name string) json.RawMessage {
	for _, object := range o {
		if v, ok := object[name]; ok && string(v) != "null" {
			return v
		}
	}
	return nil
}

// lenientUSD returns an amount, which may be in quotes; nil for anything else.
func lenientUSD(raw []byte) *float64 {
	v, err := strconv.ParseFloat(lenientText(raw), 64)
	if err != nil || math.IsNaN(v) || math.Abs(v) > maxUSD {
		return nil
	}
	return &v
}

// lenientObject returns the fields of an object, none for anything else.
func lenientObject(raw []byte) map[string]json.RawMessage {
	var m map[string]json.RawMessage
	_ = json.Unmarshal(raw, &m)
	return m
}

// lenientText returns a string, or a number as it is written; "" for anything
// else.
func lenientText(raw []byte) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		return n.String()
	}
	return ""
}
