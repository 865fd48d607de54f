package ledger

// Field is what a value means: the names that files have for it, normalised and
// the preferred one first.
type Field []string

// The fields of requests and of days. A time of day is preferred to a date, and a
// cost to a usage, which may be tokens.
var (
	ID    = Field{"generation_id", "gen_id", "request_id", "id"}
	Time  = Field{"time", "at", "timestamp", "ts", "created_at", "created", "starttime", "start_time", "date", "day"}
	Cost  = Field{"cost_usd", "cost", "usage.cost", "usage", "usage_usd", "usd", "total_cost", "cost_total", "credits_usage", "total_spend", "spend"}
	BYOK  = Field{"is_byok", "usage.is_byok", "byok"}
	Model = Field{"model", "model_permaslug"}
	Key   = Field{"key", "api_key_name", "key_name", "key_hash", "api_key_hash", "key_label"}
)

// creditCost are the names that mean credits. What the Activity page calls spend
// is credits and an estimate of BYOK.
var creditCost = Cost[:len(Cost)-2]

// generationID is what no two requests have in common. A column that is called
// id may be anything's.
var generationID = ID[:3]

// The fields of readings, as ortop history --csv writes them.
var (
	at           = Field{"at"}
	totalUsage   = Field{"total_usage_usd"}
	totalCredits = Field{"total_credits_usd"}
	spend        = Field{"spend_usd"}
)

// known reports whether a column of this name means something here.
func known(name string) bool {
	for _, f := range []Field{ID, Time, Cost, BYOK, Model, Key, totalUsage, totalCredits, spend} {
		for _, n := range f {
			if n == name {
				return true
			}
		}
	}
	return false
}
