package cmd

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ortop/internal/cmd/cli"
)

func TestManualHasEveryCommandAndFlag(t *testing.T) {
	root := newRoot(&cli.App{})
	page := manualPage(root, "2026-11-27")
	if strings.Contains(page, "%!") || !strings.Contains(page, "90 %") {
		t.Error("a text of the manual was taken for a format")
	}
	check := func(c *cobra.Command, flags *pflag.FlagSet) {
		for _, i := range flagItems(flags) {
			if want := "\\fB" + strings.ReplaceAll(i.Term, "-", `\-`) + "\\fR\n"; !strings.Contains(page, want) {
				t.Errorf("the manual of %s has no %q", c.CommandPath(), want)
			}
			for _, kind := range []string{"string", "duration", "int", "float"} {
				if strings.HasSuffix(i.Term, " "+kind) || strings.HasSuffix(i.Term, "["+kind+"]") {
					t.Errorf("%s %s: what it takes has the name of a type", c.CommandPath(), i.Term)
				}
			}
		}
	}
	check(root, root.PersistentFlags())
	root.InitDefaultHelpFlag()
	root.InitDefaultVersionFlag()
	root.Flags().VisitAll(func(f *pflag.Flag) {
		_, options, _ := strings.Cut(page, ".SH OPTIONS\n")
		options, _, _ = strings.Cut(options, ".SH COMMANDS\n")
		if !strings.Contains(options, `\-\-`+strings.ReplaceAll(f.Name, "-", `\-`)) {
			t.Errorf("the manual has no --%s of ortop itself", f.Name)
		}
	})
	commands := 0
	eachCommand(root, func(c *cobra.Command) {
		commands++
		if want := `.SS "` + strings.ReplaceAll(c.CommandPath(), "-", `\-`); !strings.Contains(page, want) {
			t.Errorf("the manual has no %q", want)
		}
		check(c, c.LocalNonPersistentFlags())
	})
	if commands < 20 {
		t.Errorf("there are %d commands, want all", commands)
	}
}
