package client

import (
	"errors"
	"net/url"
	"strings"
	"testing"
)

func TestK10ParseBaseURL(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"the default", DefaultBaseURL, DefaultBaseURL},
		{"slash at the end", "https://openrouter.ai/api/v1/", DefaultBaseURL},
		{"case and space", " HTTPS://OpenRouter.AI/api/v1\n", DefaultBaseURL},
		{"no path", "http://127.0.0.1:4010", "http://127.0.0.1:4010"},
		{"only a slash", "http://127.0.0.1:4010/", "http://127.0.0.1:4010"},
		{"any of 127/8", "http://127.9.9.9/x", "http://127.9.9.9/x"},
		{"IPv6 loopback", "http://[::1]:4010/v1", "http://[::1]:4010/v1"},
		{"localhost", "http://LOCALHOST:8080", "http://localhost:8080"},
		{"escaped path", "https://proxy.example/a%2Fb/v1", "https://proxy.example/a%2Fb/v1"},
		{"IPv6 over https", "https://[2001:db8::1]/v1", "https://[2001:db8::1]/v1"},
		{"longest host", "https://" + strings.Repeat("a.", 126) + "a", "https://" + strings.Repeat("a.", 126) + "a"},
		{"longest", "https://a/" + strings.Repeat("x", 2038), "https://a/" + strings.Repeat("x", 2038)},
		{"highest port", "https://a:65535", "https://a:65535"},
		{"punycode", "https://xn--bcher-kva.example", "https://xn--bcher-kva.example"},
	} {
		got, err := ParseBaseURL(tt.in)
		if err != nil || got.String() != tt.want {
			t.Errorf("ParseBaseURL(%s) = %v, %v, want %s", tt.name, got, err, tt.want)
		}
	}
	for _, tt := range []struct{ name, in, words string }{
		{"empty", "", "https://"},
		{"http elsewhere", "http://openrouter.ai/api/v1", "this machine"},
		{"http to a name that looks local", "http://localhost.evil.example", "this machine"},
		{"http to 127 in the name", "http://127.0.0.1.evil.example", "this machine"},
		{"http to any address", "http://0.0.0.0:80", "this machine"},
		{"short form of loopback", "http://127.1", "this machine"},
		{"decimal loopback", "http://2130706433", "this machine"},
		{"password", "https://canary:hunter2@openrouter.ai/api/v1", "password"},
		{"user", "https://canary@openrouter.ai/api/v1", "user name"},
		{"empty user", "https://@openrouter.ai", "user name"},
		{"password in a broken URL", "https://canary:hunter2@openrouter.ai:port/", "not a URL"},
		{"query", "https://openrouter.ai/api/v1?key=hunter2", "query"},
		{"empty query", "https://openrouter.ai/api/v1?", "query"},
		{"fragment", "https://openrouter.ai/#canary", "fragment"},
		{"empty fragment", "https://openrouter.ai/#", "fragment"},
		{"no host", "https:///api/v1", "no host"},
		{"opaque", "https:openrouter.ai", "no host"},
		{"no scheme", "openrouter.ai/api/v1", "https://"},
		{"a key", canary, "https://"},
		{"file", "file:///etc/passwd", "https://"},
		{"ftp", "ftp://openrouter.ai", "https://"},
		{"port 0", "https://openrouter.ai:0", "port"},
		{"port too high", "https://openrouter.ai:65536", "port"},
		{"empty port", "https://openrouter.ai:", "port"},
		{"look-alike letters", "https://\u043epenrouter.ai", "neither"},
		{"odd host", "https://open router.ai", "not a URL"},
		{"escaped host", "https://open%72outer.ai", "not a URL"},
		{"two dots", "https://openrouter..ai", "neither"},
		{"zone", "https://[fe80::1%25eth0]/", "neither"},
		{"control character", "https://openrouter.ai/\x1b[2J", "not a URL"},
		{"host too long", "https://" + strings.Repeat("a.", 126) + "aa", "neither"},
		{"begins with a dot", "https://.openrouter.ai", "neither"},
		{"a byte too long", "https://a/" + strings.Repeat("x", 2039), "2048"},
		{"too long as it is sent", "https://openrouter.ai/" + strings.Repeat("é", 600), "2048"},
		{"too long", "https://openrouter.ai/" + strings.Repeat("x", 2048), "2048"},
	} {
		got, err := ParseBaseURL(tt.in)
		if !errors.Is(err, ErrBaseURL) || !strings.Contains(err.Error(), tt.words) {
			t.Errorf("ParseBaseURL(%s) = %v, %v, want an error with %q", tt.name, got, err, tt.words)
		}
		if err != nil && (strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "c0ffee")) {
			t.Errorf("ParseBaseURL(%s) = %q, which repeats the input", tt.name, err)
		}
	}
}

func FuzzParseBaseURL(f *testing.F) {
	for _, s := range []string{DefaultBaseURL, "http://127.0.0.1:4010/", "http://[::1]", "https://a:b@c/?d#e", "http://localhost:1//x/../y", "https://h/%2e%2e/", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u, err := ParseBaseURL(s)
		if err != nil {
			return
		}
		again, err := ParseBaseURL(u.String())
		if err != nil || again.String() != u.String() {
			t.Fatalf("ParseBaseURL(%q) = %v, which reads as %v, %v", s, u, again, err)
		}
		if u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Host == "" {
			t.Fatalf("ParseBaseURL(%q) = %v, want scheme, host and path alone", s, u)
		}
		asked, err := url.Parse((&Client{base: u}).url("credits"))
		if err != nil || asked.Host != u.Host || !strings.HasSuffix(asked.Path, "/credits") {
			t.Fatalf("ParseBaseURL(%q) leads to %v, %v, want another path of %v", s, asked, err, u)
		}
	})
}
