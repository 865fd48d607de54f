package share

import (
	"cmp"
	"context"
	"errors"
	"time"

	"ortop/history"
)

// parcel is what is sent of an account at once.
type parcel struct {
	a      *Account
	of     letter
	list   []history.Mail // the entries; none: nothing waits
	stored int            // of the account, when they were read
	more   bool           // others wait
	rev    int64          // at which they were acknowledged; 0: they were not. Below 0: without a lease
	err    error
}

// alone reports whether it takes a statement of its own.
func (p *parcel) alone() bool { return p.of.token == 0 || len(p.list[0].Rows.Whole) > 0 }

// pack reads the oldest entries of accounts. Those of which it is not known yet by whose
// lease they are written are left out.
func (c *Collector) pack(ctx context.Context, accounts []*Account) (list []*parcel, err error) {
	var names [][2]string
	for _, a := range accounts {
		if id, token, _ := a.lease(); id != 0 {
			list = append(list, &parcel{a: a, of: letter{id: id, token: token}, stored: a.storedSoFar()})
			names = append(names, [2]string{a.Name, a.BaseURL})
		}
	}
	entries, err := c.db.Outbox(ctx, names, batch)
	known := list[:0]
	for i, p := range list {
		if err != nil { // those of one account may be damaged
			var own [][]history.Mail
			if own, p.err = c.db.Outbox(ctx, names[i:i+1], batch); p.err == nil && len(own) > 0 {
				p.list = own[0]
			}
		} else if i < len(entries) { // not where the file is shared no more
			p.list = entries[i]
		}
		if len(p.list) == 0 {
			known = append(known, p)
			continue
		}
		if _, _, others := p.a.lease(); p.of.token == 0 && !others && !p.list[0].Again {
			continue
		}
		known = append(known, p)
		if p.err = c.wrapUp(ctx, p); p.err != nil && !answered(p.err) {
			return nil, p.err // and would not for the others
		}
		if p.err == nil && !p.alone() {
			p.of.snapshot = c.snapshotText(p.a)
		}
	}
	return known, nil
}

// wrapUp decides which of its entries a parcel has, and makes one batch of them.
func (c *Collector) wrapUp(ctx context.Context, p *parcel) (err error) {
	if p.of.expect, err = c.lastSent(ctx, p.a); err != nil {
		return err
	}
	n, first := 1, &p.list[0]
	for n < len(p.list) && len(first.Rows.Whole) == 0 && len(p.list[n].Rows.Whole) == 0 && p.list[n].Again == first.Again {
		n++
	}
	p.more = n < len(p.list) || len(p.list) == batch
	p.list = p.list[:n]
	p.of.seq = p.list[n-1].Seq
	if len(first.Rows.Whole) == 0 {
		p.of.wire, err = c.e.merge(p.a, p.of.id, p.list)
	}
	return err
}

// post sends parcels that are ours by our lease, in one statement; where that fails for
// one of them, each by itself.
func (c *Collector) post(list []*parcel) {
	if len(list) == 0 {
		return
	}
	letters := make([]letter, len(list))
	for i, p := range list {
		letters[i] = p.of
	}
	revs, err := c.e.write(byLease, c.mark, c.me(), 0, letters)
	if err != nil && answered(err) && len(list) > 1 {
		for i := range list {
			c.post(list[i : i+1])
		}
		return
	}
	for _, p := range list {
		p.rev, p.err = revs[p.of.id], err
	}
}

// postAlone sends one by itself.
func (c *Collector) postAlone(ctx context.Context, p *parcel) {
	ok, k := false, sentMark{c.mark, p.of.expect, p.of.seq}
	whole := p.list[0].Rows.Whole
	switch {
	case len(whole) > 0:
		p.rev, ok, p.err = c.shipWhole(ctx, p.a, whole, k)
	case p.list[0].Again:
		p.rev, ok, p.err = c.e.again(p.of.id, p.of.wire, k, p.list[len(p.list)-1].At)
	default:
		p.rev, ok, p.err = c.e.late(p.of.id, trueRows(p.of.wire), k)
	}
	if p.of.token == 0 {
		p.rev = -p.rev
	}
	if !ok {
		p.rev = 0
	}
}

// shipWhole sends all rows of series of which some were put before others.
//
//go:noinline
func (c *Collector) shipWhole(ctx context.Context, a *Account, subjects []string, k sentMark) (rev int64, ok bool, err error) {
	id, token, _ := a.lease()
	if token == 0 {
		_, err = c.e.Push(ctx, c.db, a.Name, a.BaseURL)
	} else if err = c.rewrite(ctx, a, subjects); errors.Is(err, errFenced) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	return c.e.late(id, wire{}, k)
}

// sendSome sends the oldest entries of accounts, and returns those of which more wait.
func (c *Collector) sendSome(ctx context.Context, accounts []*Account, refused map[*Account]int) (left []*Account, first error) {
	list, err := c.pack(ctx, accounts)
	if err != nil {
		return nil, err
	}
	var ours, sent []*parcel
	for _, p := range list {
		if len(p.list) > 0 && p.err == nil && !p.alone() {
			ours = append(ours, p)
		}
	}
	c.post(ours)
	var acks []history.Ack
	var silent error
	for _, p := range list {
		switch {
		case len(p.list) == 0 || p.err != nil || !p.alone():
		case silent != nil:
			p.err = silent
		default:
			c.postAlone(ctx, p)
		}
		switch {
		case p.err != nil || len(p.list) == 0:
		case p.rev != 0:
			acks = append(acks, history.Ack{Account: p.a.Name, BaseURL: p.a.BaseURL, Seq: p.of.seq, Rev: p.rev, Tidy: time.Since(p.a.tidied) > time.Minute})
			sent = append(sent, p)
		case refused[p.a] == attempts:
			p.err = errorf("it refuses what the account %s sends", p.a.Name)
		default:
			refused[p.a]++
			if p.err = c.refused(ctx, p.a, p.of.id); p.err == nil {
				left = append(left, p.a)
			}
		}
		switch {
		case p.err == nil && len(p.list) == 0:
			c.settled(p)
		case p.err == nil:
		case answered(p.err):
			p.a.held = true
		default:
			silent = p.err
		}
		if p.err != nil && (first == nil || answered(first) && !answered(p.err)) {
			first = p.err
		}
	}
	if len(sent) == 0 {
		return left, first
	}
	if err := c.db.Sent(ctx, acks); err != nil {
		return left, cmp.Or(first, err)
	}
	for i, p := range sent {
		delete(refused, p.a)
		p.a.last, p.a.asked = p.of.seq, true
		if acks[i].Tidy {
			p.a.tidied = time.Now()
		}
		if p.more {
			left = append(left, p.a)
			continue
		}
		c.settled(p)
	}
	return left, first
}

// settled notes that nothing waited of an account when its entries were read.
func (c *Collector) settled(p *parcel) {
	a := p.a
	a.counted(p.stored, 0)
	a.mu.Lock()
	settled, notify := a.waits == 0, a.sent
	a.mu.Unlock()
	if notify != nil && settled {
		notify()
	}
}
