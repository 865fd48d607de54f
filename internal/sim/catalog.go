package sim

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"sort"
	"strings"
	"time"

	"ortop/internal/credit"
)

// model is what the account calls, with prices in USD per million tokens.
type model struct {
	slug, permaslug, provider, endpointID string

	promptUSD, completionUSD float64
	reasons                  bool
}

type workspace struct{ id, name, slug string }

type member struct{ id, first, last, email, role string }

// key is an ordinary key of the account, and its books.
type key struct {
	secret, hash, label, name string

	workspace, member int
	created           time.Time
	disabledAt        time.Time // zero: enabled
	expires           time.Time // zero: never
	limitUSD          float64   // 0: no cap
	reset             credit.Reset
	byok              bool // pays one model's provider directly
	capCountsBYOK     bool
	external          string // whom a reseller gave it; empty: nobody

	usage, byokUsage ledger
	// The window of the cap that the last request fell into.
	windowStart, windowEnd int64
}

// catalog holds what the account's requests are attributed to.
type catalog struct {
	keys       []key
	models     []model
	workspaces []workspace
	members    []member // at least the owner
	personal   bool     // no organization

	keyWeights, modelWeights []float64 // running shares, up to 1
}

var knownModels = []model{
	{slug: "anthropic/claude-sonnet-5", provider: "Anthropic", promptUSD: 3, completionUSD: 15, reasons: true},
	{slug: "openai/gpt-5.6", provider: "OpenAI", promptUSD: 1.75, completionUSD: 14, reasons: true},
	{slug: "google/gemini-3-flash", provider: "Google", promptUSD: 0.5, completionUSD: 3, reasons: true},
	{slug: "deepseek/deepseek-v4", provider: "DeepInfra", promptUSD: 0.28, completionUSD: 0.42},
	{slug: "qwen/qwen4-coder", provider: "Together", promptUSD: 0.3, completionUSD: 1.2},
	{slug: "anthropic/claude-haiku-5", provider: "Amazon Bedrock", promptUSD: 1, completionUSD: 5},
	{slug: "mistralai/devstral-3", provider: "Mistral", promptUSD: 0.4, completionUSD: 2},
	{slug: "moonshotai/kimi-k3", provider: "Fireworks", promptUSD: 0.6, completionUSD: 2.5, reasons: true},
	{slug: "x-ai/grok-5-fast", provider: "xAI", promptUSD: 0.2, completionUSD: 0.5},
	{slug: "meta-llama/llama-5-70b", provider: "Groq", promptUSD: 0.59, completionUSD: 0.79},
	{slug: "z-ai/glm-5.2", provider: "Novita", promptUSD: 0.6, completionUSD: 2.2},
	{slug: "minimax/minimax-m3", provider: "Minimax", promptUSD: 0.3, completionUSD: 1.2},
}

var (
	knownKeys       = []string{"laptop", "ci-bot", "batch-nightly", "old-prototype"}
	knownWorkspaces = []string{"Default", "Production", "Research"}
	knownMembers    = []string{"Ada Lovelace", "Grace Hopper", "Edsger Dijkstra", "Barbara Liskov", "Alan Turing"}
)

