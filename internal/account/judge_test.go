package account

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ortop/internal/credit"
)

var t0 = time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)

func usd(v float64) *float64 { return &v }

// trailOf is a series that was read each minute until t0, and used what usage
// says some minutes before.
func trailOf(minutes int, usage func(ago int) float64, credits float64) *credit.Trail {
	t := &credit.Trail{FromReason: AnotherAccount}
	for ago := minutes; ago >= 0; ago-- {
		at := t0.Add(-time.Duration(ago) * time.Minute)
		s := credit.Sample{At: at, UsageUSD: usage(ago), CreditsUSD: credits, CreditsKnown: true, Segment: t0.Add(-time.Duration(minutes) * time.Minute).Unix()}
		g := credit.Growth{ReadAt: at, Sample: &s}
		if ago == minutes {
			g.Segment = &credit.Segment{At: at, Reason: FirstReading}
		}
		t.Add(g)
	}
	return t
}

func bookOf(t *credit.Trail) *Book {
	b := &Book{Account: t}
	b.Poll.Success = t.ReadAt
	return b
}

func TestJudge(t *testing.T) {
	b := bookOf(trailOf(60, func(ago int) float64 { return 36.5 - float64(ago)/60 }, 100))
	management := &credit.Key{Kind: credit.KeyManagement, Creator: "me"}
	acme := credit.Owner{Organization: "o1", Workspace: "w1"}
	keyOf := func(o credit.Owner) *credit.Key {
		return &credit.Key{Kind: credit.KeyManagement, Creator: "me", Owner: o}
	}
	ordinary := &credit.Key{Kind: credit.KeyOrdinary, Usage: credit.Usage{TotalUSD: usd(4)}}
	read := Facts{Key: management, Fingerprint: "fp", ReadBy: "fp", ReadCreator: "me", AgreedAt: t0, Source: FromCredits, KeyAt: t0}
	now := t0.Add(time.Minute)
	fault := func(kind credit.FaultKind) *Fault { return &Fault{Kind: kind, Message: string(kind)} }
	totals := func(credits, usage float64) *credit.Balance {
		return &credit.Balance{CreditsUSD: credits, UsageUSD: usage}
	}
	for _, c := range []struct {
		name    string
		was     Facts
		empty   bool // nothing was read before
		reading Reading
		fault   credit.FaultKind
		source  Source
		rows    string // subject and usage, and why a segment begins
		note    string // part of the balance's note
	}{
		{"it goes on", read, false, Reading{Totals: totals(100, 36.6)}, "", FromCredits, "0 36.60", ""},
		{"the first reading", Facts{}, true, Reading{Key: management, Totals: totals(100, 36.6)}, "", FromCredits, "0 36.60 first reading", ""},
		{"0 of 0 after usage", read, false, Reading{Totals: totals(0, 0)}, credit.FaultMalformed, FromCredits, "", ""},
		{"0 of 0 of an account that used nothing", Facts{Key: management, Fingerprint: "fp"}, true, Reading{Totals: totals(0, 0)}, "", FromCredits, "0 0.00 first reading", ""},
		{"0 of 0 of an ordinary key", Facts{}, true, Reading{Key: ordinary, Totals: totals(0, 0)}, "", FromKey, "1 4.00 first reading", "0 of 0"},
		{"0 of 0 of an unknown key", Facts{}, true, Reading{Totals: totals(0, 0)}, credit.FaultMalformed, "", "", "0 of 0"},
		{"0 of 0 where the key could not be read", Facts{}, true, Reading{KeyFault: fault(credit.FaultServer), Totals: totals(0, 0)}, credit.FaultServer, "", "", "0 of 0"},
		{"credits forbidden to an ordinary key", Facts{}, true, Reading{Key: ordinary, TotalsFault: fault(credit.FaultForbidden)}, "", FromKey, "1 4.00 first reading", "not visible"},
		{"credits forbidden to a management key", read, false, Reading{TotalsFault: fault(credit.FaultForbidden)}, credit.FaultForbidden, FromCredits, "", ""},
		{"credits forbidden to an ordinary key that read them", func() Facts { f := read; f.Key = ordinary; return f }(), false, Reading{Key: ordinary, TotalsFault: fault(credit.FaultForbidden)}, credit.FaultForbidden, FromCredits, "1 4.00 first reading", ""},
		{"credits forbidden to an ordinary key by a proxy", Facts{}, true, Reading{Key: ordinary, TotalsFault: &Fault{Kind: credit.FaultForbidden, NotAPI: true}}, credit.FaultForbidden, "", "1 4.00 first reading", ""},
		{"credits forbidden to a key of unknown kind", Facts{}, true, Reading{KeyFault: fault(credit.FaultServer), TotalsFault: fault(credit.FaultForbidden)}, credit.FaultForbidden, "", "", ""},
		{"0 of 0 of an ordinary key that read more", func() Facts { f := read; f.Key = ordinary; return f }(), false, Reading{Key: ordinary, Totals: totals(0, 0)}, credit.FaultMalformed, FromCredits, "1 4.00 first reading", ""},
		{"payment required", read, false, Reading{TotalsFault: fault(credit.FaultPayment)}, credit.FaultPayment, FromCredits, "", "payment required"},
		{"the server fails", read, false, Reading{TotalsFault: fault(credit.FaultServer)}, credit.FaultServer, FromCredits, "", ""},
		{"credits fail, and the key was read", Facts{Key: ordinary, Fingerprint: "fp"}, false, Reading{Key: ordinary, TotalsFault: fault(credit.FaultServer)}, credit.FaultServer, "", "1 4.00 first reading", ""},
		{"the key is refused", read, false, Reading{KeyFault: fault(credit.FaultUnauthorized), Totals: totals(100, 37)}, credit.FaultUnauthorized, FromCredits, "", ""},
		{"there is no key", read, false, Reading{ConnectFault: fault(credit.FaultUnauthorized)}, credit.FaultUnauthorized, FromCredits, "", ""},
		{"a replica that lags", read, false, Reading{Totals: totals(100, 36)}, "", FromCredits, "0 36.50", ""},
		{"another pair", read, false, Reading{Totals: totals(120, 36)}, credit.FaultServer, FromCredits, "", ""},
		{"usage fell for good", func() Facts { f := read; f.AgreedAt = t0.Add(-lagLimit); return f }(), false, Reading{Totals: totals(100, 36)}, "", FromCredits, "0 36.00 usage fell", ""},
		{"another key of the same account", func() Facts { f := read; f.ReadBy = "other"; return f }(), false, Reading{Totals: totals(100, 36.6)}, "", FromCredits, "0 36.60", ""},
		{"another key of the organization, another member's", func() Facts {
			f := read
			f.ReadBy, f.ReadCreator, f.ReadOwner, f.Key = "other", "you", acme, keyOf(acme)
			return f
		}(), false, Reading{Totals: totals(90, 36.6)}, "", FromCredits, "0 36.60", ""},
		{"another organization's key, though the totals fit", func() Facts {
			f := read
			f.ReadBy, f.ReadOwner, f.Key = "other", acme, keyOf(credit.Owner{Organization: "o2", Workspace: "w9"})
			return f
		}(), false, Reading{Totals: totals(100, 36.6)}, "", FromCredits, "0 36.60 another account", ""},
		{"an organization's key after a personal one", func() Facts {
			f := read
			f.ReadBy, f.ReadOwner, f.Key = "other", credit.Owner{Workspace: "w5"}, keyOf(acme)
			return f
		}(), false, Reading{Totals: totals(100, 36.6)}, "", FromCredits, "0 36.60 another account", ""},
		{"the organization is told later of the same key", func() Facts {
			f := read
			f.ReadOwner, f.Key = credit.Owner{Workspace: "w1"}, keyOf(acme)
			return f
		}(), false, Reading{Totals: totals(100, 36.6)}, "", FromCredits, "0 36.60", ""},
		{"the key turns out to be another organization's", func() Facts {
			f := read
			f.ReadOwner, f.Key = acme, keyOf(credit.Owner{Organization: "o2"})
			return f
		}(), false, Reading{Totals: totals(100, 36.6)}, "", FromCredits, "0 36.60 another account", ""},
		{"a replica lags behind after another key of the organization", func() Facts {
			f := read
			f.ReadBy, f.ReadOwner, f.Key = "other", acme, keyOf(acme)
			return f
		}(), false, Reading{Totals: totals(100, 36.4)}, "", FromCredits, "0 36.50", ""},
		{"another member's key", func() Facts { f := read; f.ReadBy, f.ReadCreator = "other", "you"; return f }(), false, Reading{Totals: totals(100, 36.6)}, "", FromCredits, "0 36.60 another account", ""},
		{"another account's credits", func() Facts { f := read; f.ReadBy = "other"; return f }(), false, Reading{Totals: totals(99, 36.6)}, "", FromCredits, "0 36.60 another account", ""},
		{"a clock days ahead", read, false, Reading{Totals: totals(100, 36.6), Skew: func() *time.Duration { d := -40 * time.Hour; return &d }()}, credit.FaultStorage, FromCredits, "", ""},
		{"a clock an hour ahead", read, false, Reading{Totals: totals(100, 36.6), Skew: func() *time.Duration { d := -time.Hour; return &d }()}, "", FromCredits, "0 36.60", ""},
	} {
		past := b
		if c.empty {
			past = &Book{}
		}
		r := c.reading
		r.At, r.Fingerprint = now, "fp"
		v := Judge(&c.was, r, past)
		var rows []string
		for _, row := range v.Rows {
			rows = append(rows, strings.TrimSpace(fmt.Sprintf("%d %.2f %s", row.Of, row.UsageUSD, row.Segment)))
		}
		kind := credit.FaultKind("")
		if v.Fault != nil {
			kind = v.Fault.Kind
		}
		if kind != c.fault || v.Facts.Source != c.source || strings.Join(rows, ", ") != c.rows || !strings.Contains(v.Facts.BalanceNote, c.note) {
			t.Errorf("%s: fault %q, source %q, rows %q, note %q, want %q, %q, %q, %q", c.name, kind, v.Facts.Source, rows, v.Facts.BalanceNote, c.fault, c.source, c.rows, c.note)
		}
	}
}

