package sim

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"ortop/internal/credit"
)

// DemoKey is the management key that an account accepts if none is named.
const DemoKey = "sk-or-v1-demo000000000000000000000000000000000000000000000000000000demo"

// MemberKey is the ordinary key of a profile that is a member's and has a budget.
const MemberKey = "sk-or-v1-member0000000000000000000000000000000000000000000000000demo"

// KeyOf is the key that the account of a profile is read with.
func KeyOf(name string) string {
	if slices.ContainsFunc(profiles, func(p profile) bool { return p.Name == name && p.member }) {
		return MemberKey
	}
	return DemoKey
}

// Config is what to simulate.
type Config struct {
	// Profile is the way of spending, see Profiles. If empty, it is "solo".
	Profile string
	// Now is the clock. If nil, it is time.Now.
	Now func() time.Time
	// Start is when the account began. If zero, it is 5 weeks before
	// Now. With Trace it is the first point's, whatever it is.
	Start time.Time
	// Seed chooses one of the accounts of a profile. If zero, it is 1.
	Seed uint64
	// Key is the management key that is accepted. If empty, it is DemoKey.
	Key string
	// OrdinaryKey is a second key that is accepted, an ordinary one with a
	// cap. If empty, there is none.
	OrdinaryKey string
	// OrdinaryReadsCredits lets OrdinaryKey read /credits, which the live
	// service does for some keys; if false, it is refused with a 403.
	OrdinaryReadsCredits bool
	// MemberBudgetUSD is, for OrdinaryKey, the weekly budget of its member, which
	// /key gives as the budget that binds; the key has no cap then. With
	// BudgetList it comes in a list. If zero, there is none.
	MemberBudgetUSD float64
	BudgetList      bool
	// FreeUsed is how many of 1,000 requests to free models were made today.
	FreeUsed int64
	// Trace is cumulative spend to replay instead of a profile, oldest first
	// and not falling, up to 9 million dollars.
	Trace []Point
	// CreditsUSD are, with Trace, the credits bought at the start.
	CreditsUSD float64
	// TimeZone is where the account's people sleep. If nil, it is UTC, or
	// where a profile has hours, a zone in which the account is first looked
	// at while it is busy: 15:00 on a working day for solo, during the night's
	// job for batch.
	TimeZone *time.Location
	// Keys, Models and Workspaces are how many the account has. If zero, they
	// are 4, 6 and 2.
	Keys, Models, Workspaces int
	// Members is the size of the organization. If zero, the account is
	// personal and has none.
	Members int
}

// Account is a simulated account. It is safe for concurrent use.
type Account struct {
	cfg     Config
	now     func() time.Time
	profile profile
	start   time.Time

	mu      sync.Mutex
	catalog catalog
	source  *source
	spent   []request // all of them, in order of time
	usage   ledger
	credits ledger
	loose   ledger // spend that is part of no breakdown
	touched bool   // Spend was called
	// declined reports that automatic top-ups fail.
	declined bool
	faults   []activeFault
	log      []Request
}

// New returns an account that has lived from Start to Now. It fails on an
// unknown profile, naming those known, on a Trace that falls or goes back in
// time, and on negative counts.
func New(c Config) (*Account, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Profile == "" {
		c.Profile = profiles[0].Name
	}
	if c.Seed == 0 {
		c.Seed = 1
	}
	if c.Key == "" {
		c.Key = DemoKey
	}
	for _, n := range []struct {
		count *int
		zero  int
		what  string
	}{{&c.Keys, 4, "keys"}, {&c.Models, 6, "models"}, {&c.Workspaces, 2, "workspaces"}, {&c.Members, 0, "members"}} {
		if *n.count < 0 {
			return nil, fmt.Errorf("simulating an account: %d %s", *n.count, n.what)
		}
		if *n.count == 0 {
			*n.count = n.zero
		}
	}
	i := slices.IndexFunc(profiles, func(p profile) bool { return p.Name == c.Profile })
	if i < 0 {
		var names []string
		for _, p := range profiles {
			names = append(names, p.Name)
		}
		return nil, fmt.Errorf("simulating an account: unknown profile %q: known are %s", c.Profile, strings.Join(names, ", "))
	}
	for i := range c.Trace {
		if err := checkPoint(c.Trace, i); err != nil {
			return nil, fmt.Errorf("replaying a trace, point %d: %w", i+1, err)
		}
	}
	if profiles[i].member && c.OrdinaryKey == "" {
		c.OrdinaryKey, c.OrdinaryReadsCredits = MemberKey, true
	}
	a := &Account{cfg: c, now: c.Now, profile: profiles[i]}
	if len(c.Trace) > 0 {
		a.replay()
	} else {
		a.live()
	}
	return a, nil
}

