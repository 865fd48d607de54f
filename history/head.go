package history

import (
	"database/sql"
	"time"

	"ortop/internal/credit"
)

// heartbeat is how often a row is written while nothing changes, so that an
// idle account and a dead collector look different in the samples too.
const heartbeat = 3600

const secondsADay = 86400

// dayOf is the UTC day of a second.
func dayOf(at int64) int64 {
	if at < 0 {
		at -= secondsADay - 1
	}
	return at / secondsADay
}

// head is the newest state of one series: all that is needed to add to it.
type head struct {
	id                          int64
	attemptMS, successMS, dueMS sql.NullInt64
	intervalMS                  int64
	readMS                      sql.NullInt64 // the last reading; never before at
	at                          sql.NullInt64 // the last sample row
	usage                       float64
	credits                     *float64
	rows                        int64  // sample rows that are in no block yet,
	crc                         uint32 // and their checksum
	sum                         int64  // of what the series has in credits, segment and gap
	faultKind                   credit.FaultKind
	fault                       string

	// Of other tables, where known is set: when the newest segment began, the
	// credits last known in it, and those known before the second of at.
	known          bool
	segment        int64
	bought, before *float64
	// facts are those tables; nil where they were not read yet.
	facts *facts
}

type row struct {
	at    int64
	usage float64
}

type creditRow struct {
	at      int64
	credits *float64
}

// change is what one reading adds to the tables; nil adds nothing.
type change struct {
	series  Series
	id      int64
	block   *block // one that is full
	sample  *row
	credits *creditRow
	segment *Segment
	gap     *credit.Gap
	topUp   *credit.TopUp // where the head was known
	again   bool          // it replaces a reading of the same second
}

func (c change) any() bool { return c.sample != nil }

// Why a segment begins where nothing else tells, or an import does.
const (
	imported     = "imported"
	firstReading = "first reading"
	usageFell    = "usage fell"
)

// advance takes r in and returns what is to be stored for it.
func (h *head) advance(r Reading, u PollUpdate) change {
	c := change{series: r.Series, id: h.id}
	first := !h.at.Valid
	credits := (*float64)(nil)
	if r.CreditsKnown {
		v := r.CreditsUSD
		credits = &v
	}

	segment := r.NewSegment
	switch {
	case segment != nil:
	case first:
		segment = &Segment{Reason: firstReading}
	case r.UsageUSD < h.usage-slackUSD:
		segment = &Segment{Reason: usageFell}
	default:
		r.UsageUSD = max(r.UsageUSD, h.usage) // sums of the same amounts may differ
	}

	at := r.At.Unix()
	if !first && (at < h.at.Int64 || at == h.at.Int64 && segment != nil) {
		at = h.at.Int64 + 1
	}
	if !first {
		c.gap, c.again = h.gap(at, u), at == h.at.Int64
	}
	h.readMS = sql.NullInt64{Int64: max(r.At.UnixMilli(), at*1000), Valid: true}

	moved := first || !same(credits, h.credits)
	if segment != nil || c.gap != nil || moved || r.UsageUSD != h.usage || at-h.at.Int64 >= heartbeat {
		c.sample = &row{at, r.UsageUSD}
		if moved && (credits != nil || !first) {
			c.credits = &creditRow{at, credits}
		}
		before := h.bought
		if !first && at == h.at.Int64 { // it replaces the reading before
			before = h.before
		}
		if segment != nil {
			s := *segment
			s.At = time.Unix(at, 0).UTC()
			c.segment = &s
			h.known, h.segment, before = true, at, nil
		}
		h.before, h.bought = before, before
		if credits != nil {
			h.bought = credits
			if before != nil && *credits != *before {
				c.topUp = &credit.TopUp{At: time.Unix(at, 0).UTC(), AmountUSD: *credits - *before}
			}
		}
		c.block = h.count(*c.sample)
		h.at, h.usage, h.credits = sql.NullInt64{Int64: at, Valid: true}, r.UsageUSD, credits
	}

	h.attemptMS, h.successMS = millis(r.At), millis(r.At)
	h.intervalMS = pick(u.Interval.Milliseconds(), h.intervalMS)
	h.faultKind, h.fault = "", ""
	return c
}

