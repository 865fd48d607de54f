package cmd

import (
	"encoding/json"
	"testing"

	"ortop/internal/cmd/cli"
)

func TestVersionOfARelease(t *testing.T) {
	defer func(was string) { cli.Stamp = was }(cli.Stamp)
	cli.Stamp = "v1.2.3,0123456789abcdef0123456789abcdef01234567,2026-11-27T18:47:00Z"
	if got, want := versionText(), "ortop v1.2.3\ncommit 0123456789ab, 2026-11-27T18:47:00Z"; got != want {
		t.Errorf("versionText() = %q, want %q", got, want)
	}
	b, err := json.Marshal(versionNow())
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	if got["version"] != "v1.2.3" || got["commit"] != "0123456789abcdef0123456789abcdef01234567" || got["commit_at"] != "2026-11-27T18:47:00Z" {
		t.Errorf("version --json is %s", b)
	}
	for _, broken := range []string{"", "v1.2.3", "a,b,c,d"} {
		cli.Stamp = broken
		if v := cli.Version(); v == "v1.2.3" || v == "a" || v == "" {
			t.Errorf("with the stamp %q the version is %q", broken, v)
		}
	}
}
