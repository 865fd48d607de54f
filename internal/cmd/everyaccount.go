package cmd

import "fmt"

// watched is one account of the configuration, with the program as it is run
// for that account alone.
type watched struct {
	app      *app
	settings settings
}

// everyAccount returns the account that is shown, which is first's, and those
// of the configuration beside it, in its order. A key in the environment is
// that of the first.
func (a *app) everyAccount(first settings) ([]watched, error) {
	if first.demo != nil || a.flags.account != "" || len(first.config.Accounts) < 2 {
		return []watched{{a, first}}, nil
	}
	var list []watched
	for _, account := range first.config.Accounts {
		if account.Name == first.account.Name {
			list = append(list, watched{a, first})
			continue
		}
		b := *a
		b.flags.account = account.Name
		s, err := b.settings()
		switch {
		case err != nil && !account.HasSource(): // it is never asked for
			s = first
			s.account = account
		case err != nil:
			return nil, fmt.Errorf("account %s: %w", account.Name, err)
		}
		list = append(list, watched{&b, s})
	}
	return list, nil
}
