package session

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"ortop/internal/cmd/cli"
	"ortop/internal/credit"
	"ortop/internal/metrics"
	"ortop/internal/render"
	"ortop/internal/share"
	"ortop/internal/text"
)

// Team is what viewers of one process share: the engine, and the accounts that it has.
type Team struct {
	e      *share.Engine
	failed atomic.Int64 // since when the engine does not answer, in ns of Unix; 0: it does

	Last atomic.Pointer[[]share.Seen] // what the engine last had; nil: it was not read

	mu  sync.Mutex // is held while the list is read, which may take seconds
	at  time.Time  // when that was
	err error
}

// Accounts returns what the engine has, read a second ago at most.
func (t *Team) Accounts() ([]share.Seen, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now := time.Now(); now.Sub(t.at) >= 900*time.Millisecond {
		list, err := t.e.List(false)
		if t.at, t.err = time.Now(), err; err == nil { // who waited meanwhile need not ask again
			t.Last.Store(&list)
			t.failed.Store(0)
		} else {
			t.failed.CompareAndSwap(0, now.UnixNano())
		}
	}
	if last := t.Last.Load(); last != nil {
		return *last, t.err
	}
	return nil, t.err
}

// Titles are the names that tell accounts apart, by their IDs. It never waits for the
// engine. A team that is nil has none.
func (t *Team) Titles() map[string]string {
	if t == nil || t.Last.Load() == nil {
		return nil
	}
	list := *t.Last.Load()
	titles := make(map[string]string, len(list))
	for i, title := range TitlesOf(list) {
		titles[render.AccountID(list[i].Name, list[i].BaseURL)] = title
	}
	return titles
}

// TitlesOf are names that tell accounts apart.
func TitlesOf(list []share.Seen) []string {
	return render.Titles(len(list), func(i int) (name, baseURL string) { return list[i].Name, list[i].BaseURL })
}

// note says that the engine does not answer. It never waits for it.
func (t *Team) note() string {
	since := t.failed.Load()
	if since == 0 {
		return ""
	}
	return "shared history: away " + text.Span(time.Since(time.Unix(0, since)))
}

// mostNamed is of how many accounts an error has the names.
const mostNamed = 10

// find returns the account that settings mean: by its name where one has it, and of
// several by the base URL that is set; where none is named, the first.
func (t *Team) find(s *Settings, named, placed bool) (v share.Seen, err error) {
	list, err := t.Accounts()
	if err != nil {
		return v, err
	}
	if len(list) == 0 {
		return v, errNoneShared
	}
	name, at, exact := s.Account.Name, -1, false // at is the last that has the name, whatever its case where none has that case
	var names, places []string
	for i := range list {
		names = append(names, list[i].Name)
		switch {
		case !strings.EqualFold(list[i].Name, name):
			continue
		case list[i].BaseURL == s.BaseURL && (placed || !named):
			return list[i], nil
		case list[i].Name != name && exact:
			continue
		case list[i].Name == name && !exact:
			exact, places = true, nil
		}
		at, places = i, append(places, list[i].BaseURL)
	}
	switch {
	case len(places) > 1 && named:
		return v, cli.UsageError("name that too which is meant, for example --base-url "+places[0], "%d accounts of the shared history are called %s, at %s", len(places), name, text.List(places))
	case at >= 0:
	case !named:
		at = 0
	case len(names) > mostNamed:
		return v, fmt.Errorf("the shared history has no account %s (%s)", name, cmp.Or(cli.DidYouMean(name, names), fmt.Sprintf("ortop status --all lists the %d that it has", len(names))))
	default:
		return v, fmt.Errorf("the shared history has no account %s (there is %s)", name, text.List(names))
	}
	return list[at], nil
}

// TeamRows are the accounts as their collectors last said they stand, also as metrics.
func TeamRows(a *cli.App, t *Team) (rows []render.FleetRow, exported []metrics.Account, err error) {
	list, err := t.e.List(true)
	if err != nil {
		return nil, nil, err
	}
	titles := TitlesOf(list)
	for i, v := range list {
		var r render.FleetRow
		if len(v.Snapshot) == 0 || json.Unmarshal(v.Snapshot, &r.StatusObject) != nil {
			r = render.Nothing(credit.FaultStorage, "nothing was read of it yet")
		}
		r.Account, r.BaseURL = v.Name, v.BaseURL
		if v.Host != "" {
			host := text.Clean(v.Host, 64)
			r.Collector = &host
		}
		r = r.Aged(a.Now(), v.Interval)
		rows = append(rows, r)
		snap := r.Snapshot()
		snap.Account = titles[i]
		exported = append(exported, metrics.Account{Snapshot: snap})
	}
	if len(rows) == 0 {
		return nil, nil, errNoneShared
	}
	return rows, exported, nil
}
