package monitor

import "ortop/internal/account"

type (
	Snapshot  = account.Snapshot
	Source    = account.Source
	Spend     = account.Spend
	Burn      = account.Burn
	Fault     = account.Fault
	Phase     = account.Phase
	AutoTopUp = account.AutoTopUp
	Usual     = account.Usual
	Rise      = account.Rise
	Track     = account.Track
)

const (
	FromCredits = account.FromCredits
	FromKey     = account.FromKey
	FromHistory = account.FromHistory
	Starting    = account.Starting
	Waiting     = account.Waiting
	Asking      = account.Asking
	Paused      = account.Paused
	Held        = account.Held
	Refused     = account.Refused
)