// replay sets the account up to follow the trace.
func (a *Account) replay() {
	c := a.cfg
	a.start = c.Trace[0].At
	a.catalog = newCatalog(&c, a.start, a.now(), max(20, math.Round(c.Trace[len(c.Trace)-1].USD/8)))
	a.profile = profile{}
	a.credits.add(unix(a.start), toNano(c.CreditsUSD))
	a.source = newTraceSource(&c, &a.catalog)
}

// live sets the account up to follow its profile.
func (a *Account) live() {
	c, p, now := a.cfg, a.profile, a.now()
	a.start = c.Start
	if a.start.IsZero() {
		a.start = now.AddDate(0, 0, -35)
	}
	zone := c.TimeZone
	if zone == nil {
		zone = zoneAt(now, p.hour)
	}
	a.catalog = newCatalog(&c, a.start, now, p.capUSD)
	a.source = newProfileSource(c, p, &a.catalog, zone, a.start, now)
	early := a.source.take(now)
	bought := nano(0)
	for _, t := range p.topUps {
		at := now.Add(-time.Duration(t.daysAgo * 24 * float64(time.Hour)))
		if at.After(a.start) {
			a.credits.add(unix(at), toNano(t.usd))
			bought += toNano(t.usd)
		}
	}
	first := toNano(p.firstUSD)
	if p.leftUSD > 0 {
		first = toNano(maxTraceUSD) // enough, until it is known what was needed
	}
	a.credits.add(unix(a.start), first)
	a.spent = make([]request, 0, len(early)*5/4)
	a.usage = make(ledger, 0, len(early)*5/4)
	a.book(early)
	if p.leftUSD > 0 {
		needed := max(toNano(5), toNano(math.Round((a.usage.last()-bought).usd()+p.leftUSD)))
		a.credits.add(unix(a.start), needed-first)
	}
	if p.member && c.MemberBudgetUSD == 0 { // a little of it is left
		a.cfg.MemberBudgetUSD = 5 * math.Ceil((a.memberSpent(now).usd()+4)/5)
	}
	if a.cfg.MemberBudgetUSD != 0 {
		a.catalog.keys[ordinaryIndex(len(a.catalog.keys))].limitUSD = 0
	}
}

// zoneAt returns the zone in which now is the given hour.
func zoneAt(now time.Time, hour float64) *time.Location {
	if hour < 0 {
		return time.UTC
	}
	local := time.Duration(hour * float64(time.Hour))
	offset := local - now.Sub(credit.DayStart(now))
	switch {
	case offset > 12*time.Hour:
		offset -= 24 * time.Hour
	case offset <= -12*time.Hour:
		offset += 24 * time.Hour
	}
	return time.FixedZone("demo", int(offset.Seconds()))
}

// Usage returns what the account had spent at a time, in USD since its
// beginning, 0 before that. The future is not known: it is answered as Now.
// With Trace it is exactly the last point's sum.
func (a *Account) Usage(at time.Time) float64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.usageUSD(earlier(at, a.advance()))
}

func (a *Account) usageUSD(at time.Time) float64 {
	if len(a.cfg.Trace) == 0 || a.touched {
		return a.usage.at(unix(at)).usd()
	}
	// A trace may have more decimals than the books.
	n, _ := slices.BinarySearchFunc(a.cfg.Trace, at, func(p Point, t time.Time) int {
		if p.At.After(t) {
			return 1
		}
		return -1
	})
	if n == 0 {
		return 0
	}
	return a.cfg.Trace[n-1].USD
}

// Credits returns what had been bought at a time, in USD since the account's
// beginning. The future is not known: it is answered as Now.
func (a *Account) Credits(at time.Time) float64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.credits.at(unix(earlier(at, a.advance()))).usd()
}

// Unattributed returns the part of Usage that is in no breakdown.
func (a *Account) Unattributed(at time.Time) float64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.loose.at(unix(earlier(at, a.advance()))).usd()
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// TopUp buys credits now.
func (a *Account) TopUp(usd float64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.credits.add(unix(a.advance()), toNano(usd))
}

// Rotate accepts key in the place of the management key, which is refused from now on.
func (a *Account) Rotate(key string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.cfg.Key = key
}

// Decline has the card declined from now on, or accepted again: while it is, no
// automatic top-up comes.
func (a *Account) Decline(on bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.advance()
	a.declined = on
}

// Refund takes credits back now.
func (a *Account) Refund(usd float64) { a.TopUp(-usd) }

// Spend makes one more request of the first key and model now, at that cost,
// whether or not the balance covers it.
func (a *Account) Spend(usd float64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.touched = true
	a.charge(request{at: unix(a.advance()), cost: toNano(usd)})
}
