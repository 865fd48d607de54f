package cmd

import (
	"context"
	"runtime"

	"github.com/spf13/cobra"

	"ortop/internal/cmd/cli"
)

// versionObject is what version --json prints; null is what the build does not know.
type versionObject struct {
	_ [0]func() // never compared, which would be some program for each type

	Schema   int     `json:"schema"`
	Version  string  `json:"version"`
	Commit   *string `json:"commit"`
	CommitAt *string `json:"commit_at"`
	Go       string  `json:"go"`
	OS       string  `json:"os"`
	Arch     string  `json:"arch"`
}

func versionNow() versionObject {
	version, commit, at := cli.Built()
	o := versionObject{Schema: 1, Version: version, Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
	if commit != "" {
		o.Commit, o.CommitAt = &commit, &at
	}
	return o
}

// versionText is the version, and in a line of its own the commit where it is known.
func versionText() string {
	version, commit, at := cli.Built()
	text := "ortop " + version
	if commit != "" {
		text += "\ncommit " + commit[:min(len(commit), 12)] + ", " + at
	}
	return text
}

func versionCommand(a *cli.App) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: a.Runs(func(context.Context, []string) error {
			if asJSON {
				return a.AnswerJSON(versionNow())
			}
			return a.Answer(versionText())
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, cli.JSONUsage)
	return c
}
