package client

import "context"

// Credits are an account's lifetime totals, in USD. The account is the user's or
// the organization's that owns the key, with all its workspaces.
type Credits struct {
	// TotalCreditsUSD is what was bought. It may fall: with a refund, an expiry
	// or a transfer.
	TotalCreditsUSD float64
	// TotalUsageUSD is what was spent from credits. BYOK spend is not in it, but
	// its fees are.
	TotalUsageUSD float64
	Meta
}

// LeftUSD returns the balance in USD, which the API does not give by itself. It
// is below 0 where requests, which are charged when they end, cost more than was
// left.
func (c Credits) LeftUSD() float64 { return c.TotalCreditsUSD - c.TotalUsageUSD }

// Credits reads the account's totals, from GET /credits.
//
// The endpoint is documented for management keys: with another key the error is
// ErrForbidden. Observed with ordinary keys are also the true totals, and two
// zeros for an account that has money: with such a key 0 and 0 may be unknown.
func (c *Client) Credits(ctx context.Context) (Credits, error) {
	var v Credits
	meta, err := c.do(ctx, call{name: "credits"}, v.read)
	if err != nil {
		return Credits{}, err
	}
	v.Meta = meta
	return v, nil
}

func (v *Credits) read(answer *fields) {
	data := answer.object("data")
	v.TotalCreditsUSD = data.required("total_credits")
	v.TotalUsageUSD = data.required("total_usage")
}