// newCatalog builds the account's keys and so on. The last of few keys is
// disabled, every fourth has a cap, and every fourth pays a provider directly.
func newCatalog(c *Config, start, now time.Time, capUSD float64) catalog {
	cat := catalog{personal: c.Members == 0}
	for i := range max(1, c.Members) {
		name := pick(knownMembers, i, "Member %d")
		first, last, _ := strings.Cut(name, " ")
		role := "org:member"
		if i == 0 {
			role = "org:admin"
		}
		cat.members = append(cat.members, member{
			id:    "user_" + c.id("member", i)[:26],
			first: first, last: last, role: role,
			email: fmt.Sprintf("member-%d@example.com", i+1),
		})
	}
	for i := range c.Workspaces {
		name := pick(knownWorkspaces, i, "Workspace %d")
		cat.workspaces = append(cat.workspaces, workspace{
			id: c.uuid("workspace", i), name: name, slug: slugOf(name),
		})
	}
	for i := range c.Models {
		m := model{slug: fmt.Sprintf("example/model-%d", i+1), provider: "Example", promptUSD: 1, completionUSD: 4}
		if i < len(knownModels) {
			m = knownModels[i]
		}
		m.permaslug = m.slug + "-20260801"
		m.endpointID = c.uuid("endpoint", i)
		cat.models = append(cat.models, m)
	}
	for i := range c.Keys {
		k := key{
			secret:    "sk-or-v1-" + c.id("key", i),
			name:      pick(knownKeys, i, "key-%03d"),
			workspace: workspaceOf(i, c.Workspaces),
			member:    i % len(cat.members),
			created:   start.Add(time.Duration(i) * time.Microsecond),
			byok:      i%4 == 2,
		}
		switch i % 4 {
		case 1:
			resets := []credit.Reset{credit.ResetWeekly, credit.ResetMonthly, credit.ResetDaily, credit.ResetNever}
			k.limitUSD, k.reset = capUSD, resets[i/4%len(resets)]
			k.capCountsBYOK = i/4%2 == 1
		case 2:
			k.expires = start.AddDate(1, 0, 0).Truncate(time.Second)
		case 3:
			if i < len(knownKeys) {
				k.disabledAt = now.AddDate(0, 0, -3)
			}
		}
		if !cat.personal && i%4 == 2 {
			k.external = fmt.Sprintf("customer-%d", i+1)
		}
		if i == ordinaryIndex(c.Keys) && c.OrdinaryKey != "" {
			k.secret = c.OrdinaryKey
		}
		sum := sha256.Sum256([]byte(k.secret))
		k.hash, k.label = hex.EncodeToString(sum[:]), mask(k.secret)
		cat.keys = append(cat.keys, k)
	}
	cat.keyWeights, cat.modelWeights = weights(c.Keys), weights(c.Models)
	return cat
}

// ordinaryIndex is the place of the key that Config.OrdinaryKey names: the
// first with a cap.
func ordinaryIndex(keys int) int { return min(1, keys-1) }

// workspaceOf puts every other key into the default workspace, the first, and
// spreads the rest.
func workspaceOf(i, workspaces int) int {
	if i%2 == 0 || workspaces == 1 {
		return 0
	}
	return 1 + i/2%(workspaces-1)
}

// mask shows of a key what the service shows of it.
func mask(secret string) string {
	if len(secret) < 24 {
		return "sk-or-v1-..."
	}
	return secret[:12] + "..." + secret[len(secret)-3:]
}

func pick(known []string, i int, format string) string {
	if i < len(known) {
		return known[i]
	}
	return fmt.Sprintf(format, i+1)
}

func slugOf(name string) string {
	return strings.ReplaceAll(strings.ToLower(name), " ", "-")
}

// id returns 64 hex digits that belong to the configuration's i-th thing.
func (c *Config) id(thing string, i int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "ortop sim %d %s %d", c.Seed, thing, i))
	return hex.EncodeToString(sum[:])
}

func (c *Config) uuid(thing string, i int) string {
	h := c.id(thing, i)
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-8" + h[17:20] + "-" + h[20:32]
}

// weights returns running shares that fall as 1/rank.
func weights(n int) []float64 {
	w := make([]float64, n)
	sum := 0.0
	for i := range w {
		sum += 1 / float64(i+1)
		w[i] = sum
	}
	for i := range w {
		w[i] /= sum
	}
	return w
}

func draw(rng *rand.Rand, running []float64) int32 {
	v := rng.Float64()
	if len(running) > 16 {
		return int32(min(sort.SearchFloat64s(running, v), len(running)-1))
	}
	for i, w := range running {
		if v < w {
			return int32(i)
		}
	}
	return int32(len(running) - 1)
}

// tokens returns what a request that cost so much was made of. Reasoning is part
// of completion, and cached of prompt.
func (m model) tokens(cost nano) (prompt, completion, reasoning, cached int64) {
	usd := cost.usd()
	prompt = int64(usd * 0.6 / m.promptUSD * 1e6)
	completion = int64(usd * 0.4 / m.completionUSD * 1e6)
	if m.reasons {
		reasoning = completion * 3 / 10
	}
	return prompt, completion, reasoning, prompt / 2
}
