package spenders

import "context"

// byUse breaks spend down by what the analytics know it by.
func (s *Service) byUse(ctx context.Context, sub *Subject, b *Breakdown) {
	used, err := s.attribute(ctx, b.By, b.From, b.To)
	if err != nil {
		b.note("what was spent by " + string(b.By) + " is not known: " + oneLine(err))
		return
	}
	b.From, b.To, b.Partial, b.days = used.from, used.to, used.truncated, used.days
	b.seen(used.at)
	if used.days {
		b.note("in whole UTC days, without today: the analytics do not answer")
	}
	if used.truncated {
		b.note(noteTruncated)
	}
	before, err := s.attribute(ctx, b.By, b.From.Add(-b.To.Sub(b.From)), b.From)
	if err != nil || before.days != used.days {
		before = nil
	}
	b.Rows = []Row{}
	add := func(id, name string) *Row {
		u := used.of(name)
		r := Row{ID: id, Name: name, SpendUSD: u.usd}
		r.use(u)
		if before != nil {
			r.since(before.of(name).usd)
		}
		b.Rows = append(b.Rows, r)
		return &b.Rows[len(b.Rows)-1]
	}
	named := map[string]bool{}
	switch b.By {
	case ByWorkspace:
		s.byWorkspace(ctx, sub, b, named, add)
	case ByMember:
		names := s.memberNames(ctx)
		if len(names) == 0 {
			break // a person's account, or one whose members may not be seen
		}
		guardrails, line := s.guardrailsOfMembers(ctx, sub)
		if line != "" {
			b.note(line)
		}
		for name, id := range names {
			switch {
			case used.by[name] == nil:
			case id == "":
				b.note("members that share a name share a row: the analytics cannot tell them apart")
			default:
				named[name] = true
				add(id, name).hold(guardrails(id))
			}
		}
	}
	for name := range used.by {
		if !named[name] {
			add(name, name)
		}
	}
}
