package keys

import (
	"errors"
	"regexp"
	"strings"
	"sync"

	"ortop/client"
)

// Parse returns the key that a text from any source holds. One pair of quotes
// around it is a shell's or a file's and is dropped; a text that only leads to a
// key, or holds more than one, is refused by what it is. The error does not hold
// the key.
func Parse(s string) (client.Secret, error) {
	s = unquote(strings.TrimSpace(s))
	if problem := shape(s); problem != "" {
		return client.Secret{}, errors.New(problem)
	}
	key := client.NewSecret(s)
	if key.IsZero() {
		return key, errEmpty
	}
	return key, key.Check()
}

var errEmpty = errors.New("it is empty")

// unquote drops one matched pair of quotes.
func unquote(s string) string {
	for _, pair := range [...][2]string{{`"`, `"`}, {`'`, `'`}, {"“", "”"}, {"‘", "’"}} {
		if inner, ok := strings.CutPrefix(s, pair[0]); ok {
			if inner, ok = strings.CutSuffix(inner, pair[1]); ok {
				return strings.TrimSpace(inner)
			}
		}
	}
	return s
}

type form struct {
	is      *regexp.Regexp
	problem string
}

// forms are what stands where a key should, the first that fits. A gateway's
// keys may be of any other form, and end in the = of base64.
var forms = sync.OnceValue(func() []form {
	return []form{
		{regexp.MustCompile(`(?i)^(authorization\s*:|bearer(\s|:|$))`),
			"it is a header, with Bearer before the key: give the key alone"},
		{regexp.MustCompile(`(?i)^([a-z][a-z0-9+.-]*://|(arn|vault|ref\+\w+|env|file|keychain|secret):)`),
			`it is a reference to a key that is elsewhere: fetch it by key_command, as in key_command = ["op", "read", …]`},
		{regexp.MustCompile(`(?i)^\$[\w{(]|\$\{|\$\(|\{\{|^%\w+%$|^(process\.env|os\.environ|os\.getenv|ENV\[)`), variableName},
		{regexp.MustCompile(`^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$|^(?i)[a-z]\w*_(key|token|secret)$`), variableName},
		{regexp.MustCompile(`(?i)^((export|set|setenv|env|declare|local)\s.*|["']?[a-z_]\w*["']?(\s*=\s*[^=\s]|\s*:\s).*|["']?[a-z_]\w*(key|token|secret)["']?\s*[=:].*)$`),
			"it is an assignment: give what is right of the = sign alone"},
		{regexp.MustCompile(`…|\.\.|\*\*|••|\[(redacted|hidden)\]`),
			"it is the masked form of a key: the whole key is shown once, when it is made"},
		{regexp.MustCompile(`^<.*>$`), "it is a placeholder in place of a key"},
		{regexp.MustCompile("[\"'`“”‘’]"), "it has a quotation mark in it, which no key has"},
	}
})

const variableName = "it is the name of a variable, not what the variable holds"

// shape says what a text is that is no key, or nothing.
func shape(s string) string {
	if strings.HasPrefix(s, "sk-") && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == "" {
		return ""
	}
	for _, f := range forms() {
		if f.is.MatchString(s) {
			return f.problem
		}
	}
	return ""
}
