package config

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"ortop/internal/text"

	"github.com/pelletier/go-toml/v2/unstable"
)

// value is what stands right of the equals sign. Its methods' errors follow
// the setting's name and never repeat the value.
type value struct {
	node   *unstable.Node
	folder string
}

func (v value) text(to *string) error {
	if v.node.Kind != unstable.String {
		return errors.New("must be text in quotes")
	}
	s := string(v.node.Data)
	if err := checkText(s); err != nil {
		return err
	}
	*to = s
	return nil
}

func checkText(s string) error {
	if text.HasKey(s) {
		return errors.New("holds what looks like a key: keys must not stand in this file")
	}
	if strings.ContainsFunc(s, unicode.IsControl) {
		return errors.New("must not hold control characters")
	}
	return nil
}

func (v value) boolean(to *bool) error {
	if v.node.Kind != unstable.Bool {
		return errors.New("must be true or false, without quotes")
	}
	*to = string(v.node.Data) == "true"
	return nil
}

// duration is a span of a day at most.
func (v value) duration(to *time.Duration) error {
	return v.within(to, `must be a duration in quotes, such as "60s" or "5m"`, 24*time.Hour, "24h")
}

// within reads a span as the flags do, of at most so much.
func (v value) within(to *time.Duration, wrong string, most time.Duration, name string) error {
	if v.node.Kind != unstable.String {
		return errors.New(wrong)
	}
	d, err := text.ParseSpan(strings.TrimPrefix(string(v.node.Data), "-"))
	if err != nil {
		return errors.New(wrong)
	}
	if d <= 0 || d > most || v.node.Data[0] == '-' {
		return errors.New("must be more than 0 and at most " + name)
	}
	*to = d
	return nil
}

// url checks the form only; which hosts and schemes are safe is the client's
// business.
func (v value) url(to *string) error {
	var s string
	if err := v.text(&s); err != nil {
		return err
	}
	if u, err := url.Parse(s); s != "" && (err != nil || u.Scheme == "" || u.Host == "") {
		return errors.New(`must be a URL, such as "https://openrouter.ai/api/v1"`)
	}
	*to = s
	return nil
}

func (v value) path(to *string) error {
	var s string
	if err := v.text(&s); err != nil || s == "" {
		return err
	}
	s, err := expandHome(s)
	if err != nil {
		return err
	}
	if !filepath.IsAbs(s) {
		s = filepath.Join(v.folder, s)
	}
	*to = filepath.Clean(s)
	return nil
}

func expandHome(path string) (string, error) {
	for _, sign := range []string{"~", "$HOME", "${HOME}"} {
		rest, found := strings.CutPrefix(path, sign)
		if !found || rest != "" && !os.IsPathSeparator(rest[0]) {
			continue
		}
		home, err := os.UserHomeDir()
		if err != nil || !filepath.IsAbs(home) {
			return "", errors.New("starts in the home folder, but " + NoHome())
		}
		return filepath.Join(home, rest), nil
	}
	if strings.HasPrefix(path, "~") || strings.HasPrefix(path, "$") {
		return "", errors.New(`can start with "~/" or "$HOME/", but with no other user or variable`)
	}
	return path, nil
}

func (v value) command(to *[]string) error {
	argv, err := v.list(`must be a list of the program and its arguments, such as ["op", "read", "op://vault/item/field"]`)
	if err != nil {
		return err
	}
	if len(argv) == 0 || argv[0] == "" {
		return errors.New("must name a program")
	}
	*to = argv
	return nil
}

//go:noinline
func (v value) texts(to *[]string) error {
	all, err := v.list(`must be a list, such as ["phone", "mail"]`)
	if err == nil {
		*to = all
	}
	return err
}

