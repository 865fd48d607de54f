package alert

import (
	"errors"
	"mime"
	"strings"
	"unicode"
	"unicode/utf8"
)

// mailbox is an address of a mail, with the name that a person gave it. net/mail reads
// them too, and all that has ever been one besides, with 40 kB of program.
type mailbox struct{ name, at string }

var errNoAddress = errors.New("no address")

// parseAddresses reads addresses such as "a@example.com" and `Name <a@example.com>`
// with commas between them.
func parseAddresses(list string) ([]mailbox, error) {
	var all []mailbox
	for rest, more := list, true; more; {
		var one string
		one, rest, more = cutUnquoted(rest)
		a, err := parseAddress(strings.TrimSpace(one))
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

// cutUnquoted cuts s at its first comma that is not between quotes.
func cutUnquoted(s string) (before, after string, ok bool) {
	quoted, escaped := false, false
	for i, r := range s {
		switch {
		case escaped:
			escaped = false
		case quoted && r == '\\':
			escaped = true
		case r == '"':
			quoted = !quoted
		case r == ',' && !quoted:
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

func parseAddress(s string) (mailbox, error) {
	a := mailbox{at: s}
	if inner, ok := strings.CutSuffix(s, ">"); ok {
		i := strings.LastIndexByte(inner, '<')
		if i < 0 {
			return a, errNoAddress
		}
		a.name, a.at = strings.TrimSpace(inner[:i]), inner[i+1:]
		if name, ok := strings.CutPrefix(a.name, `"`); ok {
			if name, ok = strings.CutSuffix(name, `"`); !ok {
				return a, errNoAddress
			}
			a.name = strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(name)
		} else if strings.ContainsAny(a.name, `"()<>[]:;@\,`) {
			return a, errNoAddress
		}
	}
	user, domain, ok := strings.Cut(a.at, "@")
	if !ok || !utf8.ValidString(s) || !dotted(user) || !dotted(domain) || strings.ContainsFunc(a.name, unicode.IsControl) {
		return a, errNoAddress
	}
	return a, nil
}

// dotted reports whether s is words with dots between them, as on either side of
// the @.
func dotted(s string) bool {
	for word := range strings.SplitSeq(s, ".") {
		if word == "" || strings.ContainsAny(word, `"()<>[]:;@\,`) || strings.ContainsFunc(word, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
			return false
		}
	}
	return true
}

// String is the address as a header of a mail has it.
func (a mailbox) String() string {
	switch at := "<" + a.at + ">"; {
	case a.name == "":
		return at
	case strings.ContainsFunc(a.name, func(r rune) bool { return r > unicode.MaxASCII }):
		encoding := mime.QEncoding
		if strings.ContainsAny(a.name, "\"#$%&'(),.:;<>@[]^`{|}~") { // which that leaves as they are
			encoding = mime.BEncoding
		}
		return encoding.Encode("utf-8", a.name) + " " + at
	default:
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(a.name) + `" ` + at
	}
}
