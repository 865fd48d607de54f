package cmd

import (
	"context"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

// stamp is what a release was built with: "VERSION,COMMIT,TIME", and empty in other
// builds.
var stamp string

// built is the version, or "devel", the commit and its time. What the build does not
// know is empty.
func built() (version, commit, at string) {
	if f := strings.Split(stamp, ","); len(f) == 3 {
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

func version() string {
	v, _, _ := built()
	return v
}

// versionObject is what version --json prints; null is what the build does not know.
type versionObject struct {
	Schema   int     `json:"schema"`
	Version  string  `json:"version"`
	Commit   *string `json:"commit"`
	CommitAt *string `json:"commit_at"`
	Go       string  `json:"go"`
	OS       string  `json:"os"`
	Arch     string  `json:"arch"`
}

func versionNow() versionObject {
	version, commit, at := built()
	o := versionObject{Schema: 1, Version: version, Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
	if commit != "" {
		o.Commit, o.CommitAt = &commit, &at
	}
	return o
}

// versionText is the version, and in a line of its own the commit where it is known.
func versionText() string {
	version, commit, at := built()
	text := "ortop " + version
	if commit != "" {
		text += "\ncommit " + commit[:min(len(commit), 12)] + ", " + at
	}
	return text
}

func (a *app) versionCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: a.runs(func(context.Context, []string) error {
			if asJSON {
				return a.answerJSON(versionNow())
			}
			return a.answer(versionText())
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, jsonUsage)
	return c
}
