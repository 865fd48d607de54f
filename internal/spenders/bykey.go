package spenders

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ortop/history"
	"ortop/internal/credit"
)

// byKey adds a row for each live key: its spend is from its own series, and
// where that does not reach back far enough, from the analytics.
func (s *Service) byKey(ctx context.Context, sub *Subject, b *Breakdown) error {
	r, err := s.freshKeys(ctx, sub, b.From)
	if r.At.IsZero() || !r.At.After(b.From) {
		return err
	}
	if b.To.After(r.At) {
		b.To = r.At.Truncate(time.Second)
	}
	b.seen(r.At)
	b.Partial = r.Truncated
	if r.Truncated {
		b.note(fmt.Sprintf("there may be more keys than these %d: the list did not come whole", len(r.Keys)))
	}
	if r.Unread != "" {
		b.note("not all of the list of keys could be read: " + r.Unread)
	}
	if r.DefaultOnly {
		b.note("the keys of the default workspace alone: the workspaces cannot be listed")
	}
	spends, dbErr := s.keySpends(ctx, sub, &r, b.From.Add(-b.To.Sub(b.From)), b.From, b.To)
	if dbErr != nil {
		return dbErr
	}
	before, own := spends[0], spends[1]
	balance, dbErr := s.balance(ctx, sub)
	if dbErr != nil {
		return dbErr
	}
	use, useErr := s.keyUse(ctx, &r, b.From, b.To)
	if useErr != nil {
		b.note("requests, tokens and BYOK spend of keys are not known: " + oneLine(useErr))
	} else {
		b.seen(use.at)
		if use.truncated {
			b.Partial = true
			b.note(noteTruncated)
		}
	}
	if useErr == nil && slices.Contains(before, nil) {
		earlier, _ := s.keyUse(ctx, &r, b.From.Add(-b.To.Sub(b.From)), b.From)
		for i := range r.Keys {
			if before[i] == nil {
				before[i] = earlier.of(&r.Keys[i]).usd
			}
		}
	}
	if line := r.Guardrails.note(); line != "" {
		b.note(line)
	}
	b.Rows = make([]Row, 0, len(r.Keys))
	guardrails := r.Guardrails.ofKeys()
	for i := range r.Keys { // which are large
		k := &r.Keys[i]
		row := k.row(&r, balance, b.To)
		row.hold(guardrails(k))
		u := use.of(k)
		switch row.SpendUSD = own[i]; {
		case row.SpendUSD != nil:
		case u.usd != nil:
			row.SpendUSD = u.usd
		case b.From.Equal(credit.DayStart(r.At)) && b.To.Equal(r.At.Truncate(time.Second)):
			row.SpendUSD = k.DailyUSD
		}
		row.use(u)
		row.since(before[i])
		b.Rows = append(b.Rows, row)
	}
	if dbErr := s.keyRunways(ctx, sub, b, r.At.Truncate(time.Second)); dbErr != nil {
		return dbErr
	}
	if line := unusedNote(b.Rows); line != "" {
		b.note(line)
	}
	if use != nil && use.shared {
		b.note("keys that share a name cannot be told apart by the analytics: their requests and tokens are not known")
	}
	return err
}

// unusedNote names the keys that nobody uses.
func unusedNote(rows []Row) string {
	var names []string
	for _, r := range rows {
		if r.Unused > 0 {
			names = append(names, cmp.Or(r.Name, "(no name)"))
		}
	}
	n, most := len(names), 3
	if n == 0 {
		return ""
	}
	line := "not used for 90 days or more: " + strings.Join(names[:min(n, most)], ", ")
	if n > most {
		line += fmt.Sprintf(" and %d more", n-most)
	}
	return line
}

// keyUse is the use of keys by the analytics. They call a key by its name, and
// one without a name by what is known of it.
type keyUse struct {
	*attribution
	names  map[string]int
	shared bool // keys that used anything share a name
}

