// Package focustest checks a CSV against FOCUS 1.2, the FinOps Open Cost and Usage
// Specification: its columns and their order, which of them may be null when, which
// values they may have, and how these are written.
package focustest

import (
	"encoding/csv"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Mandatory are the columns that every dataset has.
var Mandatory = []string{
	"BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart",
	"ChargeCategory", "ChargeClass", "ChargeDescription", "ChargePeriodEnd", "ChargePeriodStart", "ContractedCost", "EffectiveCost",
	"InvoiceIssuerName", "ListCost", "PricingQuantity", "PricingUnit", "ProviderName", "PublisherName", "ServiceCategory", "ServiceName",
}

// others are the columns that a dataset has under a condition, or may have.
var others = []string{
	"AvailabilityZone", "BillingAccountType", "CapacityReservationId", "CapacityReservationStatus", "ChargeFrequency",
	"CommitmentDiscountCategory", "CommitmentDiscountId", "CommitmentDiscountName", "CommitmentDiscountQuantity", "CommitmentDiscountStatus",
	"CommitmentDiscountType", "CommitmentDiscountUnit", "ConsumedQuantity", "ConsumedUnit", "ContractedUnitPrice", "InvoiceId", "ListUnitPrice",
	"PricingCategory", "PricingCurrency", "PricingCurrencyContractedUnitPrice", "PricingCurrencyEffectiveCost", "PricingCurrencyListUnitPrice",
	"RegionId", "RegionName", "ResourceId", "ResourceName", "ResourceType", "ServiceSubcategory", "SkuId", "SkuMeter", "SkuPriceDetails", "SkuPriceId",
	"SubAccountId", "SubAccountName", "SubAccountType", "Tags",
}

// conditional are the columns whose condition an OpenRouter account meets: it has
// accounts of people and of organizations, workspaces, keys, a measured use and a public
// list of prices. Those that the standard recommends are with them.
var conditional = []string{
	"BillingAccountType", "ChargeFrequency", "ConsumedQuantity", "ConsumedUnit", "InvoiceId", "ListUnitPrice", "ResourceId", "ResourceName", "ResourceType",
	"ServiceSubcategory", "SkuId", "SkuMeter", "SkuPriceDetails", "SkuPriceId", "SubAccountId", "SubAccountName",
}

// neverNull are the columns that have a value in each row.
var neverNull = []string{
	"BilledCost", "BillingAccountId", "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart", "ChargeCategory", "ChargeFrequency", "ChargePeriodEnd",
	"ChargePeriodStart", "ContractedCost", "EffectiveCost", "InvoiceIssuerName", "ListCost", "ProviderName", "PublisherName", "ServiceCategory", "ServiceName", "ServiceSubcategory",
}

// allowed are the values of columns that have no others.
var allowed = map[string][]string{
	"ChargeCategory":  {"Usage", "Purchase", "Tax", "Credit", "Adjustment"},
	"ChargeClass":     {"Correction"},
	"ChargeFrequency": {"One-Time", "Recurring", "Usage-Based"},
	"PricingCategory": {"Standard", "Dynamic", "Committed", "Other"},
	"ServiceCategory": {
		"AI and Machine Learning", "Analytics", "Business Applications", "Compute", "Databases", "Developer Tools", "Multicloud", "Identity", "Integration",
		"Internet of Things", "Management and Governance", "Media", "Migration", "Mobile", "Networking", "Security", "Storage", "Web", "Other",
	},
}

// subcategories are those of the category that OpenRouter's service is of.
var subcategories = map[string][]string{
	"AI and Machine Learning": {"AI Platforms", "Bots", "Generative AI", "Machine Learning", "Natural Language Processing", "Other (AI and Machine Learning)"},
}

var (
	numbers = []string{"BilledCost", "ConsumedQuantity", "ContractedCost", "EffectiveCost", "ListCost", "ListUnitPrice", "PricingQuantity"}
	times   = []string{"BillingPeriodEnd", "BillingPeriodStart", "ChargePeriodEnd", "ChargePeriodStart"}
	decimal = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`) // no plus, comma, exponent or unit
	custom  = regexp.MustCompile(`^x_[A-Z][A-Za-z0-9]*$`)
	units   = regexp.MustCompile(`^([1-9][0-9]* )?[A-Z][A-Za-z]*s$`)
)

// Row is a row by the names of its columns; null is empty.
type Row map[string]string

// Number is a cell as a number; 0 where it is none.
func (r Row) Number(column string) float64 {
	v, err := strconv.ParseFloat(r[column], 64)
	if err != nil {
		return 0
	}
	return v
}

// Check returns the rows of a CSV, and all in which it is not FOCUS 1.2.
func Check(file string) (rows []Row, problems []string) {
	report := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	lines, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	if err != nil || len(lines) == 0 {
		return nil, []string{fmt.Sprintf("it is not CSV with a head: %v", err)}
	}
	head := lines[0]
	checkHead(head, report)
	for i, line := range lines[1:] {
		r := Row{}
		for k, name := range head {
			r[name] = line[k]
		}
		rows = append(rows, r)
		r.check(func(format string, args ...any) { report("row %d: "+format, append([]any{i + 1}, args...)...) })
	}
	parents := map[string]string{}
	for _, r := range rows {
		if sku, ok := parents[r["SkuPriceId"]]; ok && sku != r["SkuId"] {
			report("SkuPriceId %q is of two SkuIds", r["SkuPriceId"])
		}
		parents[r["SkuPriceId"]] = r["SkuId"]
	}
	return rows, problems
}

func checkHead(head []string, report func(string, ...any)) {
	for _, name := range append(slices.Clone(Mandatory), conditional...) {
		if !slices.Contains(head, name) {
			report("there is no column %s", name)
		}
	}
	firstCustom := len(head)
	for i, name := range head {
		known := slices.Contains(Mandatory, name) || slices.Contains(others, name)
		switch {
		case !known && !custom.MatchString(name):
			report("%q is neither a column of FOCUS 1.2 nor one of our own", name)
		case known && i > firstCustom:
			report("%s comes after a column of our own", name)
		case !known:
			firstCustom = min(firstCustom, i)
		}
		if slices.Index(head, name) != i {
			report("%s is there twice", name)
		}
	}
	if !slices.IsSorted(head[:firstCustom]) || !slices.IsSorted(head[firstCustom:]) {
		report("the columns are not in the order of the alphabet")
	}
}

func (r Row) check(report func(string, ...any)) {
	null := func(name string) bool { return r[name] == "" }
	must := func(holds bool, format string, args ...any) {
		if !holds {
			report(format, args...)
		}
	}
	for _, name := range neverNull {
		must(!null(name), "%s is null", name)
	}
	for name, values := range allowed {
		must(null(name) || slices.Contains(values, r[name]), "%s is %q", name, r[name])
	}
	must(slices.Contains(subcategories[r["ServiceCategory"]], r["ServiceSubcategory"]), "ServiceSubcategory is %q, of %q", r["ServiceSubcategory"], r["ServiceCategory"])
	for name, cell := range r {
		must(strings.TrimSpace(cell) == cell && !strings.EqualFold(cell, "null") && cell != "-" && cell != "—", "%s has %q for null", name, cell)
	}
	for _, name := range numbers {
		must(null(name) || decimal.MatchString(r[name]), "%s is no decimal: %q", name, r[name])
	}
	when := map[string]time.Time{}
	for _, name := range times {
		at, err := time.Parse("2006-01-02T15:04:05Z", r[name])
		must(err == nil, "%s is no time in UTC: %q", name, r[name])
		when[name] = at
	}
	must(when["ChargePeriodStart"].Before(when["ChargePeriodEnd"]), "the charge ends as it begins, or before")
	must(!when["ChargePeriodStart"].Before(when["BillingPeriodStart"]) && !when["ChargePeriodEnd"].After(when["BillingPeriodEnd"]), "the charge is not in its billing period")
	must(r["BillingCurrency"] == "USD", "BillingCurrency is %q", r["BillingCurrency"])

	usage, purchase := r["ChargeCategory"] == "Usage", r["ChargeCategory"] == "Purchase"
	charged := (usage || purchase) && null("ChargeClass")
	must(!purchase || r["ChargeFrequency"] != "Usage-Based", "a purchase is usage-based")
	must(!usage || r["ChargeFrequency"] == "Usage-Based", "usage is %s", r["ChargeFrequency"])
	for _, name := range []string{"PricingQuantity", "ListUnitPrice", "SkuId", "SkuPriceId", "PricingCategory"} {
		must(!charged || !null(name), "%s is null", name)
	}
	must(null("PricingUnit") == null("PricingQuantity"), "PricingUnit is %q of %q", r["PricingUnit"], r["PricingQuantity"])
	must(null("ConsumedQuantity") == !usage, "ConsumedQuantity is %q of %s", r["ConsumedQuantity"], r["ChargeCategory"])
	must(null("ConsumedUnit") == null("ConsumedQuantity"), "ConsumedUnit is %q of %q", r["ConsumedUnit"], r["ConsumedQuantity"])
	for _, name := range []string{"PricingUnit", "ConsumedUnit"} {
		must(null(name) || units.MatchString(r[name]), "%s is no unit: %q", name, r[name])
	}
	must(!null("SkuId") || null("SkuMeter"), "SkuMeter without SkuId")
	must(!null("SkuPriceId") || null("SkuPriceDetails"), "SkuPriceDetails without SkuPriceId")
	for _, of := range [][2]string{{"ResourceId", "ResourceName"}, {"ResourceId", "ResourceType"}, {"SubAccountId", "SubAccountName"}, {"BillingAccountId", "BillingAccountType"}} {
		must(null(of[0]) == null(of[1]), "%s is %q, and %s %q", of[0], r[of[0]], of[1], r[of[1]])
	}
	if !null("ListUnitPrice") {
		price, quantity := r.Number("ListUnitPrice"), r.Number("PricingQuantity")
		must(price >= 0 && same(price*quantity, r.Number("ListCost")), "ListCost is %s, not %v of %v", r["ListCost"], quantity, price)
	}
	must(!purchase || r.Number("EffectiveCost") == 0, "a purchase for later has an EffectiveCost of %s", r["EffectiveCost"])
	must(purchase || r["EffectiveCost"] == r["BilledCost"], "EffectiveCost is %s, BilledCost %s", r["EffectiveCost"], r["BilledCost"])
}

func same(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 }

// Usage is what the rows of usage were billed in all.
func Usage(rows []Row) (usd float64) {
	for _, r := range rows {
		if r["ChargeCategory"] == "Usage" {
			usd += r.Number("BilledCost")
		}
	}
	return usd
}
