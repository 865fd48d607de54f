package spenders

import (
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
)

// By is what spend is broken down by.
type By string

// The ways to break spend down.
const (
	ByKey       By = "key"
	ByModel     By = "model"
	ByProvider  By = "provider"
	ByWorkspace By = "workspace"
	ByMember    By = "member"
)

// Bys are all ways to break spend down, in the order in which to offer them.
var Bys = []By{ByKey, ByModel, ByProvider, ByWorkspace, ByMember}

// Query says which spend is broken down, and by what.
type Query struct {
	By       By
	From, To time.Time
	// Trend is into how many parts the spend of each row is cut; 0: none.
	Trend int
}

// Breakdown says who spent what.
type Breakdown struct {
	Account string
	By      By
	// From and To are the span, which is the query's except where only whole days
	// are known. The rows may be older than To: see ReadAt.
	From, To time.Time
	// Rows are by spend, largest first, and unknown spend last. They are nil
	// where they are not known; Notes then give the reason.
	Rows []Row
	// Others are the rows that were left out of Rows, as one; nil: none were.
	Others      *Row
	OthersCount int
	// Selected reports that Rows were chosen, and TotalUSD is theirs.
	Selected bool
	// TotalUSD is what the account spent; nil where history does not cover
	// the span.
	TotalUSD *float64
	// TotalWhy is why TotalUSD is not known; empty where it is.
	TotalWhy string
	// UnattributedUSD is the part of TotalUSD that is in no row: deleted keys,
	// the web chat, or what is still on its way. It is below 0 where rows
	// have more than the total, and nil where that or any row is not known.
	UnattributedUSD *float64
	// BYOKUSD was paid to providers directly by what is in Rows, and is in no
	// other sum; nil is unknown.
	BYOKUSD *float64
	// Trend is what the account spent in each of the parts that the query asked
	// for, NaN where that is not known; nil: of none.
	Trend []float64
	// ReadAt is when the oldest of these numbers was true.
	ReadAt time.Time
	// Partial reports that rows are missing, so that their sums are too low.
	Partial bool
	// Notes are lines for a person: what could not be had, and why.
	Notes []string

	days bool // of whole days
}

// Row is what one of those who spend did. A pointer is nil where the
// value is not known.
type Row struct {
	// ID is unique among the rows: a key's hash, a model's slug, the ID of a
	// workspace or member, and else the name. Name is for people.
	ID, Name string
	SpendUSD *float64
	// Trend is SpendUSD in parts, as that of the breakdown is.
	Trend []float64
	// Share is the row's part of all that was spent, 0 to 1.
	Share    *float64
	Requests *int64
	Tokens   *int64
	// USDPerMtok is spend per million tokens of all kinds.
	USDPerMtok *float64
	// ChangeRatio is how far spend is above (0.61) or below (-0.2) that of the
	// same span before. New reports that there was none before.
	ChangeRatio *float64
	New         bool
	// BYOKUSD was paid to a provider directly, and is not in SpendUSD.
	BYOKUSD *float64
	// Cap is the key's cap, or the workspace's budget that is nearest to its
	// end; Cap.LimitUSD is nil where there is none. ResetsAt is its next reset;
	// zero is never.
	Cap      credit.Cap
	ResetsAt time.Time
	// Guardrails are the budgets of guardrails that hold the key or the member, beside
	// the cap; nil is not known, empty is none.
	Guardrails []GuardrailBudget
	// SpendableUSD is what the key may still spend, and Binding names what
	// bounds it: its cap, or the account's balance.
	SpendableUSD *float64
	Binding      credit.Binding
	// Runway is when a key's cap or a workspace's budget is spent, if it goes on as
	// before; nil but for those that are spent first.
	Runway *forecast.Forecast
	// SpentChance is how likely that is before it resets; nil: not known, or it
	// never does.
	SpentChance *float64
	// Label is a key's masked form, Workspace the name of where it belongs.
	Label, Workspace string
	Disabled         bool
	// CreatedAt and LastUsed are zero where they are not known.
	CreatedAt, LastUsed time.Time
	// Unused is how long a key that works has not been used, where that is 90 days
	// or more; else 0.
	Unused time.Duration
	// ExternalUser is whom a reseller gave the key, or empty.
	ExternalUser string
}
