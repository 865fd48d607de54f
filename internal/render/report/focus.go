package report

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"math"
	"strings"
	"time"

	"ortop/internal/credit"
	"ortop/internal/render"
	"ortop/internal/sorted"
	"ortop/internal/spenders"
	"ortop/internal/text"
)

// SpentSpan is what was spent in a part of a report; nil is unknown, and Why then says
// why.
type SpentSpan struct {
	credit.Span
	SpentUSD *float64
	Why      string
}

// focusColumns are the columns of FOCUS 1.2 that an OpenRouter account has a value for:
// all mandatory ones, and of the others those whose condition it meets. The standard
// wants them in the order of the alphabet, and those of our own last, with an x_.
var focusColumns = []string{
	"BilledCost", "BillingAccountId", "BillingAccountName", "BillingAccountType", "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart",
	"ChargeCategory", "ChargeClass", "ChargeDescription", "ChargeFrequency", "ChargePeriodEnd", "ChargePeriodStart", "ConsumedQuantity", "ConsumedUnit",
	"ContractedCost", "EffectiveCost", "InvoiceId", "InvoiceIssuerName", "ListCost", "ListUnitPrice", "PricingCategory", "PricingQuantity", "PricingUnit",
	"ProviderName", "PublisherName", "ResourceId", "ResourceName", "ResourceType", "ServiceCategory", "ServiceName", "ServiceSubcategory",
	"SkuId", "SkuMeter", "SkuPriceDetails", "SkuPriceId", "SubAccountId", "SubAccountName", "x_RequestCount",
}

const (
	provider  = "OpenRouter"
	creditSKU = "credits" // what is bought, and what usage of no known model takes
)

// Focus is what was spent and bought as FOCUS 1.2, the FinOps Open Cost and Usage
// Specification: a row for each day, key and model, one for what of a part is in none
// of these, and one for each purchase and refund. The usage of a part whose spend is
// known adds up to it; where it is not, nothing stands for what nobody saw.
//
// The unit of price is the credit, which costs a dollar: the analytics have no prices
// of tokens.
func Focus(r *Usage) string {
	rows := []*focusRow{}
	for _, c := range r.Charges.Rows {
		rows = append(rows, chargeRow(c))
	}
	for _, p := range r.Spans {
		if row := restRow(r, p); row != nil {
			rows = append(rows, row)
		}
	}
	for _, u := range r.TopUps {
		rows = append(rows, topUpRow(u))
	}
	sorted.By(rows, func(a, b *focusRow) int { return a.span.From.Compare(b.span.From) })
	var out strings.Builder
	w := csv.NewWriter(&out) // which cannot fail
	w.Write(focusColumns)
	for _, row := range rows {
		w.Write(row.cells(r))
	}
	w.Flush()
	return strings.TrimSuffix(out.String(), "\n")
}

// focusRow is what differs between rows; empty is null.
type focusRow struct {
	_ [0]func() // never compared, which would be some program for each type

	span                       credit.Span
	category, frequency        string
	usd, effectiveUSD          float64
	description                string
	resource, resourceName     string
	sku                        string
	consumed                   float64
	consumedUnit               string
	subAccount, subAccountName string
	requests                   *int64
}

//go:noinline
func usageRow(span credit.Span, usd float64) *focusRow {
	return &focusRow{
		span: span, category: "Usage", frequency: "Usage-Based", usd: usd, effectiveUSD: usd,
		sku: creditSKU, consumed: usd, consumedUnit: "Credits",
	}
}

func chargeRow(c *spenders.Charge) *focusRow {
	row := usageRow(credit.Span{From: c.From, To: c.To}, c.USD)
	row.resource, row.resourceName = cmp.Or(c.KeyID, c.Key), c.Key
	row.subAccount, row.subAccountName = c.WorkspaceID, cmp.Or(c.WorkspaceName, c.WorkspaceID)
	row.sku, row.requests = cmp.Or(c.Model, creditSKU), c.Requests
	if c.Tokens != nil {
		row.consumed, row.consumedUnit = float64(*c.Tokens), "Tokens"
	}
	row.description = cmp.Or(c.Model, "no model") + " with " + cmp.Or(c.Key, "no key")
	return row
}

