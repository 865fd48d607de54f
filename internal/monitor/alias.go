package monitor

import "ortop/internal/account"

type (
	Preflight = account.Preflight
	Event     = account.Event
)

const (
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