// Of an answer that is held back for a lag, neither total is taken, and what stands is
// no newer for it.
func TestJudgeHoldsThePair(t *testing.T) {
	b := bookOf(trailOf(60, func(ago int) float64 { return 36.5 - float64(ago)/60 }, 100))
	was := Facts{Key: &credit.Key{Kind: credit.KeyManagement}, Fingerprint: "fp", ReadBy: "fp", AgreedAt: t0, Source: FromCredits, KeyAt: t0}
	v := Judge(&was, Reading{At: t0.Add(time.Minute), Fingerprint: "fp", Totals: &credit.Balance{CreditsUSD: 60.75, UsageUSD: 36}}, b)
	if len(v.Rows) != 0 || v.Fault == nil || !strings.Contains(v.Fault.Message, "$36.00 of $60.75") {
		t.Errorf("rows %+v, fault %+v, want neither total taken", v.Rows, v.Fault)
	}
}

// A key's own series, and that of its cap, hold through a lag of one replica.
func TestJudgeOfAKey(t *testing.T) {
	limit := 100.0
	key := func(used, byok float64) *credit.Key {
		return &credit.Key{Kind: credit.KeyOrdinary, Usage: credit.Usage{TotalUSD: &used}, BYOK: credit.Usage{TotalUSD: &byok},
			Cap: credit.Cap{LimitUSD: &limit, IncludesBYOK: true}}
	}
	b := &Book{Key: trailOf(1, func(int) float64 { return 4 }, 0), Cap: trailOf(1, func(int) float64 { return 10 }, 0)}
	hidden := &Fault{Kind: credit.FaultForbidden}
	for _, c := range []struct {
		name       string
		agreed     time.Duration // ago
		used, byok float64
		key, cap   Row
		agrees     bool
	}{
		{"more", time.Minute, 5, 7, Row{Of: OfKey, UsageUSD: 5}, Row{Of: OfCap, UsageUSD: 12}, true},
		{"a lag", time.Minute, 3, 5, Row{Of: OfKey, UsageUSD: 4}, Row{Of: OfCap, UsageUSD: 10}, false},
		{"less for good", time.Hour, 3, 5, Row{Of: OfKey, UsageUSD: 3, Segment: UsageFell}, Row{Of: OfCap, UsageUSD: 8, Segment: UsageFell}, true},
		{"BYOK alone fell", time.Minute, 5, 1, Row{Of: OfKey, UsageUSD: 5}, Row{Of: OfCap, UsageUSD: 6, Segment: UsageFell}, true},
	} {
		was := Facts{Fingerprint: "fp", KeyAgreedAt: t0.Add(-c.agreed)}
		v := Judge(&was, Reading{At: t0, Fingerprint: "fp", Key: key(c.used, c.byok), TotalsFault: hidden}, b)
		if len(v.Rows) != 2 || v.Rows[0] != c.key || v.Rows[1] != c.cap || v.Facts.KeyAgreedAt.Equal(t0) != c.agrees {
			t.Errorf("%s: rows %+v, agreed at %v, want %+v and %+v", c.name, v.Rows, v.Facts.KeyAgreedAt, c.key, c.cap)
		}
	}
	without := key(5, 7)
	without.Cap.IncludesBYOK = false
	if v := Judge(&Facts{}, Reading{At: t0, Key: without, TotalsFault: hidden}, &Book{}); len(v.Rows) != 1 {
		t.Errorf("rows %+v, want no series of a cap that counts credits alone", v.Rows)
	}
}

