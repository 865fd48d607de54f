package cmd

import (
	"cmp"
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// arguments are how help and manual call what a flag takes, where that is not
// called as the flag is.
var arguments = map[string]string{
	"account": "NAME", "base-url": "URL", "by": "KIND", "config": "FILE", "csv": "FORM", "decimal": "SIGN", "demo": "PROFILE", "every": "SPAN", "explain": "FILE", "for": "SPAN",
	"format": "TEMPLATE", "history": "FILE", "interval": "SPAN", "lookup": "N", "max-age": "SPAN", "metrics": "ADDR", "need": "USD",
	"runway": "SPAN", "separator": "SIGN", "since": "TIME", "tasks": "FILE", "theme": "NAME", "tolerance": "USD|PERCENT", "top": "N", "top-up": "USD", "traces": "DIR",
	"unit": "KIND", "until": "TIME",
}

// argument is a flag's value under the name of what it takes.
type argument struct {
	pflag.Value
	name   string
	needed bool // empty is a variable that was not set
}

func (a argument) Type() string { return a.name }

func (a argument) Set(s string) error {
	if a.needed && strings.TrimSpace(s) == "" {
		return errors.New("a value is needed")
	}
	return a.Value.Set(s)
}

// nameArguments lets the help of c and of those below it call what flags take by
// its meaning, in place of Go's types.
func nameArguments(c *cobra.Command) {
	persistent := c.PersistentFlags()
	name := func(f *pflag.Flag) {
		_, named := f.Value.(argument)
		if kind := f.Value.Type(); !named && kind != "bool" && !strings.Contains(f.Usage, "`") {
			f.Value = argument{f.Value, cmp.Or(arguments[f.Name], strings.ToUpper(f.Name)), persistent.Lookup(f.Name) == nil}
		}
	}
	persistent.VisitAll(name)
	c.Flags().VisitAll(name)
	for _, sub := range c.Commands() {
		nameArguments(sub)
	}
}

// flagsBehind puts the flags before a command behind it, where they are the command's
// and take no value: they would be taken to have the command's name as one.
func flagsBehind(root *cobra.Command, args []string) []string {
	n := 0
	for n < len(args) && len(args[n]) > 2 && strings.HasPrefix(args[n], "--") {
		n++
	}
	if n == 0 || n == len(args) {
		return args
	}
	c, _, err := root.Find(args[n : n+1])
	if err != nil || c == root {
		return args
	}
	for _, arg := range args[:n] {
		name, _, given := strings.Cut(arg[2:], "=")
		f := c.Flag(name)
		if f == nil {
			f = root.Flag(name)
		}
		if f == nil || f.NoOptDefVal == "" && !given {
			return args
		}
	}
	return append(append([]string{args[n]}, args[:n]...), args[n+1:]...)
}
