package config

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestShareTable(t *testing.T) {
	c, _, err := parse([]byte("[share]\ndsn_command = [\"op\", \"read\", \"x\"]\nschema = \"team_a\"\nlease = \"15s\"\ntls = \"unverified\"\n"), "/x")
	want := Share{On: true, DSNCommand: []string{"op", "read", "x"}, Schema: "team_a", Lease: 15 * time.Second, Unverified: true}
	if err != nil || !reflect.DeepEqual(c.Share, want) {
		t.Errorf("%+v, %v, want %+v", c.Share, err, want)
	}
	for text, want := range map[string]string{
		"dsn = \"postgres://u@h/d\"\nkeyring = true":  "more than one of",
		"dsn = \"postgres://u:hunter2@h/d\"":          "must not have a password",
		"dsn = \"host=h password=hunter2\"":           "must not have a password",
		"dsn = \"postgres://h/d?password=hunter2\"":   "must not have a password",
		"lease = \"9s\"":                              "at least 10s",
		"schema = \"a; DROP TABLE hunter2\"":          "plain name",
		"tls = \"none\"":                              "tls",
		"lesae = \"20s\"":                             "did you mean \"lease\"",
		"lease = \"20s\"\nlease = \"20s\"":            "already defined",
		"dsn_file = \"x\"\n[share]\ndsn_file = \"x\"": "already defined",
	} {
		_, _, err := parse([]byte("[share]\n"+text+"\n"), "/x")
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	if c, _, err := parse([]byte("[share]\ndsn = \"postgres://u@h:5432/d\"\n[[accounts]]\nname = \"a\"\n"), "/x"); err != nil || c.Share.DSN == "" || len(c.Accounts) != 1 {
		t.Errorf("%+v, %v", c, err)
	}
}