// restRow is what of a part is in no row of a key and model; nil where there is nothing of
// that.
func restRow(r *Usage, p SpentSpan) *focusRow {
	if p.SpentUSD == nil {
		return nil
	}
	rest := round(*p.SpentUSD - r.Charges.Within(p.Span))
	if rest == 0 {
		return nil
	}
	row := usageRow(p.Span, rest)
	switch {
	case r.OfKey && r.Key != nil && r.Key.Label != "":
		row.resource, row.resourceName = r.Key.Label, r.Key.Label
		row.description = "all that this key spent"
	case r.Charges.Rows == nil:
		row.description = "all that the account spent"
	case rest < 0:
		row.description = "not attributed: keys and models have more than the account was charged"
	default:
		row.description = "not attributed to a key and model"
	}
	if p.To.Sub(p.From) > 24*time.Hour {
		row.description += ", on days that nobody saw apart"
	}
	return row
}

// round is a sum without the noise of binary fractions.
func round(usd float64) float64 { return math.Round(usd*1e9) / 1e9 }

func topUpRow(u credit.TopUp) *focusRow {
	day := credit.DayStart(u.At)
	row := &focusRow{
		span:     credit.Span{From: day, To: day.AddDate(0, 0, 1)},
		category: "Purchase", frequency: "One-Time", usd: u.AmountUSD, sku: creditSKU, description: "credits bought",
	}
	if u.AmountUSD < 0 { // what was granted or taken stands for itself
		row.category, row.effectiveUSD, row.sku, row.description = "Credit", u.AmountUSD, "", "credits taken back: a refund, an expiry or a transfer"
	}
	row.description += ", seen at " + u.At.UTC().Format(render.TimeLayout)
	return row
}

// cells are the row in the order of focusColumns.
func (row *focusRow) cells(r *Usage) []string {
	id, kind := "", "Account"
	if r.Key != nil {
		id = cmp.Or(r.Key.Owner.Organization, r.Key.Creator)
		if r.Key.Owner.Organization != "" {
			kind = "Organization"
		}
	}
	account := render.CSVCell(text.Clean(r.Account, 100))
	month, until := credit.MonthStart(row.span.From), credit.MonthStart(row.span.To.Add(-time.Second)).AddDate(0, 1, 0)
	cost := text.Figure(row.usd)
	consumed, requests := "", ""
	if row.consumedUnit != "" {
		consumed = text.Figure(row.consumed)
	}
	if row.requests != nil {
		requests = fmt.Sprint(*row.requests)
	}
	where := func(is bool, s string) string {
		if is {
			return s
		}
		return ""
	}
	priced, sku := row.sku != "", render.CSVCell(row.sku)
	return []string{
		cost, cmp.Or(render.CSVCell(text.Clean(id, 100)), account), account, kind, "USD", until.Format(render.TimeLayout), month.Format(render.TimeLayout),
		row.category, "", render.CSVCell(row.description), row.frequency, row.span.To.UTC().Format(render.TimeLayout), row.span.From.UTC().Format(render.TimeLayout), consumed, row.consumedUnit,
		cost, text.Figure(row.effectiveUSD), "", provider, cost, where(priced, "1"), where(priced, "Standard"), where(priced, cost), where(priced, "Credits"),
		provider, provider, render.CSVCell(row.resource), render.CSVCell(row.resourceName), where(row.resource != "", "API Key"), "AI and Machine Learning", provider, "Generative AI",
		sku, where(priced, "Credits"), "", sku, render.CSVCell(row.subAccount), render.CSVCell(row.subAccountName), requests,
	}
}
