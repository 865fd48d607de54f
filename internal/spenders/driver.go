package spenders

import (
	"context"
	"errors"

	"ortop/client"
	"ortop/internal/credit"
)

// Driver is who spends more than before, the most.
type Driver struct {
	Key     string  `json:"key,omitempty"`
	Model   string  `json:"model,omitempty"`
	MoreUSD float64 `json:"more_usd,omitempty"`
	// OfUSD is what had been spent when the driver was looked for.
	OfUSD float64 `json:"of_usd,omitempty"`
}

// errNoDriver is that nobody spends more than before.
var errNoDriver = errors.New("nobody spends more")

// Driver returns the key and model whose spend in a span exceeds that of as much
// time before the most. It does not set OfUSD.
func (s *Service) Driver(ctx context.Context, span, before credit.Span) (d Driver, err error) {
	api, err := s.connect(ctx)
	if err != nil {
		return d, err
	}
	type who struct{ key, model string }
	use := func(span credit.Span) (map[who]float64, error) {
		a, err := api.Query(ctx, client.AnalyticsQuery{
			Metrics: []string{creditsUsage}, Dimensions: []string{dimensions[ByKey], dimensions[ByModel]}, From: span.From, To: span.To,
			OrderBy: creditsUsage, Descending: true, Limit: 1000,
		})
		usd := map[who]float64{}
		for i := range a.Rows {
			r := &a.Rows[i]
			if v := metric(r, 0); v != nil {
				usd[who{dimension(r, 0), dimension(r, 1)}] += *v
			}
		}
		return usd, err
	}
	now, err := use(span)
	if err != nil {
		return d, err
	}
	earlier, err := use(before)
	if err != nil {
		return d, err
	}
	part := span.To.Sub(span.From).Hours() / before.To.Sub(before.From).Hours()
	for w, usd := range now {
		more := usd - earlier[w]*part
		if more > d.MoreUSD || more == d.MoreUSD && w.key+w.model < d.Key+d.Model {
			d = Driver{Key: w.key, Model: w.model, MoreUSD: more}
		}
	}
	if d.MoreUSD <= 0 {
		return Driver{}, errNoDriver
	}
	return d, nil
}

// Label returns the label of the key of a name, as the keys were last listed; empty
// where there is none, or more than one.
func (s *Service) Label(ctx context.Context, name string) (label string) {
	sub := s.o.Subject()
	if sub == nil {
		return ""
	}
	list, err := s.readKeys(ctx, sub)
	if err != nil {
		return ""
	}
	for _, k := range list.Keys {
		switch {
		case k.Name != name:
		case label != "":
			return ""
		default:
			label = k.Label
		}
	}
	return label
}
