package spenders

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"ortop/client"
	"ortop/internal/credit"
	"ortop/internal/sorted"
)

// Charge is what a key spent on a model in a UTC day, or in the part of it that was
// asked for.
type Charge struct {
	From, To time.Time
	// Key and Model are what the analytics call them; empty is none.
	Key, Model string
	// KeyID is the key's hash; empty where no key that is listed has the name, or
	// several do. Its workspace is known with it.
	KeyID                      string
	WorkspaceID, WorkspaceName string
	USD                        float64
	Requests, Tokens           *int64 // nil is unknown
}

// Charges are what was spent in a span, by day, key and model.
type Charges struct {
	// Rows are by day, and in a day those that spent most first. They are nil where
	// they are not known; Notes then say why.
	Rows []*Charge
	// Notes are lines for a person: what could not be had, and why.
	Notes []string
}

// Within is what the rows that begin in a span come to.
func (c Charges) Within(s credit.Span) (usd float64) {
	for _, r := range c.Rows {
		if !r.From.Before(s.From) && r.From.Before(s.To) {
			usd += r.USD
		}
	}
	return usd
}

// maxParts is how many queries a span is cut into at most, where one has more rows
// than the API gives at once.
const maxParts = 32

// Charges returns what was spent from one moment to another by day, key and model. A
// part that the API tells no amount of is in no row.
func (s *Service) Charges(ctx context.Context, from, to time.Time) (c Charges) {
	sub := s.o.Subject()
	switch {
	case sub == nil || sub.Key == nil:
		c.Notes = []string{errUnread.Error()}
		return c
	case sub.Key.Kind == credit.KeyOrdinary:
		c.Notes = []string{noteOrdinary}
		return c
	}
	from, to = from.Truncate(time.Second), to.Truncate(time.Second)
	if oldest := credit.DayStart(s.o.Now()).Add(-daysBack); from.Before(oldest) {
		from = oldest
		c.Notes = append(c.Notes, "keys and models are known of the last 364 days alone")
	}
	if !from.Before(to) {
		c.Rows = []*Charge{}
		return c
	}
	parts := maxParts
	rows, whole, err := s.dailyUse(ctx, from, to, &parts)
	if err != nil {
		c.Notes = append(c.Notes, "what was spent by key and model is not known: "+oneLine(err))
		return c
	}
	if !whole {
		c.Notes = append(c.Notes, noteTruncated)
	}
	list, err := s.freshKeys(ctx, sub, time.Time{})
	if err != nil {
		c.Notes = append(c.Notes, "keys have their names alone: they cannot be listed: "+oneLine(err))
	}
	c.Rows = chargesOf(rows, &list, from, to)
	return c
}

// dailyUse fetches the rows of a span by day, key and model, in as many parts as it
// takes; whole is false where some could not be had.
func (s *Service) dailyUse(ctx context.Context, from, to time.Time, parts *int) (rows []client.AnalyticsRow, whole bool, err error) {
	q := client.AnalyticsQuery{
		Metrics:    []string{creditsUsage, requestCount, tokensTotal},
		Dimensions: []string{dimensions[ByKey], dimensions[ByModel]}, Granularity: "day", From: from, To: to, Limit: 10_000,
	}
	*parts--
	a, _, err := cached(ctx, s, "use by key and model by day", from, to, func(ctx context.Context, api API) (client.Analytics, error) {
		a, err := api.Query(ctx, q)
		if errors.Is(err, client.ErrRequest) {
			if a, err = queryKnown(ctx, api, q, err); errors.Is(err, client.ErrRequest) {
				q.Metrics = q.Metrics[:1] // counts do not reach as far back
				a, err = api.Query(ctx, q)
			}
		}
		return a, err
	})
	if err != nil {
		return nil, false, err
	}
	middle := credit.DayStart(from.Add(to.Sub(from) / 2))
	if !middle.After(from) {
		middle = credit.DayStart(from).AddDate(0, 0, 1)
	}
	if !a.Truncated || !middle.Before(to) || *parts < 2 {
		return a.Rows, !a.Truncated && a.Unread == 0, nil
	}
	early, all, err := s.dailyUse(ctx, from, middle, parts)
	if err != nil {
		return nil, false, err
	}
	late, whole, err := s.dailyUse(ctx, middle, to, parts)
	return append(early, late...), all && whole, err
}

// chargesOf are the rows that have an amount: those of one day, key and model as one.
func chargesOf(rows []client.AnalyticsRow, list *KeyList, from, to time.Time) []*Charge {
	keys := list.byNames()
	charges, places := []*Charge{}, map[string]int{}
	for i := range rows {
		r := &rows[i]
		usd := metric(r, 0)
		if r.Start == nil || usd == nil {
			continue
		}
		day := credit.Span{From: credit.DayStart(*r.Start), To: credit.DayStart(*r.Start).AddDate(0, 0, 1)}
		if !day.From.Before(to) || !day.To.After(from) {
			continue
		}
		c := &Charge{From: day.From, To: day.To, Key: dimension(r, 0), Model: dimension(r, 1)}
		if c.From.Before(from) {
			c.From = from
		}
		if c.To.After(to) {
			c.To = to
		}
		id := c.Key + "\n" + c.Model + day.From.Format("\n2006-01-02")
		i, ok := places[id]
		if !ok {
			if k := keys[c.Key]; k != nil {
				c.KeyID, c.WorkspaceID, c.WorkspaceName = k.Hash, k.Workspace, list.workspaceName(k.Workspace)
			}
			i, places[id] = len(charges), len(charges)
			c.Requests, c.Tokens = new(int64), new(int64)
			charges = append(charges, c)
		}
		sum := charges[i]
		sum.USD += *usd
		addCount(&sum.Requests, metric(r, 1))
		addCount(&sum.Tokens, metric(r, 2))
	}
	sorted.By(charges, func(a, b *Charge) int {
		return cmp.Or(a.From.Compare(b.From), cmp.Compare(b.USD, a.USD), strings.Compare(a.Key, b.Key), strings.Compare(a.Model, b.Model))
	})
	return charges
}

// addCount adds to a count: with a part that is not known, it is not known.
func addCount(sum **int64, v *float64) {
	if n := counted(v); n == nil || *sum == nil {
		*sum = nil
	} else {
		**sum += *n
	}
}

// byNames are the keys by what the analytics may call them; nil is a name that
// several have.
func (l *KeyList) byNames() map[string]*Key {
	keys := map[string]*Key{}
	for i := range l.Keys {
		k := &l.Keys[i]
		for _, name := range []string{k.Name, k.Label, k.Hash} {
			if other, taken := keys[name]; name == "" || taken && other == k {
				continue
			} else if taken {
				keys[name] = nil
			} else {
				keys[name] = k
			}
		}
	}
	return keys
}