// list are texts; what says what they must be.
func (v value) list(what string) (all []string, err error) {
	if v.node.Kind != unstable.Array {
		return nil, errors.New(what)
	}
	for items := v.node.Children(); items.Next(); {
		if items.Node().Kind == unstable.Comment {
			continue
		}
		var s string
		if err := (value{node: items.Node()}).text(&s); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

// oneOf takes one of the names.
func (v value) oneOf(to *string, names []string) error {
	var s string
	if err := v.text(&s); err != nil {
		return err
	}
	if !slices.Contains(names, s) {
		return fmt.Errorf("must be one of %s%s", strings.Join(names, ", "), suggest(s, names))
	}
	*to = s
	return nil
}

// tomlNumber is a decimal as TOML writes it: with underscores between digits, and no
// zero before others.
var tomlNumber = text.Form(`^[+-]?(0|[1-9](_?\d)*)(\.\d(_?\d)*)?([eE][+-]?\d(_?\d)*)?$`)

// number takes a number of 0 to a billion.
func (v value) number(to *float64) error {
	if v.node.Kind != unstable.Integer && v.node.Kind != unstable.Float {
		return errors.New("must be a number, without quotes")
	}
	n, err := strconv.ParseFloat(strings.ReplaceAll(string(v.node.Data), "_", ""), 64)
	if err != nil || !(n >= 0 && n <= 1e9) || !tomlNumber().MatchString(string(v.node.Data)) {
		return errors.New("must be a number of 0 to 1000000000")
	}
	*to = n
	return nil
}

// share takes a percentage.
func (v value) share(to *float64) error {
	wrong := errors.New(`must be a percentage in quotes, such as "90%"`)
	if v.node.Kind != unstable.String {
		return wrong
	}
	digits, ok := strings.CutSuffix(string(v.node.Data), "%")
	percent, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
	if !ok || err != nil {
		return wrong
	}
	if !(percent > 0 && percent <= 100) {
		return errors.New("must be more than 0% and at most 100%")
	}
	*to = percent / 100
	return nil
}

func (v value) amountOrShare(amount, ratio *float64) error {
	if v.node.Kind == unstable.String {
		return v.share(ratio)
	}
	return v.number(amount)
}

// span is a duration that may be longer than a day.
func (v value) span(to *time.Duration) error {
	return v.within(to, `must be a duration in quotes, such as "90m", "36h" or "7d"`, 366*24*time.Hour, "366d")
}

// hours takes "22:00-07:00", or "" for none.
func (v value) hours(to *Hours) error {
	var s string
	if err := v.text(&s); err != nil {
		return err
	}
	if s == "" {
		*to = Hours{}
		return nil
	}
	wrong := errors.New(`must be two times of day, such as "22:00-07:00"`)
	from, until, ok := strings.Cut(s, "-")
	if !ok {
		return wrong
	}
	for _, part := range []struct {
		text string
		to   *time.Duration
	}{{from, &to.From}, {until, &to.To}} {
		clock, err := time.Parse("15:04", strings.TrimSpace(part.text))
		if err != nil {
			return wrong
		}
		*part.to = time.Duration(clock.Hour())*time.Hour + time.Duration(clock.Minute())*time.Minute
	}
	if to.From == to.To {
		return errors.New("must be two different times")
	}
	return nil
}

// zone takes the name of a time zone, or "" for the system's.
func (v value) zone(to *string) error {
	var s string
	if err := v.text(&s); err != nil {
		return err
	}
	if err := text.CheckZone(s); err != nil {
		return err
	}
	*to = s
	return nil
}

// currency takes "EUR 0.92", or "" for none.
func (v value) currency(to *text.Currency) (err error) {
	var s string
	if err := v.text(&s); err != nil {
		return err
	}
	*to, err = text.ParseCurrency(s)
	return err
}

// keys takes the name of a key, or a list of them, which may be empty.
func (v value) keys() ([]string, error) {
	names := []string{}
	if v.node.Kind != unstable.Array {
		var s string
		if err := v.text(&s); err != nil {
			return nil, errors.New(`must be a key in quotes, such as "R", or a list of them`)
		}
		return append(names, s), nil
	}
	err := v.texts(&names)
	if names == nil {
		names = []string{}
	}
	return names, err
}
