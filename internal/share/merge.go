package share

import (
	"encoding/json"

	"ortop/history"
	"ortop/internal/pgwire"
)

// wire are rows as the engine takes them.
type wire struct {
	history.Rows
	Still []stillRow `json:"still,omitempty"`
}

type stillRow struct {
	Key int64 `json:"k"`
	At  int64 `json:"ms"`
}

// trueRows are what is true of rows whoever read them: what was used and bought when.
// Others judge, and know of their own gaps and segments.
func trueRows(w wire) wire {
	var facts []history.FactRow
	for _, f := range w.Facts {
		if f.Kind == 1 && f.USD != nil {
			facts = append(facts, f)
		}
	}
	return wire{Rows: history.Rows{Samples: w.Samples, Facts: facts, Series: w.Series}}
}

// merge makes one batch of entries, with the engine's keys. Of what changes the last
// counts.
func (e *Engine) merge(a *Account, id int64, list []history.Mail) (w wire, err error) {
	var subjects []string
	for i := range list {
		for _, h := range list[i].Rows.Series {
			subjects = append(subjects, h.Subject)
		}
		for _, v := range list[i].Rows.Read {
			subjects = append(subjects, v.Subjects...)
		}
	}
	if err := e.find(a.keys, id, subjects); err != nil {
		return w, err
	}
	heads, still := map[int64]int{}, map[int64]int{} // places, by key
	for i := range list {
		r := &list[i].Rows
		keys := map[int64]int64{}
		for k := range r.Series {
			h := &r.Series[k]
			local := h.Key
			h.Key = a.keys[h.Subject]
			keys[local] = h.Key
			if at, ok := heads[h.Key]; ok {
				w.Series[at] = *h
				continue
			}
			heads[h.Key] = len(w.Series)
			w.Series = append(w.Series, *h)
		}
		for _, v := range r.Read {
			for _, subject := range v.Subjects {
				k := a.keys[subject]
				if at, ok := heads[k]; ok {
					ms, h := v.At, &w.Series[at]
					h.Attempt, h.Success, h.Read = &ms, &ms, &ms
				} else if at, ok := still[k]; ok {
					w.Still[at].At = v.At
				} else {
					still[k] = len(w.Still)
					w.Still = append(w.Still, stillRow{k, v.At})
				}
			}
		}
		for _, s := range r.Samples {
			s.Key = keys[s.Key]
			w.Samples = append(w.Samples, s)
		}
		for _, f := range r.Facts {
			f.Key = keys[f.Key]
			w.Facts = append(w.Facts, f)
		}
		for _, v := range r.Events {
			if at := w.event(&v); at < 0 {
				w.Events = append(w.Events, v)
			} else {
				w.Events[at].Seen = w.Events[at].Seen || v.Seen
			}
		}
		for _, f := range r.Forecasts {
			if at := w.forecast(f.At); at < 0 {
				w.Forecasts = append(w.Forecasts, f)
			} else if w.Forecasts[at].Ended == nil {
				w.Forecasts[at] = f
			}
		}
		for _, s := range r.States {
			s, ok := fit(s)
			if !ok {
				continue
			}
			if at := w.state(s.Name); at < 0 {
				w.States = append(w.States, s)
			} else {
				w.States[at] = s
			}
		}
	}
	// A series that stood still and then moved is among the heads.
	n := 0
	for _, s := range w.Still {
		if _, ok := heads[s.Key]; !ok {
			w.Still[n] = s
			n++
		}
	}
	w.Still = w.Still[:n]
	return w, nil
}

// event, forecast and state are the places of those that are there already, or -1.
func (w *wire) event(v *history.EventRow) int {
	for i := range w.Events {
		if w.Events[i].At == v.At && w.Events[i].Sum == v.Sum {
			return i
		}
	}
	return -1
}

func (w *wire) forecast(at int64) int {
	for i := range w.Forecasts {
		if w.Forecasts[i].At == at {
			return i
		}
	}
	return -1
}

func (w *wire) state(name string) int {
	for i := range w.States {
		if w.States[i].Name == name {
			return i
		}
	}
	return -1
}

// key returns the engine's number of a series, which is made if need be.
func (e *Engine) key(known map[string]int64, id int64, subject string) (int64, error) {
	if known[subject] == 0 {
		if err := e.find(known, id, []string{subject}); err != nil {
			return 0, err
		}
	}
	return known[subject], nil
}

// find makes the engine's numbers of series known, of all in one statement, and those
// that it does not have in another: an account that is new to us may have thousands.
func (e *Engine) find(known map[string]int64, id int64, subjects []string) error {
	for range attempts {
		for _, statement := range []string{
			`SELECT subject, key FROM @.series WHERE account = $1 AND subject IN (SELECT json_array_elements_text($2::json))`,
			`INSERT INTO @.series (account, key, subject) SELECT $1, (SELECT coalesce(max(key), 0) FROM @.series WHERE account = $1) + row_number() OVER (), v
				FROM json_array_elements_text($2::json) v ON CONFLICT DO NOTHING RETURNING subject, key`,
		} {
			var missing []string
			for _, s := range subjects {
				if known[s] == 0 {
					missing = append(missing, s)
				}
			}
			if len(missing) == 0 {
				return nil
			}
			list, err := json.Marshal(missing)
			if err == nil {
				err = e.query(statement, func(r pgwire.Row) error {
					var subject string
					var key int64
					err := r.Scan(&subject, &key)
					known[subject] = key
					return err
				}, id, string(list))
			}
			if err != nil {
				return err
			}
		}
	}
	for _, s := range subjects {
		if known[s] == 0 {
			return errorf("a series of the account could not be made")
		}
	}
	return nil
}
