package spenders

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"ortop/history"
	"ortop/internal/sorted"
)

const maxModels = 500

// ReadModels returns the models that breakdowns have named, in the order of the
// alphabet; none before the first.
func ReadModels(ctx context.Context, db *history.DB, account history.Series) (names []string, err error) {
	stored, err := db.State(ctx, account, history.ModelsState)
	if err != nil || json.Unmarshal(stored, &names) != nil {
		return nil, err
	}
	return names, nil
}

// storeModels adds the models of these rows to those that are stored.
func storeModels(ctx context.Context, sub *Subject, rows []Row) error {
	names, err := ReadModels(ctx, sub.DB, sub.Account)
	if err != nil {
		return err
	}
	was, err := json.Marshal(names)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if i, ok := slices.BinarySearch(names, r.Name); !ok && len(names) < maxModels {
			names = sorted.Insert(names, i, r.Name)
		}
	}
	is, err := json.Marshal(names)
	if err != nil || bytes.Equal(was, is) {
		return err
	}
	return sub.DB.SetState(ctx, sub.Account, history.ModelsState, is)
}
