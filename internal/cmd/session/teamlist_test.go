package session

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/cmd/cli"
	"ortop/internal/config"
	"ortop/internal/share"
)

// An account of the team is found by its name, of several by the base URL that is set,
// and never by chance.
func TestTheAccountThatIsMeant(t *testing.T) {
	const here, eu = "https://openrouter.ai/api/v1", "https://eu.example.com/api/v1"
	seen := func(pairs ...string) (list []share.Seen) {
		for i := 0; i < len(pairs); i += 2 {
			list = append(list, share.Seen{Name: pairs[i], BaseURL: pairs[i+1]})
		}
		return list
	}
	var many []string
	for i := range 1000 {
		many = append(many, fmt.Sprintf("team-%03d", i), here)
	}
	twins := seen("other", here, "twin", eu, "twin", here)
	for name, c := range map[string]struct {
		list          []share.Seen
		account, url  string
		named, placed bool
		want          string // the name and base URL, or words of the error
		code          int
	}{
		"by its name, wherever it is":      {twins, "other", eu, true, true, "other " + here, 0},
		"whatever the case":                {twins, "OTHER", here, true, false, "other " + here, 0},
		"two have the name":                {twins, "twin", here, true, false, eu + " and " + here, cli.ExitUsage},
		"two have it, in another case":     {twins, "Twin", here, true, false, "2 accounts", cli.ExitUsage},
		"two, and the base URL of neither": {twins, "twin", "https://x.example/v1", true, true, "2 accounts", cli.ExitUsage},
		"two, and a base URL":              {twins, "twin", here, true, true, "twin " + here, 0},
		"two, and the other's":             {twins, "twin", eu, true, true, "twin " + eu, 0},
		"its case is the one of two":       {seen("Twin", eu, "twin", here), "twin", here, true, false, "twin " + here, 0},
		"its case is the other":            {seen("Twin", eu, "twin", here), "Twin", here, true, false, "Twin " + eu, 0},
		"none is named":                    {twins, "default", here, false, false, "other " + here, 0},
		"none is named, and two are meant": {seen("default", eu, "default", here), "default", here, false, false, "default " + here, 0},
		"not there":                        {twins, "none", here, true, false, "no account none (there is other, twin and twin)", cli.ExitUnknown},
		"not there, of many":               {seen(many...), "team-00x", here, true, false, "no account team-00x (did you mean team-00", cli.ExitUnknown},
		"nothing like it, of many":         {seen(many...), "production", here, true, false, "lists the 1000 that it has", cli.ExitUnknown},
		"nothing is shared":                {nil, "none", here, true, false, "no account yet", cli.ExitUnknown},
	} {
		team := &Team{at: time.Now().Add(time.Hour)}
		team.Last.Store(&c.list)
		s := &Settings{BaseURL: c.url}
		s.Account.Name = c.account
		v, err := team.find(s, c.named, c.placed)
		got := v.Name + " " + v.BaseURL
		if err != nil {
			got = err.Error()
		}
		var exit *cli.ExitError
		if usage := errors.As(err, &exit) && exit.Code == cli.ExitUsage; !strings.Contains(got, c.want) || (err == nil) != (c.code == 0) || usage != (c.code == cli.ExitUsage) || len(got) > 200 {
			t.Errorf("%s: got %.300q, want %q", name, got, c.want)
		}
	}
}

// An account elsewhere than OpenRouter says so.
func TestAViewedAccountHasItsHost(t *testing.T) {
	s := Settings{Host: "where.the.key.goes"}
	if s.View(nil, share.Seen{Name: "a", BaseURL: "https://openrouter.ai/api/v1"}); s.Host != "" {
		t.Errorf("one at OpenRouter is at %q", s.Host)
	}
	if s.View(nil, share.Seen{Name: "a", BaseURL: "https://eu.example.com/api/v1"}); s.Host != "eu.example.com" {
		t.Errorf("one at eu.example.com is at %q", s.Host)
	}
}

// An account that only the team has is looked for where the configuration says that
// accounts are.
func TestAnAccountOfTheTeamIsWhereTheFileSays(t *testing.T) {
	const eu = "https://eu.example.com/api/v1"
	a := &cli.App{}
	a.Flags.Account = "theirs"
	s := Settings{Config: config.Config{BaseURL: eu, Interval: time.Hour, Share: config.Share{On: true}}}
	if err := choose(a, &s); err != nil || s.BaseURL != eu || s.Account.BaseURL != eu || s.Interval != time.Hour {
		t.Errorf("it is at %q, every %s, %v; want %s every hour", s.BaseURL, s.Interval, err, eu)
	}
	s.Config.Share.On = false
	if err := choose(a, &s); err == nil {
		t.Error("without a team an account that nobody lists is taken")
	}
}

// Who only shows what a team's collectors read has no history to write to.
func TestAViewerWritesNothing(t *testing.T) {
	for name, s := range map[string]Settings{
		"an account of the team": {Account: config.Account{Name: "work"}, Seen: &Seen{}},
		"the engine not asked":   {Account: config.Account{Name: "work"}, Config: config.Config{Share: config.Share{On: true}}},
	} {
		s.HistoryPath = filepath.Join(t.TempDir(), "history.db")
		_, err := Archive(t.Context(), &cli.App{Now: time.Now}, s, history.Options{})
		var e *cli.ExitError
		if !errors.As(err, &e) || e.Code != cli.ExitUsage || !strings.Contains(err.Error(), "account work is the team's") {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(s.HistoryPath); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: there is a file: %v", name, err)
		}
	}
}
