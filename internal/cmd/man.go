package cmd

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ortop/internal/cmd/cli"
	"ortop/internal/config"
	"ortop/internal/manual"
)

func manCommand(a *cli.App) *cobra.Command {
	var c *cobra.Command
	c = &cobra.Command{
		Use:     "man",
		Short:   "Print the manual page",
		Long:    `man prints the manual page, in the format of man(1).`,
		Example: `  ortop man > ortop.1`,
		Args:    cobra.NoArgs,
		RunE: a.Runs(func(context.Context, []string) error {
			_, err := fmt.Fprint(a.Stdout, manualPage(c.Root(), builtOn(a.Now())))
			return cli.Written(err)
		}),
	}
	return c
}

// builtOn is the day of the commit that the program was built from, or else now's.
func builtOn(now time.Time) string {
	_, _, commitAt := cli.Built()
	if at, err := time.Parse(time.RFC3339, commitAt); err == nil {
		now = at
	}
	return now.UTC().Format(time.DateOnly)
}

// manualPage is the manual of all that root has.
func manualPage(root *cobra.Command, date string) string {
	p := manual.New(root.Name(), cli.Version(), date)
	p.Section("Name")
	p.Name(root.Name(), strings.ToLower(root.Short[:1])+root.Short[1:])
	p.Section("Synopsis")
	synopsis := []string{root.Name() + " [FLAG]..."}
	eachCommand(root, func(c *cobra.Command) { synopsis = append(synopsis, useOf(c)) })
	p.Code(synopsis)
	p.Section("Description")
	p.Help(root.Long)
	p.Section("Options")
	p.Paragraph("Every command takes these.")
	p.Items(append(flagItems(root.PersistentFlags()), manual.Item{Term: "-h, --help", Text: "print the help of the command"}))
	p.Paragraph("Without a command it takes these too.")
	root.InitDefaultVersionFlag()
	p.Items(flagItems(root.LocalNonPersistentFlags()))
	p.Section("Commands")
	eachCommand(root, func(c *cobra.Command) {
		p.Subsection(useOf(c))
		text := c.Long
		if text == "" {
			text = c.Short + "."
		}
		p.Help(text)
		p.Items(flagItems(c.LocalNonPersistentFlags()))
		if c.Example != "" {
			p.Paragraph("For example:")
			p.Code(exampleLines(c))
		}
	})
	for _, s := range [][2]string{{"Configuration", config.Manual}, {"Rules and channels", config.AlertManual}, {"Exit status", exitManual},
		{"Environment", environmentManual}, {"Files", filesManual}, {"Examples", examplesManual}} {
		p.Section(s[0])
		p.Help(s[1])
	}
	return p.String()
}

// eachCommand gives the commands below c, in the order of the help.
func eachCommand(c *cobra.Command, take func(*cobra.Command)) {
	for _, sub := range c.Commands() {
		if sub.Hidden || sub.Name() == "help" {
			continue
		}
		if sub.Runnable() {
			take(sub)
		}
		eachCommand(sub, take)
	}
}

// useOf is how a command is called: with its arguments, and that it has flags.
func useOf(c *cobra.Command) string {
	use := c.CommandPath() + strings.TrimPrefix(c.Use, c.Name())
	if flags := c.LocalNonPersistentFlags(); len(flagItems(flags)) > 0 && !strings.Contains(use, "[flags]") {
		name, args, _ := strings.Cut(use, c.CommandPath())
		use = name + c.CommandPath() + " [FLAG]..." + args
	}
	return strings.ReplaceAll(use, "[flags]", "[FLAG]...")
}

func exampleLines(c *cobra.Command) []string {
	var lines []string
	for line := range strings.Lines(c.Example) {
		lines = append(lines, strings.TrimPrefix(strings.TrimRight(line, "\n"), "  "))
	}
	return lines
}

// flagItems are flags with their arguments, what they do, and what they are if absent.
//
//go:noinline
func flagItems(flags *pflag.FlagSet) (items []manual.Item) {
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		argument, text := pflag.UnquoteUsage(f)
		term := "--" + f.Name
		switch {
		case argument != "" && f.NoOptDefVal != "":
			term += "[=" + argument + "]"
			text += "; " + f.NoOptDefVal + " if none is named"
		case argument != "":
			term += " " + argument
		}
		if f.Shorthand != "" {
			term = "-" + f.Shorthand + ", " + term
		}
		if v := f.DefValue; v != "" && v != "false" && v != "0" && v != "0s" && v != "[]" {
			text += " (default " + v + ")"
		}
		items = append(items, manual.Item{Term: term, Text: text})
	})
	return items
}
