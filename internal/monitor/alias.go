package monitor

import (
	"ortop/internal/account"
	"ortop/internal/spenders"
)

type (
	By             = spenders.By
	BreakdownQuery = spenders.Query
	Breakdown      = spenders.Breakdown
	BreakdownRow   = spenders.Row
	Preflight      = account.Preflight
	Event          = account.Event
)

const (
	ByKey       = spenders.ByKey
	ByModel     = spenders.ByModel
	ByProvider  = spenders.ByProvider
	ByWorkspace = spenders.ByWorkspace
	ByMember    = spenders.ByMember

	EventAlert    = account.EventAlert
	EventCleared  = account.EventCleared
	EventTopUp    = account.EventTopUp
	EventRefund   = account.EventRefund
	EventGap      = account.EventGap
	EventFault    = account.EventFault
	EventSegment  = account.EventSegment
	EventSpike    = account.EventSpike
	EventLeak     = account.EventLeak
	EventForecast = account.EventForecast

	Enough       = account.Enough
	Short        = account.Short
	CannotBeSaid = account.CannotBeSaid
)

var (
	Bys      = spenders.Bys
	Together = spenders.Together
)
