package client

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestK04SecretIsNeverPrinted(t *testing.T) {
	s := NewSecret(canary)
	type holder struct {
		Public  Secret
		private Secret
	}
	c, err := New(Config{Key: s})
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]any{
		"value": s, "pointer": &s, "slice": []Secret{s}, "map": map[Secret]Secret{s: s},
		"field": holder{s, s}, "field pointer": &holder{s, s},
		"config": Config{Key: s}, "client": c, "client value": *c,
	}
	for name, v := range values {
		for _, verb := range strings.Fields("%v %+v %#v %s %q %x %X %d %t %b %o %c %U %e %g %p %T %w %10.3s %z") {
			if got := fmt.Sprintf(verb, v); leaks(got) {
				t.Errorf("Sprintf(%s, %s) = %q, which holds the key", verb, name, got)
			}
		}
		if strings.HasPrefix(name, "map") || strings.HasPrefix(name, "c") {
			continue // not for JSON
		}
		if got, err := json.Marshal(v); err != nil || leaks(string(got)) {
			t.Errorf("Marshal(%s) = %s, %v, want no key and no error", name, got, err)
		}
		for _, h := range []func(*bytes.Buffer) slog.Handler{
			func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
			func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
		} {
			var b bytes.Buffer
			slog.New(h(&b)).Info("asking", "key", v)
			if leaks(b.String()) {
				t.Errorf("logging %s = %q, which holds the key", name, &b)
			}
		}
	}
	for name, got := range map[string]string{
		"String": s.String(), "GoString": s.GoString(), "%v": fmt.Sprint(s), "%x": fmt.Sprintf("%x", s),
		"LogValue": s.LogValue().String(),
	} {
		if got != "[redacted]" {
			t.Errorf("%s = %q, want [redacted]", name, got)
		}
	}
	if got, err := s.MarshalText(); string(got) != "[redacted]" || err != nil {
		t.Errorf("MarshalText() = %q, %v, want [redacted]", got, err)
	}
	if got, err := json.Marshal(s); string(got) != `"[redacted]"` || err != nil {
		t.Errorf("Marshal(secret) = %s, %v, want \"[redacted]\"", got, err)
	}
}

// leaks reports whether s holds the canary as text, in hex or as bytes.
func leaks(s string) bool {
	return strings.Contains(s, "c0ffee00") ||
		strings.Contains(strings.ToLower(s), fmt.Sprintf("%x", "c0ffee00")) ||
		strings.Contains(s, "99 48 102 102") // %d of a string's bytes
}

func TestSecret(t *testing.T) {
	if got := NewSecret(" \t" + canary + "\r\n").Reveal(); got != canary {
		t.Errorf("Reveal() = %q, want the key without white space", got)
	}
	if same := NewSecret(canary); same != NewSecret(" "+canary) || same == NewSecret("other") {
		t.Error("secrets are not equal exactly where their keys are")
	}
	for _, zero := range []Secret{{}, NewSecret(""), NewSecret(" \n")} {
		if !zero.IsZero() || zero.Reveal() != "" || zero.Fingerprint() != "" || zero.Check() == nil {
			t.Errorf("zero secret = %v %q %q %v, want no key", zero.IsZero(), zero.Reveal(), zero.Fingerprint(), zero.Check())
		}
	}
	a, b := NewSecret(canary).Fingerprint(), NewSecret(canary+"0").Fingerprint()
	if len(a) != 8 || strings.Trim(a, "0123456789abcdef") != "" || a == b {
		t.Errorf("Fingerprint() = %q and %q, want 8 hex digits that differ", a, b)
	}
}

func TestSecretCheckNamesThePlace(t *testing.T) {
	for key, place := range map[string]string{"a bc": "position 2", "abc\x7f": "position 4"} {
		if err := NewSecret(key).Check(); err == nil || !strings.HasSuffix(err.Error(), place) {
			t.Errorf("Check(%q) = %v, want %s", key, err, place)
		}
	}
}

func TestSecretCheck(t *testing.T) {
	for _, tt := range []struct {
		name, key string
		ok        bool
	}{
		{"real", canary, true},
		{"of a mock server", "x", true},
		{"first and last of ASCII", "!~", true},
		{"longest", strings.Repeat("k", 512), true},
		{"too long", strings.Repeat("k", 513), false},
		{"two words", "Bearer canarykey", false},
		{"line break", "canary\nkey", false},
		{"not ASCII", "canarykeyé", false},
		{"DEL", "canarykey\x7f", false},
		{"empty", "", false},
	} {
		err := NewSecret(tt.key).Check()
		if (err == nil) != tt.ok {
			t.Errorf("Check(%s) = %v, want ok %v", tt.name, err, tt.ok)
		}
		if err != nil && (strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "kkk")) {
			t.Errorf("Check(%s) = %q, which holds the key", tt.name, err)
		}
	}
}
