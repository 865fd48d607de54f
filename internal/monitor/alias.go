package monitor

import (
	"ortop/internal/account"
	"ortop/internal/spenders"
)

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

	By             = spenders.By
	BreakdownQuery = spenders.Query
	Breakdown      = spenders.Breakdown
	BreakdownRow   = spenders.Row
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

const (
	ByKey       = spenders.ByKey
	ByModel     = spenders.ByModel
	ByProvider  = spenders.ByProvider
	ByWorkspace = spenders.ByWorkspace
	ByMember    = spenders.ByMember
)

var (
	Bys      = spenders.Bys
	Together = spenders.Together
)
