package sim

import (
	"cmp"
	"net/http"
	"slices"
	"sort"
	"time"

	"ortop/internal/credit"
	"ortop/internal/sorted"
)

const dayFormat = "2006-01-02"

// activityDays is how many completed UTC days /activity covers.
const activityDays = 30

type activityRow struct {
	_ [0]func() // never compared, which would be some program for each type

	Date        string  `json:"date"`
	Model       string  `json:"model"`
	Permaslug   string  `json:"model_permaslug"`
	EndpointID  string  `json:"endpoint_id"`
	Provider    string  `json:"provider_name"`
	Usage       float64 `json:"usage"`
	BYOK        float64 `json:"byok_usage_inference"`
	Requests    int64   `json:"requests"`
	Prompt      int64   `json:"prompt_tokens"`
	Completion  int64   `json:"completion_tokens"`
	Reasoning   int64   `json:"reasoning_tokens"`
	WorkspaceID string  `json:"workspace_id,omitempty"`
}

// sums are what is counted of a group of requests.
type sums struct {
	cost, byok, fees                      nano
	requests                              int64
	prompt, completion, reasoning, cached int64
}

func (s *sums) add(r *request, m *model) {
	s.cost += r.cost
	s.byok += r.byok
	price := r.cost
	if r.byok > 0 {
		s.fees += r.cost
		price = r.byok
	}
	s.requests++
	p, c, re, ca := m.tokens(price)
	s.prompt, s.completion, s.reasoning, s.cached = s.prompt+p, s.completion+c, s.reasoning+re, s.cached+ca
}

// between returns the requests from a time up to, not including, to.
func (a *Account) between(from, to int64) []request {
	i := sort.Search(len(a.spent), func(i int) bool { return a.spent[i].at >= from })
	j := sort.Search(len(a.spent), func(i int) bool { return a.spent[i].at >= to })
	return a.spent[i:max(i, j)]
}

// activity answers /activity: a row per UTC day, model and workspace (if requested
// for), newest day first.
func (a *Account) activity(q query) answer {
	to := credit.DayStart(q.at)
	from := to.AddDate(0, 0, -activityDays)
	if date := q.values.Get("date"); date != "" {
		d, err := time.Parse(dayFormat, date)
		if err != nil {
			return fail(http.StatusBadRequest)
		}
		if d.Before(from) || !d.Before(to) {
			return failWith(http.StatusBadRequest, "Date must be within the last 30 (completed) UTC days")
		}
		from, to = d, d.AddDate(0, 0, 1)
	}
	group := q.values.Get("group_by")
	if group != "" && group != "workspace" {
		return fail(http.StatusBadRequest)
	}
	match, status := a.activityFilter(&q)
	if status != 0 {
		return fail(status)
	}

	type cell struct{ model, workspace int32 }
	rows := []activityRow{}
	for day := to.AddDate(0, 0, -1); !day.Before(from); day = day.AddDate(0, 0, -1) {
		cells := map[cell]*sums{}
		requests := a.between(unix(day), unix(day.AddDate(0, 0, 1)))
		for i := range requests {
			r := &requests[i]
			if r.key == noKey || !match(r.key) {
				continue
			}
			c := cell{model: r.model}
			if group != "" {
				c.workspace = int32(a.catalog.keys[r.key].workspace)
			}
			s := cells[c]
			if s == nil {
				s = new(sums)
				cells[c] = s
			}
			s.add(r, &a.catalog.models[r.model])
		}
		first := len(rows)
		for c, s := range cells {
			m := a.catalog.models[c.model]
			row := activityRow{
				Date: day.Format(dayFormat) + " 00:00:00", Model: m.slug, Permaslug: m.permaslug,
				EndpointID: m.endpointID, Provider: m.provider, Usage: s.cost.usd(), BYOK: s.byok.usd(),
				Requests: s.requests, Prompt: s.prompt, Completion: s.completion, Reasoning: s.reasoning,
			}
			if group != "" {
				row.WorkspaceID = a.catalog.workspaces[c.workspace].id
			}
			rows = append(rows, row)
		}
		sorted.Rows(rows[first:], func(x, y *activityRow) int {
			return cmp.Or(cmp.Compare(x.Model, y.Model), cmp.Compare(x.WorkspaceID, y.WorkspaceID))
		})
	}
	return ok(envelope[[]activityRow]{rows})
}

// activityFilter returns which keys a query is about, or the status that reports
// why it cannot be answered.
func (a *Account) activityFilter(q *query) (match func(key int32) bool, status int) {
	only, in, by := -1, -1, -1
	if hash := q.values.Get("api_key_hash"); hash != "" {
		if only = a.keyIndex(hash); only < 0 {
			return nil, http.StatusNotFound
		}
	}
	if id := q.values.Get("workspace_id"); id != "" {
		if in = a.workspaceIndex(id); in < 0 {
			return nil, http.StatusNotFound
		}
	}
	if id := q.values.Get("user_id"); id != "" {
		if by = slices.IndexFunc(a.catalog.members, func(m member) bool { return m.id == id }); by < 0 {
			return nil, http.StatusNotFound
		}
	}
	return func(i int32) bool {
		k := &a.catalog.keys[i]
		return (only < 0 || int(i) == only) && (in < 0 || k.workspace == in) && (by < 0 || k.member == by)
	}, 0
}
