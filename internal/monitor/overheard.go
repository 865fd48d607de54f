package monitor

import (
	"context"
	"encoding/json"

	"ortop/internal/alert"
)

// toldState is the name under which it is stored what was told last, for the
// processes beside the one that tells: each has a terminal of its own.
const toldState = "told"

// mostTold is how many of the last alerts are stored.
const mostTold = 16

// retold is an alert that was told, with who was to be, and its number.
type retold struct {
	alert.Event
	Channels []string `json:"channels,omitempty"`
	Number   int64    `json:"number"`
}

// told are the last alerts that were told, the oldest first.
func (st *store) told(ctx context.Context) (list []retold, err error) {
	b, err := st.db.State(ctx, st.account, toldState)
	_ = json.Unmarshal(b, &list) // what another version wrote is not told again
	return list, err
}

// tellOthers adds alerts that are told now.
func (st *store) tellOthers(ctx context.Context, events []alert.Event) error {
	if len(events) == 0 {
		return nil
	}
	list, err := st.told(ctx)
	if err != nil {
		return err
	}
	number := int64(0)
	if n := len(list); n > 0 {
		number = list[n-1].Number
	}
	for _, e := range events {
		number++
		list = append(list, retold{e, e.Channels, number})
	}
	b, err := json.Marshal(list[max(0, len(list)-mostTold):])
	if err != nil {
		return err
	}
	return st.db.SetState(ctx, st.account, toldState, b)
}

// overhear hands on what another process told since the last time. What was
// told before the first, or by this process, is not news.
func (l *loop) overhear() error {
	if l.m.o.Overheard == nil {
		return nil
	}
	list, err := l.st.told(l.ctx)
	if err != nil {
		return err
	}
	var news []alert.Event
	last := l.overheard
	for _, r := range list {
		last = max(last, r.Number)
		if l.listens && !l.collecting() && r.Number > l.overheard && r.Level.Rank() > 0 {
			e := r.Event
			e.Channels = r.Channels
			news = append(news, e)
		}
	}
	l.overheard, l.listens = last, true
	if len(news) > 0 {
		l.m.o.Overheard(news)
	}
	return nil
}