// growth is what c, which h took in, adds to its series.
func (h *head) growth(c change) credit.Growth {
	g := credit.Growth{ReadAt: fromMillis(h.readMS), Segment: c.segment, Gap: c.gap, TopUp: c.topUp}
	if c.sample != nil {
		g.Sample = &credit.Sample{At: time.Unix(c.sample.at, 0).UTC(), UsageUSD: c.sample.usage, Segment: h.segment}
		if h.credits != nil {
			g.Sample.CreditsUSD, g.Sample.CreditsKnown = *h.credits, true
		}
	}
	return g
}

// gap returns the span since the last reading, if at ends a gap.
func (h *head) gap(at int64, u PollUpdate) *credit.Gap {
	from := h.readMS.Int64 / 1000
	// A longer interval than before has been waited for already.
	interval := max(h.intervalMS, u.Interval.Milliseconds())
	if interval == 0 || (at-from)*1000*2 <= interval*5 {
		return nil
	}
	cause := "not running"
	switch {
	case u.GapCause != "":
		cause = u.GapCause
	case h.faultKind != "":
		cause = string(h.faultKind)
	case h.fault != "":
		cause = h.fault
	}
	return &credit.Gap{Span: credit.Span{From: time.Unix(from, 0).UTC(), To: time.Unix(at, 0).UTC()}, Cause: cause}
}

// count puts s in the checksum of the rows that are in no block yet, and
// returns the block that those before it make, if they do.
func (h *head) count(s row) (full *block) {
	if h.at.Valid && h.at.Int64 == s.at {
		h.rows--
		h.crc -= rowSum(h.at.Int64, h.usage)
	} else if h.rows >= blockRows || h.rows > 0 && dayOf(h.at.Int64) != dayOf(s.at) {
		full = &block{h.at.Int64, h.crc & blockMask}
		h.rows, h.crc = 0, 0
	}
	h.rows++
	h.crc += rowSum(s.at, s.usage)
	return full
}

// update takes in what a poll says of itself.
func (h *head) update(u PollUpdate) {
	if !u.Attempt.IsZero() {
		h.attemptMS = millis(u.Attempt)
	}
	if !u.Success.IsZero() {
		h.successMS = millis(u.Success)
	}
	if !u.Due.IsZero() {
		h.dueMS = millis(u.Due)
	}
	h.intervalMS = pick(u.Interval.Milliseconds(), h.intervalMS)
	h.faultKind, h.fault = u.FaultKind, u.Fault
}

// times are what every reading changes in its head, even where all else stays.
type times struct{ attemptMS, successMS, readMS sql.NullInt64 }

//go:noinline
func (h *head) times() times { return times{h.attemptMS, h.successMS, h.readMS} }

// onlyRead reports whether nothing but the times tells h from was.
func (h *head) onlyRead(was *head) bool {
	return was.readMS.Valid && h.at == was.at && h.usage == was.usage && same(h.credits, was.credits) && h.dueMS == was.dueMS &&
		h.intervalMS == was.intervalMS && h.rows == was.rows && h.crc == was.crc && h.sum == was.sum && h.faultKind == was.faultKind && h.fault == was.fault
}

func (h *head) poll() Poll {
	p := Poll{
		Attempt: fromMillis(h.attemptMS), Success: fromMillis(h.successMS), Due: fromMillis(h.dueMS),
		Interval:  time.Duration(h.intervalMS) * time.Millisecond,
		FaultKind: h.faultKind, Fault: h.fault,
	}
	if h.at.Valid {
		u := h.usage
		p.UsageUSD, p.CreditsUSD = &u, h.credits
	}
	return p
}

//go:noinline
func millis(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: t.UnixMilli(), Valid: true}
}

func fromMillis(ms sql.NullInt64) time.Time {
	if !ms.Valid {
		return time.Time{}
	}
	return time.UnixMilli(ms.Int64).UTC()
}

func pick(v, otherwise int64) int64 {
	if v != 0 {
		return v
	}
	return otherwise
}

func same(a, b *float64) bool {
	return a == nil && b == nil || a != nil && b != nil && *a == *b
}