func TestFactsWant(t *testing.T) {
	f := Facts{Key: &credit.Key{Kind: credit.KeyManagement}, Fingerprint: "fp", KeyAt: t0, RefusedAt: t0}
	ordinary := f
	ordinary.Key = &credit.Key{Kind: credit.KeyOrdinary}
	reader := ordinary
	reader.ReadBy = "fp"
	for _, c := range []struct {
		name        string
		f           Facts
		now         time.Time
		fingerprint string
		key, totals bool
	}{
		{"a management key's are known", f, t0.Add(time.Minute), "fp", false, true},
		{"an ordinary key was refused", ordinary, t0.Add(time.Minute), "fp", true, false},
		{"an ordinary key that read it was refused", reader, t0.Add(time.Minute), "fp", true, true},
		{"an ordinary key, an hour on", ordinary, t0.Add(rarely), "fp", true, true},
		{"an ordinary key, and a clock that was set back", ordinary, t0.Add(-time.Minute), "fp", true, true},
		{"an hour on", f, t0.Add(rarely), "fp", true, true},
		{"a clock that was set back", f, t0.Add(-time.Minute), "fp", true, true},
		{"another key", f, t0.Add(time.Minute), "other", true, true},
		{"an ordinary key", Facts{Key: &credit.Key{Kind: credit.KeyOrdinary}, Fingerprint: "fp", KeyAt: t0}, t0.Add(time.Minute), "fp", true, true},
		{"nothing", Facts{}, t0, "fp", true, true},
	} {
		if key, totals := c.f.WantsKey(c.now, c.fingerprint), c.f.WantsTotals(c.now, c.fingerprint); key != c.key || totals != c.totals {
			t.Errorf("%s: key %v, totals %v, want %v, %v", c.name, key, totals, c.key, c.totals)
		}
	}
}
