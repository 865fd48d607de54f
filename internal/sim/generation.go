package sim

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// generationLag is how long a request's record is not there yet.
const generationLag = time.Second

// Generation is one paid request, as whoever made it can know it.
type Generation struct {
	ID      string // "gen-…", by which /generation finds it
	At      time.Time
	CostUSD float64 // what the credits lost
	Model   string
	Key     string // its name, or empty for spend that has no key
}

// Generations returns the requests from a moment up to, not including, to,
// oldest first.
func (a *Account) Generations(from, to time.Time) []Generation {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.advance()
	requests := a.between(unix(from), unix(to))
	list := make([]Generation, len(requests))
	for i, r := range requests {
		list[i] = Generation{
			ID: a.generationID(r), At: fromUnix(r.at), CostUSD: r.cost.usd(), Model: a.catalog.models[r.model].slug,
		}
		if r.key != noKey {
			list[i].Key = a.catalog.keys[r.key].name
		}
	}
	return list
}

// generationID holds the second of the request, as the service's own do.
func (a *Account) generationID(r request) string {
	b := binary.BigEndian.AppendUint64(nil, a.cfg.Seed)
	b = binary.BigEndian.AppendUint64(b, uint64(r.at))
	b = binary.BigEndian.AppendUint64(b, uint64(r.cost))
	sum := sha256.Sum256(b)
	return "gen-" + strconv.FormatInt(r.at/int64(time.Second), 10) + "-" + hex.EncodeToString(sum[:10])
}

type generation struct {
	_ [0]func() // never compared, which would be some program for each type

	ID               string   `json:"id"`
	UpstreamID       *string  `json:"upstream_id"`
	APIType          string   `json:"api_type"`
	Model            string   `json:"model"`
	Provider         string   `json:"provider_name"`
	CreatedAt        string   `json:"created_at"`
	TotalCost        float64  `json:"total_cost"`
	Usage            float64  `json:"usage"`
	CacheDiscount    *float64 `json:"cache_discount"`
	UpstreamCost     *float64 `json:"upstream_inference_cost"`
	BYOK             bool     `json:"is_byok"`
	Prompt           int64    `json:"tokens_prompt"`
	Completion       int64    `json:"tokens_completion"`
	NativePrompt     int64    `json:"native_tokens_prompt"`
	NativeCompletion int64    `json:"native_tokens_completion"`
	NativeReasoning  int64    `json:"native_tokens_reasoning"`
	NativeCached     int64    `json:"native_tokens_cached"`
	FinishReason     string   `json:"finish_reason"`
	Streamed         bool     `json:"streamed"`
	Cancelled        bool     `json:"cancelled"`
	WorkspaceID      *string  `json:"workspace_id"`
}

// oneGeneration answers /generation.
func (a *Account) oneGeneration(q query) answer {
	id := q.values.Get("id")
	if id == "" {
		return fail(http.StatusBadRequest)
	}
	second, _, _ := strings.Cut(strings.TrimPrefix(id, "gen-"), "-")
	n, err := strconv.ParseInt(second, 10, 64)
	if err != nil {
		return fail(http.StatusNotFound)
	}
	from := time.Unix(n, 0)
	requests := a.between(unix(from), unix(from.Add(time.Second)))
	for _, r := range requests {
		if a.generationID(r) == id && r.at <= unix(q.at.Add(-generationLag)) {
			return ok(envelope[generation]{a.generation(r)})
		}
	}
	return fail(http.StatusNotFound)
}

func (a *Account) generation(r request) generation {
	var s sums
	m := &a.catalog.models[r.model]
	s.add(&r, m)
	g := generation{
		ID: a.generationID(r), APIType: "completions", Model: m.slug, Provider: m.provider,
		CreatedAt: fromUnix(r.at).Format("2006-01-02T15:04:05.000000+00:00"), TotalCost: r.cost.usd(), Usage: r.cost.usd(),
		BYOK: r.byok > 0, Prompt: s.prompt, Completion: s.completion, NativePrompt: s.prompt,
		NativeCompletion: s.completion, NativeReasoning: s.reasoning, NativeCached: s.cached,
		FinishReason: "stop", Streamed: true,
	}
	if r.byok > 0 {
		upstream := r.byok.usd()
		g.UpstreamCost = &upstream
	}
	if r.key != noKey {
		g.WorkspaceID = &a.catalog.workspaces[a.catalog.keys[r.key].workspace].id
	}
	return g
}
