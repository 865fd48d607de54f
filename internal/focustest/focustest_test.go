package focustest

import (
	"strings"
	"testing"
)

const head = "BilledCost,BillingAccountId,BillingAccountName,BillingAccountType,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargeCategory,ChargeClass,ChargeDescription," +
	"ChargeFrequency,ChargePeriodEnd,ChargePeriodStart,ConsumedQuantity,ConsumedUnit,ContractedCost,EffectiveCost,InvoiceId,InvoiceIssuerName,ListCost,ListUnitPrice," +
	"PricingCategory,PricingQuantity,PricingUnit,ProviderName,PublisherName,ResourceId,ResourceName,ResourceType,ServiceCategory,ServiceName,ServiceSubcategory," +
	"SkuId,SkuMeter,SkuPriceDetails,SkuPriceId,SubAccountId,SubAccountName,x_Own\n"

const (
	usage    = "1.5,a,a,Account,USD,2026-12-01T00:00:00Z,2026-11-01T00:00:00Z,Usage,,m with k,Usage-Based,2026-11-22T00:00:00Z,2026-11-21T00:00:00Z,7,Tokens,1.5,1.5,,P,1.5,1,Standard,1.5,Credits,P,P,k,k,API Key,AI and Machine Learning,P,Generative AI,m,Credits,,m,w,w,3\n"
	purchase = "25,a,a,Account,USD,2026-12-01T00:00:00Z,2026-11-01T00:00:00Z,Purchase,,bought,One-Time,2026-11-22T00:00:00Z,2026-11-21T00:00:00Z,,,25,0,,P,25,1,Standard,25,Credits,P,P,,,,AI and Machine Learning,P,Generative AI,c,Credits,,c,,,\n"
)

func TestWhatIsWrongIsFound(t *testing.T) {
	if rows, problems := Check(head + usage + purchase); len(rows) != 2 || problems != nil || Usage(rows) != 1.5 {
		t.Fatalf("a good file has %d rows, and %q", len(rows), problems)
	}
	for _, c := range []struct{ name, old, new, says string }{
		{"a column that is missing", ",PublisherName", ",x_PublisherName", "no column PublisherName"},
		{"a name of no standard", "x_Own", "Own", `"Own" is neither`},
		{"an order of its own", "ProviderName,PublisherName", "PublisherName,ProviderName", "order of the alphabet"},
		{"a column twice", "x_Own", "BilledCost", "twice"},
		{"a null that may not be", "1.5,a,a,", "1.5,,a,", "BillingAccountId is null"},
		{"another currency", ",USD,", ",EUR,", "BillingCurrency"},
		{"a sum with its sign", "1.5,a,", "$1.5,a,", "no decimal"},
		{"an exponent", "1.5,a,", "15e-1,a,", "no decimal"},
		{"a local time", "2026-11-21T00:00:00Z", "2026-11-21T00:00:00+01:00", "no time in UTC"},
		{"no time at all", "2026-11-22T00:00:00Z,2026-11-21T00:00:00Z,7", "2026-11-21T00:00:00Z,2026-11-21T00:00:00Z,7", "ends as it begins"},
		{"a charge outside its period", "2026-11-22T00:00:00Z,2026", "2026-12-22T00:00:00Z,2026", "not in its billing period"},
		{"a category that is none", "Usage,,m", "Use,,m", `ChargeCategory is "Use"`},
		{"a class that is none", "Usage,,m", "Usage,None,m", `ChargeClass is "None"`},
		{"a purchase by use", "One-Time", "Usage-Based", "a purchase is usage-based"},
		{"a purchase that costs as its usage does", "25,0,,P", "25,25,,P", "EffectiveCost of 25"},
		{"usage without a quantity", "7,Tokens", ",", "ConsumedQuantity"},
		{"a quantity without a unit", "1.5,Credits", "1.5,", "PricingUnit"},
		{"a unit that is none", "Tokens", "tokens/1e3", "no unit"},
		{"a price that is not that of the cost", "1.5,1,Standard", "1.5,2,Standard", "ListCost"},
		{"a name without an identifier", "k,k,API Key", ",k,", "ResourceId"},
		{"a word for null", ",w,w,3", ",NULL,NULL,3", "for null"},
		{"a price of two things", ",m,Credits,,m,", ",m,Credits,,c,", "two SkuIds"},
		{"another subcategory", "Generative AI,m", "Toys,m", "ServiceSubcategory"},
	} {
		file := head + usage + purchase
		bad := strings.Replace(file, c.old, c.new, 1)
		if bad == file {
			t.Fatalf("%s: nothing to replace", c.name)
		}
		if _, problems := Check(bad); !strings.Contains(strings.Join(problems, "\n"), c.says) {
			t.Errorf("%s: found %q, want %q", c.name, problems, c.says)
		}
	}
	for _, file := range []string{"", "a\n\"", head + "1,2\n"} {
		if _, problems := Check(file); len(problems) != 1 {
			t.Errorf("Check(%q) finds %q, want one", file, problems)
		}
	}
}
