package lookup

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ortop/client"
	"ortop/internal/ledger"
	"ortop/internal/reconcile"
)

func TestChoose(t *testing.T) {
	log, err := ledger.ReadLog(strings.NewReader("id,time,cost\na,2026-11-20 09:00:00,1\n,2026-11-20 09:00:00,9\nb,2026-11-20 09:00:00,3\nc,,2\nd,2026-11-20 09:00:00,\n"), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for limit, want := range map[int]string{9: "c d b a", 3: "c d b", 1: "c"} {
		var got []string
		for _, e := range Choose(log.Entries, limit) {
			got = append(got, e.ID)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("Choose(…, %d) = %v, want %s", limit, got, want)
		}
	}
}

// fakeRecords answers from a list of errors for each id; a nil is a record.
type fakeRecords struct {
	answers map[string][]error
	asked   []string // when and what
	began   time.Time
}

func (f *fakeRecords) ask(_ context.Context, id string) (client.Generation, error) {
	f.asked = append(f.asked, fmt.Sprintf("%s@%.0f", id, time.Since(f.began).Seconds()))
	list := f.answers[id]
	if len(list) == 0 {
		return client.Generation{UsageUSD: 1}, nil
	}
	if len(list) > 1 {
		f.answers[id] = list[1:]
	}
	return client.Generation{UsageUSD: 1}, list[0]
}

func TestRecordsAreReadPolitely(t *testing.T) {
	trouble := &client.APIError{Status: 502, Kind: client.ErrServer}
	wait := func(d time.Duration) *time.Duration { return &d }
	slow := &client.APIError{Status: 429, Kind: client.ErrRateLimited, RetryAfter: wait(20 * time.Second)}
	slower := &client.APIError{Status: 429, Kind: client.ErrRateLimited, RetryAfter: wait(time.Hour)}
	none := &client.APIError{Status: 404, Kind: client.ErrNotFound}
	refused := &client.APIError{Status: 403, Kind: client.ErrForbidden}
	for _, c := range []struct {
		name    string
		answers map[string][]error
		recent  bool
		asked   string
		found   int
		err     error
	}{
		{"one a second", nil, false, "a@0 b@1 c@2", 3, nil},
		{"none", map[string][]error{"b": {none}}, false, "a@0 b@1 c@2", 2, nil},
		{"not there yet", map[string][]error{"a": {none, nil}}, true, "a@0 b@1 c@2 a@3", 3, nil},
		{"never there", map[string][]error{"a": {none}}, true, "a@0 b@1 c@2 a@3", 2, nil},
		{"trouble that passes", map[string][]error{"b": {trouble, trouble, nil}}, false, "a@0 b@1 b@3 b@7 c@8", 3, nil},
		{"trouble that stays", map[string][]error{"b": {trouble}}, false, "a@0 b@1 b@3 b@7 b@15", 1, client.ErrServer},
		{"told to wait", map[string][]error{"b": {slow, nil}}, false, "a@0 b@1 b@21 c@22", 3, nil},
		{"told to wait for long", map[string][]error{"b": {slower, nil}}, false, "a@0 b@1", 1, client.ErrRateLimited},
		{"refused", map[string][]error{"a": {refused}}, false, "a@0", 0, client.ErrForbidden},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fakeRecords{answers: c.answers, began: time.Now()}
				at := time.Now().Add(-time.Hour)
				if c.recent {
					at = time.Now()
				}
				r := &Reader{Request: f.ask, Now: time.Now, Records: map[string]*reconcile.Record{}}
				err := r.ReadAll(t.Context(), []ledger.Entry{{ID: "a", At: at}, {ID: "b", At: at}, {ID: "c", At: at}})
				found := 0
				for _, record := range r.Records {
					if record != nil {
						found++
					}
				}
				if asked := strings.Join(f.asked, " "); asked != c.asked || found != c.found || !errors.Is(err, c.err) {
					t.Errorf("readAll asked %s, found %d, %v, want %s, %d, %v", asked, found, err, c.asked, c.found, c.err)
				}
			})
		})
	}
}
