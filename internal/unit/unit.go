// Package unit writes the units with which systemd and launchd run ortop as a
// service.
package unit

import (
	"strconv"
	"strings"
)

// Service is the program that a unit runs.
type Service struct {
	Args     []string // the binary's absolute path, and its arguments
	Writable string   // an existing folder, in or below which the history lies
	Log      string   // the file that launchd writes to; empty: none
	UID      int
}

// quoteSystemd is an argument as systemd's command lines read it.
func quoteSystemd(s string) string { return `"` + systemdEscaper.Replace(s) + `"` }

// systemdEscaper doubles what begins a specifier or a variable.
var systemdEscaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "%", "%%", "$", "$$")

// quotePath is a path as systemd's lists of paths read it: variables mean
// nothing there.
func quotePath(s string) string { return `"` + systemdPathEscaper.Replace(s) + `"` }

var systemdPathEscaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "%", "%%")

// quoteXML is a text as XML has it, which has no place for most control characters.
func quoteXML(s string) string {
	return xmlEscaper.Replace(strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff {
			return '\uFFFD'
		}
		return r
	}, s))
}

var xmlEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\t", "&#x9;", "\n", "&#xA;", "\r", "&#xD;")

// Systemd is the unit for systemd's user manager.
func (u Service) Systemd() string {
	args := make([]string, len(u.Args))
	for i, arg := range u.Args {
		args[i] = quoteSystemd(arg)
	}
	return systemd(ownPlace, "", strings.Join(args, " "), strconv.Itoa(u.UID), quotePath(u.Writable))
}

// Packaged is the unit for systemd's user manager that a package installs: it names no
// machine's folders, and makes that of the history before they become read-only.
func Packaged(binary string) string {
	return systemd(packagedPlace, "\nExecStartPre=+/bin/mkdir -p %h/.local/share/ortop", binary+" collect", "UID", "-%h/.local/share/ortop -%S/ortop")
}

func systemd(place, before, args, uid, writable string) string {
	return strings.NewReplacer("@PLACE@", place, "@BEFORE@", before, "@ARGS@", args, "@UID@", uid, "@WRITABLE@", writable).Replace(systemdUnit)
}

// Launchd is the agent for launchd.
func (u Service) Launchd() string {
	var args, log string
	for _, arg := range u.Args {
		args += "\n\t\t<string>" + quoteXML(arg) + "</string>"
	}
	if u.Log != "" {
		log = "\n\t<key>StandardErrorPath</key>\n\t<string>" + quoteXML(u.Log) + "</string>"
	}
	return strings.NewReplacer("@ARGS@", args, "@UID@", strconv.Itoa(u.UID), "@LOG@", log).Replace(launchdUnit)
}
