//go:build unix

package keys

import (
	"strings"
	"testing"
	"testing/quick"

	"ortop/internal/config"
)

func TestParse(t *testing.T) {
	for _, tc := range []struct{ in, key, problem string }{
		{in: canary, key: canary},
		{in: " " + canary + "\r\n", key: canary},
		{in: `"` + canary + `"`, key: canary},
		{in: `'` + canary + `'`, key: canary},
		{in: `“` + canary + `”`, key: canary},
		{in: `" ` + canary + ` "`, key: canary},
		{in: "c2stb3ItY2FuYXJ5==", key: "c2stb3ItY2FuYXJ5=="},
		{in: "canary:0123", key: "canary:0123"},
		{in: "sk-1234", key: "sk-1234"},
		{in: "dev_canary.9-a:b/c+d", key: "dev_canary.9-a:b/c+d"},
		{in: `""`, problem: "empty"},
		{in: "", problem: "empty"},
		{in: `"` + canary, problem: "quotation mark"},
		{in: canary + "'", problem: "quotation mark"},
		{in: `"'` + canary + `'"`, problem: "quotation mark"},
		{in: "`" + canary + "`", problem: "quotation mark"},
		{in: `"`, problem: "quotation mark"},
		{in: `{"key": "` + canary + `"}`, problem: "quotation mark"},
		{in: "OPENROUTER_API_KEY", problem: "name of a variable"},
		{in: `"OPENROUTER_API_KEY"`, problem: "name of a variable"},
		{in: "MY_OWN_NAME_2", problem: "name of a variable"},
		{in: "openrouter_api_key", problem: "name of a variable"},
		{in: "$OPENROUTER_API_KEY", problem: "name of a variable"},
		{in: "$key", problem: "name of a variable"},
		{in: "${OPENROUTER_API_KEY:-}", problem: "name of a variable"},
		{in: "$env:OPENROUTER_API_KEY", problem: "name of a variable"},
		{in: "%OPENROUTER_API_KEY%", problem: "name of a variable"},
		{in: "$(op read op://x/y/z)", problem: "name of a variable"},
		{in: "{{ openrouter }}", problem: "name of a variable"},
		{in: "process.env.OPENROUTER_API_KEY", problem: "name of a variable"},
		{in: "export OPENROUTER_API_KEY=" + canary, problem: "assignment"},
		{in: "export OPENROUTER_API_KEY='" + canary + "'", problem: "assignment"},
		{in: "OPENROUTER_API_KEY=" + canary, problem: "assignment"},
		{in: "OPENROUTER_API_KEY = \"" + canary + "\"", problem: "assignment"},
		{in: `OPENROUTER_API_KEY: ` + canary, problem: "assignment"},
		{in: `"OPENROUTER_API_KEY": "` + canary + `"`, problem: "assignment"},
		{in: "set OPENROUTER_API_KEY=" + canary, problem: "assignment"},
		{in: "OPENROUTER_API_KEY=", problem: "assignment"},
		{in: "op://Private/OpenRouter/credential", problem: "key_command"},
		{in: `"op://Private/Open Router/credential"`, problem: "key_command"},
		{in: "bws://1234", problem: "key_command"},
		{in: "arn:aws:secretsmanager:eu-west-1:1:secret:x", problem: "key_command"},
		{in: "https://openrouter.ai/settings/keys", problem: "key_command"},
		{in: "Bearer " + canary, problem: "Bearer"},
		{in: "bearer\t" + canary, problem: "Bearer"},
		{in: "Authorization: Bearer " + canary, problem: "Bearer"},
		{in: `"Bearer ` + canary + `"`, problem: "Bearer"},
		{in: "sk-or-v1-can…ary", problem: "masked"},
		{in: "sk-or-v1-can...ary", problem: "masked"},
		{in: "sk-or-v1-****************", problem: "masked"},
		{in: "…", problem: "masked"},
		{in: "<canary>", problem: "placeholder"},
		{in: canary + " " + canary, problem: "character that no key has"},
		{in: canary + "\u200b", problem: "character that no key has"},
	} {
		key, err := Parse(tc.in)
		if tc.problem == "" {
			if err != nil || key.Reveal() != tc.key {
				t.Errorf("Parse(%q) = %q, %v, want %q", tc.in, key.Reveal(), err, tc.key)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), tc.problem) {
			t.Errorf("Parse(%q) = %q, %v, want an error with %q", tc.in, key.Reveal(), err, tc.problem)
			continue
		}
		noCanary(t, err.Error())
	}
}

// A text of 64 hex digits with the prefix of OpenRouter is always a key.
func TestParseTakesEveryKey(t *testing.T) {
	digits := "0123456789abcdef"
	if err := quick.Check(func(b [64]byte) bool {
		key := []byte("sk-or-v1-")
		for _, c := range b {
			key = append(key, digits[c%16])
		}
		got, err := Parse(string(key))
		return err == nil && got.Reveal() == string(key)
	}, nil); err != nil {
		t.Error(err)
	}
}

// Every source is read alike.
func TestFindNamesWhatIsNoKey(t *testing.T) {
	for _, tc := range []struct{ in, key, problem string }{
		{in: "'" + canary + "'", key: canary},
		{in: "OPENROUTER_API_KEY", problem: "name of a variable"},
		{in: "op://a/b/c", problem: "reference"},
	} {
		path := put(t, t.TempDir()+"/key", tc.in+"\n", 0o600)
		fakeKeyring(t, func() (string, error) { return tc.in, nil }, nil)
		for name, account := range map[string]config.Account{
			"env": {Name: "x"}, "file": {Name: "x", KeyFile: path}, "keyring": {Name: "x", Keyring: true},
			"command": {Name: "x", KeyCommand: []string{"cat", path}},
		} {
			ortop := ""
			if name == "env" {
				ortop = tc.in
			}
			key, _, err := Find(t.Context(), environment(t, ortop, "", ""), account, false)
			if key.Reveal() != tc.key {
				t.Errorf("%s: Find(…) = %q, %v, want %q", name, key.Reveal(), err, tc.key)
			}
			checkError(t, err, tc.problem, "")
		}
	}
}