// errNames is that the analytics call keys by other names than the list does.
var errNames = errors.New("the analytics name none of them")

func (s *Service) keyUse(ctx context.Context, r *KeyList, from, to time.Time) (*keyUse, error) {
	a, err := s.analyze(ctx, ByKey, from, to)
	if err != nil {
		return nil, err
	}
	u := &keyUse{attribution: a, names: make(map[string]int, len(r.Keys))}
	matched := len(a.by) == 0
	for _, k := range r.Keys {
		name := u.name(k)
		u.names[name]++
		if a.by[name] != nil {
			matched = true
			u.shared = u.shared || u.names[name] > 1
		}
	}
	if !matched {
		return nil, errNames
	}
	return u, nil
}

// name is what the analytics call a key.
//
//go:noinline
func (u *keyUse) name(k Key) string {
	for _, name := range []string{k.Name, k.Label, k.Hash} {
		if name != "" && u.by[name] != nil {
			return name
		}
	}
	return k.Name
}

// of is what a key used; nothing is known of a nil keyUse.
func (u *keyUse) of(k *Key) usage {
	if u == nil {
		return usage{}
	}
	name := u.name(*k)
	if name == "" || u.names[name] > 1 && u.by[name] != nil {
		return usage{} // its name in the analytics is not known, or is shared
	}
	return u.attribution.of(name)
}

// row is what is known of a key besides its spend.
func (k *Key) row(r *KeyList, balance *credit.Balance, at time.Time) Row {
	row := Row{
		ID: k.Hash, Name: k.Name, Label: k.Label, Workspace: r.workspaceName(k.Workspace),
		Cap: k.Cap, Disabled: k.Disabled, CreatedAt: k.CreatedAt, LastUsed: k.LastUsed,
		Unused: k.unusedFor(r.At), ExternalUser: k.ExternalUser,
	}
	if k.Name == "" {
		row.Name = k.Label
	}
	if k.Cap.LimitUSD != nil {
		row.ResetsAt, _ = k.Cap.Reset.Next(r.At)
		if !row.ResetsAt.IsZero() && !at.Before(row.ResetsAt) {
			row.Cap.RemainingUSD = nil // it was reset since
			row.ResetsAt, _ = k.Cap.Reset.Next(at)
		}
	}
	row.SpendableUSD, row.Binding = credit.Spendable(balance, &credit.Key{Kind: credit.KeyOrdinary, Cap: row.Cap})
	return row
}

// keySpends is what keys spent from each of the bounds to the next by their own series,
// in the order of the list; nil where history does not cover that.
func (s *Service) keySpends(ctx context.Context, sub *Subject, r *KeyList, bounds ...time.Time) ([][]*float64, error) {
	spends, err := sub.DB.Spends(ctx, s.o.Account, s.o.BaseURL, listedPrefix, bounds...)
	if err != nil {
		return nil, err
	}
	known := make([][]*float64, len(bounds)-1)
	for n, from := range bounds[:len(known)] {
		to := bounds[n+1]
		of, all := make([]*float64, len(r.Keys)), make([]float64, len(r.Keys))
		for i := range r.Keys {
			k, usd := &r.Keys[i], &all[i]
			var spend history.Spend
			if spans := spends[listedPrefix+k.Hash]; spans != nil {
				spend = spans[n]
			}
			switch {
			case k.CreatedAt.After(to): // nothing yet
			case !k.CreatedAt.Before(from) && !to.Before(r.At.Truncate(time.Second)):
				*usd = k.UsageUSD // all of it is within the span
			case spend.To.IsZero(), spend.Blurred, to.Sub(spend.To) > KeysEvery+time.Minute,
				spend.From.After(from) && spend.From.After(k.CreatedAt.Add(time.Second)):
				continue
			default:
				*usd = spend.USD
			}
			of[i] = usd
		}
		known[n] = of
	}
	return known, nil
}
