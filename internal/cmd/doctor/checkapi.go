package doctor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/credit"
	"ortop/internal/fault"
	"ortop/internal/keys"
	"ortop/internal/monitor"
	"ortop/internal/render"
	"ortop/internal/text"
)

func checkAPI(ctx context.Context, a *cli.App, c *cli.Checkup, s *session.Settings) {
	key, source, err := session.Key(ctx, a, s)
	if err != nil {
		hint := session.NoKeyHint
		var failed *keys.Error
		if errors.As(err, &failed) && !errors.Is(err, keys.ErrNone) {
			hint = failed.Hint
		}
		c.Wrong("key", err.Error(), hint)
		return
	}
	c.OK("key", "from %s, fingerprint %s", source.Name, key.Fingerprint())
	api, err := session.NewClient(s.BaseURL, key, a.Now)
	if err != nil {
		c.Wrong("api", err.Error(), "")
		return
	}
	defer api.CloseIdle()
	if s.Host != "" {
		c.Note("api", "the key goes to "+s.Host+", not to openrouter.ai", "")
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	began := time.Now()
	k, err := api.Key(ctx)
	if err != nil {
		c.Wrong("api", fault.Message(err), apiHint(err))
		if errors.Is(err, client.ErrUnauthorized) || errors.Is(err, client.ErrNetwork) {
			return
		}
		checkBalance(ctx, a, c, s, api, nil, key.Fingerprint())
		return
	}
	c.OK("api", "%s answers in %d ms", s.BaseURL, time.Since(began).Milliseconds())
	if k.ServerSkew != nil && k.ServerSkew.Abs() > time.Minute {
		c.Wrong("clock", fmt.Sprintf("it differs from the server's by %s", k.ServerSkew.Round(time.Second)), "set this machine's clock")
	}
	management := k.IsManagementKey != nil && *k.IsManagementKey
	if management {
		c.OK("key kind", "a management key: it reads the whole account")
	} else {
		c.Note("key kind", "an ordinary key: its own cap and usage, the balance only where the API lets it",
			"a management key shows the whole account: openrouter.ai/settings/management-keys")
	}
	for _, b := range monitor.KeyFacts(k).Budgets {
		switch left := b.RemainingUSD; {
		case left == nil:
		case *left <= 0:
			c.Wrong("budget", render.BudgetText(b, a.Now())+": requests are refused", "whoever manages the account can raise it")
		default:
			c.OK("budget", "%s", render.BudgetText(b, a.Now()))
		}
	}
	if k.AllowedDataRegions != nil && len(k.AllowedDataRegions) == 0 {
		c.Wrong("regions", "the list of data regions that this key may use is empty: every request to a model is refused",
			"whoever manages the organization can allow a region: openrouter.ai/settings")
	}
	checkBalance(ctx, a, c, s, api, &k, key.Fingerprint())
}

func checkBalance(ctx context.Context, a *cli.App, c *cli.Checkup, s *session.Settings, api *client.Client, key *client.Key, fingerprint string) {
	management := key != nil && key.IsManagementKey != nil && *key.IsManagementKey
	credits, err := api.Credits(ctx)
	b := credit.Balance{CreditsUSD: credits.TotalCreditsUSD, UsageUSD: credits.TotalUsageUSD}
	switch {
	case errors.Is(err, client.ErrForbidden) && !management:
		c.Note("balance", "not visible to this key", "")
	case err != nil:
		c.Wrong("balance", fault.Message(err), apiHint(err))
	case b == credit.Balance{} && !management:
		c.Note("balance", "not visible to this key: the API answers 0 of 0", "")
	default:
		answered := text.USD(b.LeftUSD()) + " of " + text.USD(b.CreditsUSD)
		switch counts, why := judged(ctx, a, s, key, fingerprint, b); {
		case why == "":
			c.OK("balance", "%s is left", answered)
		case counts == nil:
			c.Note("balance", "the API answers "+answered+": "+why, "")
		default:
			c.Note("balance", text.USD(counts.LeftUSD())+" of "+text.USD(counts.CreditsUSD)+" is left; now the API answers "+answered+": "+why, "")
		}
	}
}

// judged is what the account's history makes of totals: see [monitor.Monitor.Judge].
// Without one they count.
func judged(ctx context.Context, a *cli.App, s *session.Settings, key *client.Key, fingerprint string, totals credit.Balance) (*credit.Balance, string) {
	if s.HistoryErr != nil {
		return nil, ""
	}
	db, err := history.Open(ctx, s.HistoryPath, history.Options{Now: a.Now, ReadOnly: true})
	if err != nil { // which checkHistory says
		return nil, ""
	}
	b, why, err := onlyReading(a, s, db).Judge(ctx, fingerprint, key, totals)
	if err = cli.Joined(err, db.Close()); err != nil {
		return nil, ""
	}
	return b, why
}

// onlyReading is a monitor of a history that requests nothing.
func onlyReading(a *cli.App, s *session.Settings, db *history.DB) *monitor.Monitor {
	return monitor.New(monitor.Options{
		Account: s.Account.Name, BaseURL: s.BaseURL, Now: a.Now,
		Open:    func(context.Context) (*history.DB, string, error) { return db, "", nil },
		Connect: func(context.Context) (monitor.API, string, error) { return nil, "", keys.ErrNone },
	})
}

func apiHint(err error) string {
	switch {
	case errors.Is(err, client.ErrUnauthorized):
		return "the key is not accepted: it may be disabled, expired or mistyped"
	case errors.Is(err, client.ErrNetwork):
		return "check the connection, the proxy variables and the base URL"
	case errors.Is(err, client.ErrMalformed), errors.Is(err, client.ErrNotFound), errors.Is(err, client.ErrRedirect):
		return "what answers there is not the OpenRouter API: check --base-url, ORTOP_BASE_URL and base_url"
	}
	return ""
}
