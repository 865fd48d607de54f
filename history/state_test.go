package history

import (
	"errors"
	"reflect"
	"testing"
)

func TestState(t *testing.T) {
	db, s := fresh(t)
	other, err := db.Series(ctx, "other", "", "")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := db.State(ctx, s, "alerts"); got != nil || err != nil {
		t.Errorf("State() of nothing = %q, %v, want nil", got, err)
	}
	for _, value := range []string{`{"low":true}`, "\x00\xff", "", `{}`} {
		if err := db.SetState(ctx, s, "alerts", []byte(value)); err != nil {
			t.Fatal(err)
		}
		if got, err := db.State(ctx, s, "alerts"); string(got) != value || err != nil {
			t.Errorf("State() = %q, %v, want %q", got, err, value)
		}
		verify(t, db)
	}
	for name, of := range map[string]Series{"another": s, "alerts": other} {
		if got, err := db.State(ctx, of, name); got != nil || err != nil {
			t.Errorf("State(%d, %q) = %q, %v, want nil", of, name, got, err)
		}
	}
	if err := db.SetState(ctx, s, "alerts", nil); err != nil {
		t.Errorf("SetState(nil) = %v", err)
	}
	if got, err := db.State(ctx, s, "alerts"); got != nil || err != nil {
		t.Errorf("State() of nothing again = %q, %v, want nil", got, err)
	}
	if err := db.SetState(ctx, 99, "alerts", nil); !errors.Is(err, ErrNoSeries) {
		t.Errorf("SetState() of a strange series = %v, want ErrNoSeries", err)
	}
	db.readOnly = ErrReadOnly
	if err := db.SetState(ctx, s, "alerts", []byte("x")); !errors.Is(err, ErrReadOnly) {
		t.Errorf("SetState() = %v, want ErrReadOnly", err)
	}
}

func addEvent(db *DB, s Series, e Event) error {
	return db.Record(ctx, PollUpdate{Series: s, Events: []Event{e}})
}

func TestEvents(t *testing.T) {
	db, s := fresh(t)
	other, err := db.Series(ctx, "other", "", "")
	if err != nil {
		t.Fatal(err)
	}
	event := func(minute float64, text string) Event {
		return Event{At: at(minute), Kind: "alert", Level: "urgent", Text: text, Data: []byte(text)}
	}
	for _, e := range []Event{event(1, "one"), event(3, "three"), event(2, "two"), event(3, "three too")} {
		if err := addEvent(db, s, e); err != nil {
			t.Fatal(err)
		}
	}
	if err := addEvent(db, other, Event{At: at(2), Text: "of another"}); err != nil {
		t.Fatal(err)
	}
	texts := func(from, to float64, limit int) (texts []string, ids []int64) {
		t.Helper()
		events, err := db.Events(ctx, s, at(from), at(to), limit)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			texts, ids = append(texts, e.Text), append(ids, e.ID)
		}
		return texts, ids
	}
	for _, c := range []struct {
		name     string
		from, to float64
		limit    int
		want     []string
	}{
		{"all, newest first", 0, 9, -1, []string{"three too", "three", "two", "one"}},
		{"the newest two", 0, 9, 2, []string{"three too", "three"}},
		{"none asked for", 0, 9, 0, nil},
		{"the end is not in the span", 1, 3, -1, []string{"two", "one"}},
	} {
		if got, _ := texts(c.from, c.to, c.limit); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: Events() = %q, want %q", c.name, got, c.want)
		}
	}
	_, ids := texts(0, 9, -1)
	if err := db.Acknowledge(ctx, s, ids[2]); err != nil {
		t.Errorf("Acknowledge() = %v", err)
	}
	events, _ := db.Events(ctx, s, at(0), at(9), -1)
	for i, e := range events {
		if e.Acknowledged != (i == 2) {
			t.Errorf("event %q acknowledged: %v", e.Text, e.Acknowledged)
		}
	}
	want := event(2, "two")
	want.ID, want.Acknowledged = ids[2], true
	if !reflect.DeepEqual(events[2], want) {
		t.Errorf("Events()[2] = %+v, want %+v", events[2], want)
	}
	for name, err := range map[string]error{
		"an unknown id": db.Acknowledge(ctx, s, 99), "of another series": db.Acknowledge(ctx, other, ids[0]),
	} {
		if !errors.Is(err, ErrNoEvent) {
			t.Errorf("Acknowledge(%s) = %v, want ErrNoEvent", name, err)
		}
	}
	verify(t, db)
}
