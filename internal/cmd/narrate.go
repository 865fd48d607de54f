package cmd

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"ortop/internal/account"
	"ortop/internal/text"
)

// narrate logs what changes from one snapshot to the next, until ctx ends.
func narrate(ctx context.Context, snapshots <-chan account.Snapshot, log *slog.Logger) {
	var n narrator
	for {
		select {
		case <-ctx.Done():
			return
		case s := <-snapshots:
			n.tell(s, log)
		}
	}
}

// narrator is what was last told.
type narrator struct {
	read    bool // and not failed since
	fault   account.Fault
	role    string
	storage string
	lost    string
	notes   []string
}

func (n *narrator) tell(s account.Snapshot, log *slog.Logger) {
	role := "another process collects this account"
	if s.Collecting {
		role = "collecting this account"
	}
	if role != n.role {
		log.Info(role, "interval", s.Interval)
		n.role = role
	}
	switch {
	case s.Fault != nil && *s.Fault != n.fault:
		log.Warn("not read", "kind", s.Fault.Kind, "error", s.Fault.Message, "next", s.Due.UTC().Format(time.RFC3339))
		n.read, n.fault = false, *s.Fault
	case s.Fault == nil && !n.read && !s.Stale(s.Now):
		read := log
		if s.Balance != nil {
			read = log.With("balance", text.USD(s.Balance.LeftUSD()))
		}
		read.Info("read")
		n.read, n.fault = true, account.Fault{}
	}
	if s.StorageNote != n.storage && s.StorageNote != "" {
		log.Warn("history", "note", s.StorageNote)
	}
	if s.Undelivered != n.lost && s.Undelivered != "" {
		log.Warn("not delivered", "note", s.Undelivered)
	}
	for _, note := range s.Notes {
		if !slices.Contains(n.notes, note) {
			log.Warn("note", "note", note)
		}
	}
	n.storage, n.lost, n.notes = s.StorageNote, s.Undelivered, s.Notes
}
