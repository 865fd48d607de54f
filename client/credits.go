package client

import "context"

// Credits are an account's lifetime totals, in USD, which every
// answer has. They may be 0 of 0 for a key that cannot read them: see
// Client.Credits.
type Credits struct {
	TotalCreditsUSD float64 // bought; falls with a refund, an expiry or a transfer
	TotalUsageUSD   float64 // spent
	Meta
}

// LeftUSD is what is left, in USD; below 0 where more was spent than bought.
func (c Credits) LeftUSD() float64 { return c.TotalCreditsUSD - c.TotalUsageUSD }

// Credits reads the account's totals, from GET /credits.
//
// The endpoint is documented for management keys, and answers others with
// ErrForbidden. It has been seen to answer ordinary keys with the true totals
// too, and with two zeros for an account that has money: a caller with such a
// key cannot tell 0 and 0 from unknown.
func (c *Client) Credits(ctx context.Context) (Credits, error) {
	var v Credits
	meta, err := c.ask(ctx, question{name: "credits"}, v.read)
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
