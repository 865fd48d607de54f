package monitor

import (
	"context"

	"ortop/internal/forecast"
)

// Plan says what a snapshot's forecast means for buying credits. ok is false
// while the balance is not known. It reads history, and takes milliseconds.
func (m *Monitor) Plan(ctx context.Context, s Snapshot, ask forecast.Ask) (p forecast.Plan, ok bool, err error) {
	at := m.subj.Load()
	if at == nil || s.Balance == nil || s.At.IsZero() {
		return p, false, nil
	}
	st := &store{m: m, db: at.db}
	model, err := st.modelOf(ctx, at.account, s.At)
	if err != nil {
		return p, false, err
	}
	return model.Plan(s.Balance.LeftUSD(), ask), true, nil
}
