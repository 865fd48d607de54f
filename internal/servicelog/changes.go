package servicelog

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"ortop/internal/account"
	"ortop/internal/text"
)

// Changes logs what changes from one snapshot to the next, until ctx ends.
func Changes(ctx context.Context, snapshots <-chan account.Snapshot, log *slog.Logger) {
	var l logged
	for {
		select {
		case <-ctx.Done():
			return
		case s := <-snapshots:
			l.changes(&s, log)
		}
	}
}

// logged is what was logged last.
type logged struct {
	read    bool // and not failed since
	fault   account.Fault
	role    string
	storage string
	lost    string
	notes   []string
}

func (l *logged) changes(s *account.Snapshot, log *slog.Logger) {
	role := "another process collects this account"
	if s.Collecting {
		role = "collecting this account"
	}
	if role != l.role {
		log.Info(role, "interval", s.Interval)
		l.role = role
	}
	switch {
	case s.Fault != nil && *s.Fault != l.fault:
		log.Warn("not read", "kind", s.Fault.Kind, "error", s.Fault.Message, "next", s.Due.UTC().Format(time.RFC3339))
		l.read, l.fault = false, *s.Fault
	case s.Fault == nil && !l.read && !s.Stale(s.Now):
		read := log
		if s.Balance != nil {
			read = log.With("balance", text.USD(s.Balance.LeftUSD()))
		}
		read.Info("read")
		l.read, l.fault = true, account.Fault{}
	}
	if s.StorageNote != l.storage && s.StorageNote != "" {
		log.Warn("history", "note", s.StorageNote)
	}
	if s.Undelivered != l.lost && s.Undelivered != "" {
		log.Warn("not delivered", "note", s.Undelivered)
	}
	for _, note := range s.Notes {
		if !slices.Contains(l.notes, note) {
			log.Warn("note", "note", note)
		}
	}
	l.storage, l.lost, l.notes = s.StorageNote, s.Undelivered, s.Notes
}
