package text

import (
	"strings"
	"testing"
)

// canary is a key of OpenRouter's form.
var canary = "sk-or-v1-" + strings.Repeat("c0ffee00", 8)

func TestRedact(t *testing.T) {
	for _, tt := range []struct{ name, in, own, want string }{
		{"nothing", "fine", "", "fine"},
		{"own secret of any form", "bad key my-odd-key!", "my-odd-key", "bad key [redacted]!"},
		{"a key that is not ours", "no such key " + canary + ".", "other", "no such key [redacted]."},
		{"upper case", strings.ToUpper(canary), "", "[redacted]"},
		{"cut key", canary[:30], "", "[redacted]"},
		{"shortest cut key", "sk-or-v1-1234567", "", "[redacted]"},
		{"several keys", canary + "," + canary, "", "[redacted],[redacted]"},
		{"masked label stays", "sk-or-v1-0e6...1c96", canary, "sk-or-v1-0e6...1c96"},
		{"masked label with an ellipsis stays", "sk-or-v1-abc…123", "", "sk-or-v1-abc…123"},
		{"header with a key", `Authorization: Bearer ` + canary + `"`, canary, `Authorization: Bearer [redacted]"`},
		{"header with another token", "got authorization: Bearer eyJh.b-c_d~1+/=, retry", "", "got authorization: Bearer [redacted], retry"},
		{"header of basic", "Proxy-Authorization: Basic dXNlcjpwYXNz", "", "Proxy-Authorization: Basic [redacted]"},
		{"header without a scheme", "Authorization=abc123 next", "", "Authorization=[redacted] next"},
		{"header in JSON", `{"Authorization":"Bearer abc","x-api-key": "def"}`, "", `{"Authorization":"Bearer [redacted]","x-api-key": "[redacted]"}`},
		{"bearer token", "sent BEARER abcdefgh12345678 to it", "", "sent BEARER [redacted] to it"},
		{"prose about tokens", "Bearer authentication, basic authentication and Authorization are missing", "", "Bearer authentication, basic authentication and Authorization are missing"},
		{"server's words", "Missing Authentication header", "", "Missing Authentication header"},
		{"URL with a password", `dial "postgres://ann:hunter2@db.test:5432/x?sslmode=require"`, "", `dial "postgres://ann:[redacted]@db.test:5432/x?sslmode=require"`},
		{"URL with a password and no user", "redis://:hunter2@cache", "", "redis://:[redacted]@cache"},
		{"URL with an odd password", "https://ann:hun/ter@2?#@proxy.test/", "", "https://ann:[redacted]@proxy.test/"},
		{"URL and address in JSON", `{"url":"https://api.test:443/x","mail":"a@b.c"}`, "", `{"url":"https://api.test:443/x","mail":"a@b.c"}`},
		{"URL without a password", "https://ann@openrouter.ai:443/api/v1", "", "https://ann@openrouter.ai:443/api/v1"},
		{"data source name", "host=db user=ann password=hunter2 sslmode=require", "", "host=db user=ann password=[redacted] sslmode=require"},
		{"quoted password", `host=db PASSWORD = 'hun\' ter2' user=ann`, "", `host=db PASSWORD = [redacted] user=ann`},
		{"password in double quotes", `password="hun ter2" user=ann`, "", `password=[redacted] user=ann`},
		{"query", "GET /x?access_token=abc&api_key=def;pwd=ghi", "", "GET /x?access_token=[redacted]&api_key=[redacted];pwd=[redacted]"},
		{"password in JSON", `{"password": "hunter2", "user": "ann"}`, "", `{"password": [redacted], "user": "ann"}`},
		{"prose about passwords", "the password is wrong: token expected", "", "the password is wrong: token expected"},
	} {
		got := Redact(tt.in, tt.own)
		if got != tt.want {
			t.Errorf("Redact(%s) = %q, want %q", tt.name, got, tt.want)
		}
		if again := Redact(got, tt.own); again != got {
			t.Errorf("Redact(Redact(%s)) = %q, want %q", tt.name, again, got)
		}
	}
}

func TestHasKey(t *testing.T) {
	for s, want := range map[string]bool{canary: true, "x " + canary[:19]: true, "SK-OR-v1-0123456": true, "sk-or-v1-0e6...1c96": false, "sk-or-": false, "": false, "sk-ant-0123456789abcdef": false} {
		if got := HasKey(s); got != want {
			t.Errorf("HasKey(%q) = %v, want %v", s, got, want)
		}
	}
}

func TestContainsFold(t *testing.T) {
	for s, want := range map[string]bool{"": false, "b": false, "ab": true, "xAb": true, "aB.": true, "a b": false, "AAB": true} {
		if got := containsFold(s, "ab"); got != want {
			t.Errorf("containsFold(%q, ab) = %v, want %v", s, got, want)
		}
	}
}

func TestSafe(t *testing.T) {
	for _, tt := range []struct {
		name, in, own string
		max           int
		want          string
	}{
		{"halves of a key that meet once the text is clean", "key " + canary[:12] + "\ufe0f" + canary[12:], "", 100, "key [redacted]"},
		{"a key that the cut would hide", "key " + canary, "", 20, "key [redacted]"},
		{"a key across lines", "a\nkey " + canary + "\x1b[2J", "", 100, "a key [redacted]\ufffd[2J"},
		{"our own, whole after cleaning", "my\ufe0fkey1", "mykey1", 100, "[redacted]"},
		{"cut", strings.Repeat("x", 50), "", 8, "xxxxx…"},
	} {
		if got := Safe(tt.in, tt.max, tt.own); got != tt.want {
			t.Errorf("Safe(%s) = %+q, want %+q", tt.name, got, tt.want)
		}
	}
}

func FuzzRedact(f *testing.F) {
	for _, s := range []string{"", canary, "Authorization: Bearer x", "a://b:c@d:e@f", "password='a b' token=c", `"pwd":"`, "bearer " + canary[:25]} {
		f.Add(s, "own secret")
	}
	f.Fuzz(func(t *testing.T, s, own string) {
		got := Safe(s, 1000, own)
		if HasKey(got) {
			t.Fatalf("Safe(%+q) = %+q, which holds a key", s, got)
		}
		for _, in := range []string{"a " + canary + " " + s, s + " x://y:hunter2hunter2@z", s + " password=hunter2hunter2"} {
			if got := Redact(in); strings.Contains(got, canary) || strings.Contains(got, "hunter2hunter2") {
				t.Fatalf("Redact(%+q) = %+q, which holds the secret", in, got)
			}
		}
	})
}

func BenchmarkSafe(b *testing.B) {
	for name, s := range map[string]string{"name": "batch-nightly-eu-17", "foreign": "Müllers Schlüssel", "label": "sk-or-v1-0e6...1c96"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = Safe(s, 200, canary)
			}
		})
	}
}
