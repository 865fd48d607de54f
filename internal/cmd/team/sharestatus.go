package team

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"ortop/history"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/share"
	"ortop/internal/text"
)

// shareObject is what share status --json prints.
type shareObject struct {
	Schema   int            `json:"schema"`
	OK       bool           `json:"ok"`
	Engine   string         `json:"engine"`
	Product  *string        `json:"product"`
	Version  *int           `json:"version"`
	TookMS   *float64       `json:"round_trip_ms"`
	OffsetS  *float64       `json:"clock_offset_s"`
	Waits    int            `json:"waiting"`
	WaitsS   *float64       `json:"waiting_for_s"`
	Accounts []sharedObject `json:"accounts"`
	Error    *string        `json:"error"`
}

type sharedObject struct {
	Account   string  `json:"account"`
	BaseURL   string  `json:"base_url"`
	Collector *string `json:"collector"` // null: nobody reads it
	Rev       int64   `json:"rev"`
}

// waiting is how much waits on this machine, and since when.
func waiting(ctx context.Context, a *cli.App, s *session.Settings) (n int, since time.Time) {
	if _, err := os.Stat(s.HistoryPath); err != nil || s.HistoryErr != nil {
		return 0, since
	}
	db, err := history.Open(ctx, s.HistoryPath, history.Options{Now: a.Now})
	if err != nil {
		return 0, since
	}
	n, since, err = db.Waits(ctx, "", "")
	if err = cli.Joined(err, db.Close()); err != nil {
		a.Hint("%s", cli.OneLine(err.Error()))
	}
	return n, since
}

func shareStatus(ctx context.Context, a *cli.App, s *session.Settings, e *share.Engine, asJSON bool) error {
	o := shareObject{Schema: 1, Engine: e.Where(), Accounts: []sharedObject{}}
	var since time.Time
	o.Waits, since = waiting(ctx, a, s)
	if o.Waits > 0 {
		age := a.Now().Sub(since).Seconds()
		o.WaitsS = &age
	}
	version, took, err := e.Version()
	var list []share.Seen
	if err == nil {
		ms, offset := float64(took.Microseconds())/1000, e.Offset().Seconds()
		o.Version, o.TookMS, o.OffsetS = &version, &ms, &offset
		var product string
		if product, err = e.Product(); err == nil {
			o.Product = &product
			list, err = e.List(false)
		}
	}
	for _, v := range list {
		row := sharedObject{Account: v.Name, BaseURL: v.BaseURL, Rev: v.Rev}
		if v.Host != "" {
			row.Collector = &v.Host
		}
		o.Accounts = append(o.Accounts, row)
	}
	if late := session.Late(a, o.Waits, since); err == nil && late != "" {
		err = errors.New(late + ": is ortop collect running?")
	}
	o.OK = err == nil
	if err != nil {
		word := cli.OneLine(err.Error())
		o.Error = &word
	}
	if asJSON {
		if written := a.AnswerJSON(o); written != nil {
			return written
		}
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "engine: %s\n", o.Engine)
	if o.Version != nil {
		fmt.Fprintf(&b, "answers: in %.1f ms, version %d", *o.TookMS, *o.Version)
		if o.Product != nil {
			fmt.Fprintf(&b, ", %s", *o.Product)
		}
		b.WriteString("\n")
		if d := e.Offset(); d != 0 {
			fmt.Fprintf(&b, "clock: %s\n", offsetWords(d))
		}
	}
	if o.Waits > 0 {
		fmt.Fprintf(&b, "waiting: %s of this machine, the oldest for %s\n", text.Many(o.Waits, "poll"), text.Span(a.Now().Sub(since)))
	} else {
		b.WriteString("waiting: nothing of this machine\n")
	}
	if len(list) > 0 {
		b.WriteString("\n")
		rows := [][]string{{"account", "collector"}}
		titles := session.TitlesOf(list)
		for i, v := range list {
			rows = append(rows, []string{text.Clean(titles[i], 192), text.Clean(cmp.Or(v.Host, "nobody"), 64)})
		}
		b.WriteString(text.Columns(rows))
	}
	if written := a.Answer(strings.TrimRight(b.String(), "\n")); written != nil {
		return written
	}
	return err
}

// offsetWords says how the clocks differ.
func offsetWords(d time.Duration) string {
	if d < 0 {
		return "the engine's is " + text.Span(-d) + " behind this one"
	}
	return "the engine's is " + text.Span(d) + " ahead of this one"
}
