package template

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// number reads a number as Go writes them.
func (p *parser) number() (value, error) {
	end := 1
	for p.digit(end) || end < len(p.rest) && (letter(p.rest[end]) || p.rest[end] == '.' ||
		strings.IndexByte("+-", p.rest[end]) >= 0 && strings.IndexByte("eEpP", p.rest[end-1]) >= 0) {
		end++
	}
	s := p.rest[:end]
	p.rest = p.rest[end:]
	if whole, err := strconv.ParseInt(s, 0, 64); err == nil {
		return constant(float64(whole)), nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !strings.ContainsAny(s, ".eEpP") {
		return nil, fmt.Errorf("%s is not a number", s)
	}
	return constant(f), nil
}

const blanks = " \t\r\n"

// blank tells whether what is at i is one.
func (p *parser) blank(i int) bool {
	return i < len(p.rest) && strings.IndexByte(blanks, p.rest[i]) >= 0
}

// digit tells whether what is at i is one.
func (p *parser) digit(i int) bool {
	return i < len(p.rest) && p.rest[i] >= '0' && p.rest[i] <= '9'
}

func letter(c byte) bool {
	return c == '_' || c >= 0x80 || c|' ' >= 'a' && c|' ' <= 'z'
}

// skip skips blanks, and tells whether there were any.
//
//go:noinline
func (p *parser) skip() bool {
	was := len(p.rest)
	p.rest = strings.TrimLeft(p.rest, blanks)
	return len(p.rest) < was
}

// word takes the name that comes next; empty if none does.
func (p *parser) word() string {
	end := 0
	for end < len(p.rest) && (letter(p.rest[end]) || end > 0 && p.digit(end)) {
		end++
	}
	if end < len(p.rest) && !strings.Contains(blanks+".|()}", p.rest[end:end+1]) {
		return ""
	}
	name := p.rest[:end]
	p.rest = p.rest[end:]
	return name
}

// take takes s where that comes next.
func (p *parser) take(s string) (ok bool) {
	p.rest, ok = strings.CutPrefix(p.rest, s)
	return ok
}

// close takes the end of an action, and the blanks behind one that trims them.
func (p *parser) close() error {
	if p.skip() && p.take("-}}") {
		p.skip()
		return nil
	}
	if !p.take("}}") {
		return p.unexpected(p.rest)
	}
	return nil
}

func (p *parser) unexpected(s string) error {
	if s == "" {
		return errors.New("an action has no }}")
	}
	return fmt.Errorf("unexpected %q", s)
}
