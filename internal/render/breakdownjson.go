package render

import (
	"encoding/csv"
	"strconv"
	"strings"
	"time"

	"ortop/internal/spenders"
)

// BreakdownObject is what breakdown --json prints. Every key is always there; null is unknown.
type BreakdownObject struct {
	Schema       int                `json:"schema"`
	Account      string             `json:"account"`
	By           string             `json:"by"`
	From         string             `json:"from"`
	To           string             `json:"to"`
	Total        *float64           `json:"total_usd"`
	TotalWhy     *string            `json:"total_why"` // why the total is null
	Unattributed *float64           `json:"unattributed_usd"`
	ReadAt       *string            `json:"read_at"` // of the oldest row
	Rows         []breakdownRowJSON `json:"rows"`
	// Rest are the rows that were left out; null: none were.
	Rest *breakdownRestJSON `json:"rest"`
}

type breakdownRestJSON struct {
	Count int      `json:"count"`
	Spend *float64 `json:"spend_usd"`
	Share *float64 `json:"share"`
}

type breakdownRowJSON struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Spend       *float64 `json:"spend_usd"`
	Share       *float64 `json:"share"`
	Requests    *int64   `json:"requests"`
	Tokens      *int64   `json:"tokens"`
	PerMtok     *float64 `json:"usd_per_mtok"`
	ChangeRatio *float64 `json:"change_ratio"`
	Limit       *float64 `json:"limit_usd"`
	Remaining   *float64 `json:"remaining_usd"`
	ResetsAt    *string  `json:"resets_at"`
	// SpentChance is how likely the limit is spent before it resets.
	SpentChance *float64 `json:"spent_chance"`
	// LastUsed and ExternalUser are of keys.
	LastUsed     *string `json:"last_used_at"`
	ExternalUser *string `json:"external_user"`
	// Guardrails are of keys and members; what was spent of them is not known.
	Guardrails []guardrailBudgetJSON `json:"guardrail_budgets"`
}

type guardrailBudgetJSON struct {
	ID       string  `json:"guardrail_id"`
	Name     string  `json:"name"`
	Limit    float64 `json:"limit_usd"`
	Reset    *string `json:"reset_interval"`
	ResetsAt *string `json:"resets_at"`
}

// Breakdown is b as scripts see it.
func Breakdown(b *spenders.Breakdown) BreakdownObject {
	o := BreakdownObject{
		Schema: 1, Account: b.Account, By: string(b.By), From: *Timestamp(b.From), To: *Timestamp(b.To),
		Total: b.TotalUSD, TotalWhy: Word(b.TotalWhy), Unattributed: b.UnattributedUSD, Rows: []breakdownRowJSON{},
	}
	if r := b.Others; r != nil {
		o.Rest = &breakdownRestJSON{b.OthersCount, r.SpendUSD, r.Share}
	}
	if !b.ReadAt.IsZero() {
		o.ReadAt = Timestamp(b.ReadAt)
	}
	for _, r := range b.Rows {
		row := breakdownRowJSON{
			ID: r.ID, Name: r.Name, Spend: r.SpendUSD, Share: r.Share, Requests: r.Requests, Tokens: r.Tokens,
			PerMtok: r.USDPerMtok, ChangeRatio: r.ChangeRatio, Limit: r.Cap.LimitUSD, Remaining: r.Cap.RemainingUSD, SpentChance: r.SpentChance,
		}
		row.LastUsed, row.ExternalUser = TimestampOrNull(r.LastUsed), Word(r.ExternalUser)
		row.Guardrails = guardrailBudgets(&r, b.To)
		if r.Cap.LimitUSD != nil && !r.ResetsAt.IsZero() {
			row.ResetsAt = Timestamp(r.ResetsAt)
		}
		o.Rows = append(o.Rows, row)
	}
	return o
}

// guardrailBudgets are those of a row, which start again after a time; nil: they are
// not known.
func guardrailBudgets(r *spenders.Row, now time.Time) []guardrailBudgetJSON {
	if r.Guardrails == nil {
		return nil
	}
	list := []guardrailBudgetJSON{}
	for _, x := range r.Guardrails {
		resets, _ := x.Reset.Next(now)
		list = append(list, guardrailBudgetJSON{x.ID, x.Name, x.LimitUSD, Word(string(x.Reset)), TimestampOrNull(resets)})
	}
	return list
}

// BreakdownCSV is the rows alone: what they spent and may spend, and when they were
// read; empty is unknown.
func BreakdownCSV(b *spenders.Breakdown, d Dialect) string {
	var out strings.Builder
	out.WriteString(d.head("id", "name", "spend_usd", "share", "requests", "tokens", "usd_per_mtok", "change_ratio", "limit_usd", "remaining_usd",
		"resets_at", "read_at", "last_used_at", "external_user", "guardrail_budgets", "spent_chance"))
	w := csv.NewWriter(&out)
	w.Comma, w.UseCRLF = rune(d.separator()), d.Sheet
	count := func(v *int64) string {
		if v == nil {
			return ""
		}
		return strconv.FormatInt(*v, 10)
	}
	read := d.moment(TimestampOrNull(b.ReadAt))
	for i, r := range Breakdown(b).Rows {
		w.Write([]string{
			CSVCell(r.ID), CSVCell(r.Name), d.usd(r.Spend), d.figure(r.Share), count(r.Requests), count(r.Tokens), d.usd(r.PerMtok), d.figure(r.ChangeRatio),
			d.usd(r.Limit), d.usd(r.Remaining), d.moment(r.ResetsAt), read, d.moment(r.LastUsed), CSVCell(orEmpty(r.ExternalUser)), CSVCell(guardrailsText(&b.Rows[i])), d.figure(r.SpentChance),
		})
	}
	if o := b.Others; o != nil {
		w.Write([]string{"", othersName(b), d.usd(o.SpendUSD), d.figure(o.Share), "", "", "", "", "", "", "", read, "", "", "", ""})
		if rest := b.UnattributedUSD; rest != nil && *rest != 0 && !b.Selected { // so that the rows add up to the account's spend
			w.Write([]string{"", "not attributed", d.usd(rest), "", "", "", "", "", "", "", "", read, "", "", "", ""})
		}
	}
	w.Flush() // a Builder takes everything
	return strings.TrimSuffix(strings.TrimSuffix(out.String(), "\n"), "\r")
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
