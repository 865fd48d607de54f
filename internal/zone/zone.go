// Package zone finds the zone of whoever runs the program, also where it is given by
// its rules.
package zone

import (
	"encoding/binary"
	"os"
	"time"

	"ortop/internal/text"
)

// posixZone is a zone by its rules, as POSIX has it for TZ: EST5EDT,M3.2.0,M11.1.0
// or <+05>-5. Routers and containers have no files of zones.
var posixZone = text.Form(`^:?((?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)[+-]?\d{1,2}(?::\d{2}){0,2}` +
	`(?:(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)(?:[+-]?\d{1,2}(?::\d{2}){0,2})?(?:,[MJ0-9.]+(?:/[+-]?\d{1,3}(?::\d{2}){0,2})?){2})?)$`)

// Local applies a zone that TZ gives by its rules: Go knows zones by name alone,
// and takes any other for UTC. Then it says so; empty: the zone holds.
func Local() string {
	tz := os.Getenv("TZ")
	if tz == "" || known(tz) {
		return ""
	}
	loc := byRules(tz)
	if loc == nil {
		return "TZ=" + text.Clean(tz, 100) + " is not known: times are shown in UTC"
	}
	time.Local = loc
	return ""
}

func known(tz string) bool {
	if tz[0] == ':' {
		tz = tz[1:]
	}
	if tz == "" || tz[0] == '/' { // a file, which Go reads
		return true
	}
	_, err := time.LoadLocation(tz)
	return err == nil
}

// byRules is the zone of a POSIX TZ; nil if it is none. The rules are the footer
// of a file of zones (RFC 9636) that holds no transitions.
func byRules(tz string) *time.Location {
	m := posixZone().FindStringSubmatch(tz)
	if m == nil {
		return nil
	}
	header := func(types, chars uint32) []byte {
		b := append([]byte("TZif2"), make([]byte, 15)...)
		for _, n := range []uint32{0, 0, 0, 0, types, chars} {
			b = binary.BigEndian.AppendUint32(b, n)
		}
		return b
	}
	const name = "UTC\x00"
	data := append(header(0, 0), header(1, uint32(len(name)))...)
	data = append(data, 0, 0, 0, 0, 0, 0) // of the time before the rules, which is never
	data = append(data, name+"\n"+m[1]+"\n"...)
	loc, err := time.LoadLocationFromTZData(tz, data)
	if err != nil {
		return nil
	}
	return loc
}
