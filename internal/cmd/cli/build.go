package cli

import (
	"runtime/debug"
	"strings"
)

// Stamp is what a release was built with: "VERSION,COMMIT,TIME", and empty in other
// builds.
var Stamp string

// Built is the version, or "devel", the commit and its time. What the build does not
// know is empty.
func Built() (version, commit, at string) {
	if f := strings.Split(Stamp, ","); len(f) == 3 {
		return f[0], f[1], f[2]
	}
	version = "devel"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return version, "", ""
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		version = v
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			commit = s.Value
		case "vcs.time":
			at = s.Value
		}
	}
	return version, commit, at
}

// Version is that of the program: "devel" where the build does not know it.
//
//go:noinline
func Version() string {
	v, _, _ := Built()
	return v
}
