package text

import (
	"math"
	"regexp"
	"strings"
	"sync"
)

// Redacted stands where Redact took a secret out.
const Redacted = "[redacted]"

// secret is a form in which text gives a secret away.
type secret struct {
	// hints are what text of this form has one of, in any case. They are much
	// cheaper to look for than the form.
	hints []string
	// form is compiled when its first hint is seen.
	form func() *regexp.Regexp
	// with is what replaces the form: its groups stay.
	with string
}

// Form is a regular expression, which is compiled when it is first asked for: most runs
// of a program need few of those that it has.
//
//go:noinline
func Form(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

// key is OpenRouter's keys, also cut ones, "sk-or-v1-" and 64 hex digits. It
// spares the masked labels ("sk-or-v1-0e6...1c96") that distinguish keys.
var key = secret{
	hints: []string{"sk-or-"},
	form:  Form(`(?i)sk-or-[a-z0-9_-]{10,}`),
	with:  Redacted,
}

var secrets = []secret{
	key,
	{ // a header, in plain text or in JSON
		hints: []string{"authorization", "api-key"},
		form:  Form(`(?i)((?:authorization|x-api-key|api-key)["']?\s*[:=]\s*["']?(?:(?:bearer|basic|digest|token)\s+)?)[^\s"',;]+`),
		with:  "${1}" + Redacted,
	},
	{ // a token without its header; shorter words may be prose
		hints: []string{"bearer", "basic"},
		form:  Form(`(?i)\b((?:bearer|basic)\s+)[a-z0-9._~+/=-]{16,}`),
		with:  "${1}" + Redacted,
	},
	{ // a URL with a password, which may hold what a URL may not
		hints: []string{"://"},
		form:  Form(`(?i)([a-z][a-z0-9+.-]*://[^\s/?#:@]*):[^\s"]*@`),
		with:  "${1}:" + Redacted + "@",
	},
	{ // a data source name, a query or JSON
		hints: []string{"passw", "pwd", "secret", "token", "apikey", "api_key"},
		form:  Form(`(?i)((?:password|passwd|pwd|secret|token|apikey|api_key)(?:\s*=\s*|["']\s*:\s*))(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s&;,'"]+)`),
		with:  "${1}" + Redacted,
	},
}

func (f secret) hinted(s string) bool {
	for _, hint := range f.hints {
		if containsFold(s, hint) {
			return true
		}
	}
	return false
}

// containsFold reports whether s contains part, which is lower-case ASCII, in
// any case.
func containsFold(s, part string) bool {
	for i := 0; i+len(part) <= len(s); i++ {
		if s[i]|0x20 == part[0]|0x20 && strings.EqualFold(s[i:i+len(part)], part) {
			return true
		}
	}
	return false
}

// Redact returns s with each of own, and whatever has the form of a secret,
// replaced by Redacted: OpenRouter keys, authorization headers and bearer
// tokens, the passwords of URLs and of data source names. What stands around
// them stays. An empty own is ignored.
//
// It finds a secret only in text that is whole and clean: Safe does all of it
// in the right order.
func Redact(s string, own ...string) string {
	for _, secret := range own {
		if secret != "" {
			s = strings.ReplaceAll(s, secret, Redacted)
		}
	}
	for _, f := range secrets {
		if f.hinted(s) {
			s = f.form().ReplaceAllString(s, f.with)
		}
	}
	return s
}

// HasKey reports whether s holds what looks like an OpenRouter key.
func HasKey(s string) bool { return key.hinted(s) && key.form().MatchString(s) }

// Safe returns foreign text as one line of at most maxBytes bytes that may be
// shown, logged and stored: clean (see Clean) and redacted (see Redact).
func Safe(s string, maxBytes int, own ...string) string {
	// Redacted only once clean, as Clean can join the halves of a key; cut
	// only once redacted, as half a key does not look like one.
	return Clean(Redact(Clean(s, math.MaxInt), own...), maxBytes)
}
