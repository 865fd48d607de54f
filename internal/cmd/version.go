package cmd

import (
	"context"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is the module's version as it was built, or "devel".
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "devel"
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
	o := versionObject{Schema: 1, Version: version(), Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				o.Commit = &s.Value
			case "vcs.time":
				o.CommitAt = &s.Value
			}
		}
	}
	return o
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
			return a.answer("ortop " + version())
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, jsonUsage)
	return c
}
