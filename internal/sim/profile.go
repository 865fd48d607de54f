package sim

import (
	"math"
	"math/rand/v2"
	"time"
)

// Profile is a way of spending that a simulated account can have.
type Profile struct {
	Name    string
	Summary string // one line
}

// profile is how an account spends and pays.
type profile struct {
	Profile
	// hour is the local hour at which the account is first looked at, where
	// no time zone was given; negative: the zone is UTC.
	hour float64
	// plan returns a day's sessions.
	plan func(day) []session
	// leftUSD is about what is left when the account is first looked at. The
	// first purchase is chosen to make it so. Zero: firstUSD is that purchase.
	leftUSD, firstUSD float64
	topUps            []topUp
	// A balance under thresholdUSD is refilled by refillUSD, if that is set.
	thresholdUSD, refillUSD float64
	capUSD                  float64 // of the keys that have one
	// member is that the account is read with an ordinary key, whose member has a
	// budget.
	member bool
}

// topUp is a purchase some days before the account is first looked at.
type topUp struct{ daysAgo, usd float64 }

// day is what a plan may know of a day.
type day struct {
	start   time.Time // midnight, in the account's zone
	weekday time.Weekday
	// ago is the days from this midnight to when the account is first looked
	// at: negative after that.
	ago float64
	// first is when the account is first looked at, in hours of this day; it
	// is negative if that is another day, or if the zone was given.
	first float64
	rng   *rand.Rand
	keys  []float64
	model []float64
}

// session is a span of spending; its hours are local, from 0 to 24.
type session struct {
	from, to   float64
	usdPerHour float64
	gap        time.Duration // between requests, on average
	// Most requests are of one key and model; with mixed each has its own.
	key, model int32
	mixed      bool
}

var profiles = []profile{
	{
		Profile: Profile{"solo", "a developer with coding agents: working hours, some evenings, quiet weekends"},
		hour:    15, plan: soloDay, leftUSD: 90, topUps: []topUp{{8, 25}, {2, 50}}, capUSD: 20,
	},
	{
		Profile: Profile{"batch", "quiet by day, a heavy job every night"},
		hour:    1.6, plan: batchDay, leftUSD: 110, topUps: []topUp{{4, 60}, {11, 100}, {18, 100}}, capUSD: 60,
	},
	{
		Profile: Profile{"steady", "a service that runs day and night, busier by day"},
		hour:    -1, plan: steadyDay(0.9, 0.35), leftUSD: 140, topUps: []topUp{{6, 150}, {16, 200}}, capUSD: 60,
	},
	{
		Profile: Profile{"nearly-empty", "about two dollars left and a steady burn: it runs out within hours"},
		hour:    -1, plan: steadyDay(0.35, 0.1), leftUSD: 2, topUps: []topUp{{4, 20}, {9, 25}}, capUSD: 20,
	},
	{
		Profile: Profile{"idle", "money left, and no spend for days"},
		hour:    -1, plan: idleDay, leftUSD: 18, topUps: []topUp{{20, 10}}, capUSD: 10,
	},
	{
		Profile: Profile{"auto-top-up", "refilled by $25 whenever the balance falls under $10"},
		hour:    -1, plan: steadyDay(0.3, 0.6), firstUSD: 25, thresholdUSD: 10, refillUSD: 25, capUSD: 20,
	},
	{
		Profile: Profile{"budget", "a member's key, whose weekly budget ends before the account's balance"},
		hour:    -1, plan: steadyDay(0.5, 0.35), leftUSD: 160, topUps: []topUp{{6, 100}, {16, 100}}, capUSD: 60, member: true,
	},
}

// Profiles lists the known profiles, the default first.
//
//go:noinline
func Profiles() []Profile {
	var list []Profile
	for _, p := range profiles {
		list = append(list, p.Profile)
	}
	return list
}

// soloDay has agent runs of minutes with pauses between them, over a trickle
// of small requests from the editor. The account was tried out for weeks, in
// fewer and smaller runs, and became a daily tool a few days ago.
func soloDay(d day) []session {
	adopted := max(0.05, min(1, math.Exp(-(d.ago-4)/2.5)))
	often, size := math.Sqrt(adopted), math.Sqrt(adopted)*d.around(1, 0.25)
	var sessions []session
	runs := func(from, to, usdPerHour, often float64) {
		for t := from + d.rng.Float64()/2; t < to; {
			length := d.between(8, 32) / 60
			if d.rng.Float64() < often {
				sessions = append(sessions, d.session(t, t+length, size*d.around(usdPerHour, 0.5), 14*time.Second))
			}
			t += length + d.between(3, 22)/60
		}
	}
	if d.first >= 0 {
		// Whoever looks for the first time looks at a run that has just begun.
		sessions = append(sessions, d.session(d.first-0.2, d.first+0.6, 2.2, 12*time.Second))
	}
	if weekend := d.weekday == time.Saturday || d.weekday == time.Sunday; weekend && d.first < 0 {
		if d.rng.Float64() < 0.6 {
			from := d.between(10, 19)
			runs(from, from+d.between(0.5, 3), 1.5, often)
		}
		return sessions
	}
	if d.rng.Float64() < often {
		sessions = append(sessions, d.session(9.2, 18.4, 0.18*size, 40*time.Second))
	}
	runs(9.2, 12.4, 1.7, often)
	runs(13.2, 18.2, 1.7, often)
	if d.rng.Float64() < 0.45 {
		runs(20.2, 23, 1.5, often)
	}
	return sessions
}

func batchDay(d day) []session {
	sessions := []session{d.session(0, 24, 0.05, 6*time.Minute)}
	if d.first < 0 && d.rng.Float64() < 0.06 {
		return sessions // a job that did not start
	}
	from, length, usdPerHour := 1+d.rng.Float64()/6, d.between(2, 3.2), d.around(8, 0.2)
	if d.weekday == time.Sunday {
		usdPerHour *= 1.8
	}
	job := d.session(from, from+length, usdPerHour, 6*time.Second)
	job.key, job.model = min(2, int32(len(d.keys)-1)), min(3, int32(len(d.model)-1))
	return append(sessions, job)
}

// steadyDay returns a plan around an hourly rate that swings by a share of it,
// highest at 14:00.
func steadyDay(usdPerHour, swing float64) func(day) []session {
	return func(d day) []session {
		var sessions []session
		for h := range 24 {
			wave := 1 + swing*math.Cos(float64(h-14)/24*2*math.Pi)
			s := d.session(float64(h), float64(h+1), usdPerHour*wave*d.around(1, 0.12), 40*time.Second)
			s.mixed = true
			sessions = append(sessions, s)
		}
		return sessions
	}
}

func idleDay(d day) []session {
	if d.ago < 5 {
		return nil
	}
	from := d.between(9, 16)
	return []session{d.session(from, from+d.between(0.5, 4), 0.6, 20*time.Second)}
}

func (d *day) session(from, to, usdPerHour float64, gap time.Duration) session {
	return session{
		from: max(0, from), to: min(24, to), usdPerHour: usdPerHour, gap: gap,
		key: draw(d.rng, d.keys), model: draw(d.rng, d.model),
	}
}

func (d *day) between(lo, hi float64) float64 { return lo + (hi-lo)*d.rng.Float64() }

// around returns a log-normal value whose mean is the one given.
func (d *day) around(mean, sigma float64) float64 { return mean * noise(d.rng, sigma) }

func noise(rng *rand.Rand, sigma float64) float64 {
	return math.Exp(sigma*rng.NormFloat64() - sigma*sigma/2)
}
