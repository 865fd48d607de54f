package cmd

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ortop/internal/cmd/cli"
	"ortop/internal/text"
)

// usage puts the errors of the command line itself, which cobra makes, in the words
// of all others.
func usage(root *cobra.Command, args []string, err error) error {
	var exit *cli.ExitError
	if err == nil || errors.As(err, &exit) || root.Annotations["ran"] != "" {
		return err
	}
	c := commandOf(root, args)
	hint := c.CommandPath() + " --help lists its flags"
	if c == root {
		hint = "ortop --help lists the commands and flags"
	}
	if meant := meantBy(c, err.Error()); meant != "" {
		hint = "did you mean " + meant + "?"
	}
	var value *pflag.InvalidValueError
	var missing *pflag.ValueRequiredError
	message := err.Error()
	switch {
	case errors.As(err, &value):
		return cli.UsageError(hint, "--%s: %w", value.GetFlag().Name, notAValue(value))
	case errors.As(err, &missing):
		return cli.UsageError(hint, "--%s: a value is needed", missing.GetFlag().Name)
	case strings.HasSuffix(message, "were all set"):
		_, set, _ := strings.Cut(strings.TrimSuffix(message, "] were all set"), "; [")
		return cli.UsageError(hint, "--%s exclude each other", strings.Join(strings.Fields(set), " and --"))
	case strings.Contains(message, "arg(s)"):
		message = "too few arguments"
		if len(c.Flags().Args()) > strings.Count(strings.ToUpper(c.Use), " ") {
			message = "too many arguments"
		}
		return cli.UsageError("it is "+c.UseLine(), "%s", message)
	}
	return cli.UsageError(hint, "%s", message)
}

// notAValue is what is wrong with a flag's value.
func notAValue(e *pflag.InvalidValueError) error {
	kinds := map[string]string{"bool": "true or false", "int": "a whole number", "float64": "a number"}
	v := e.GetFlag().Value
	if a, ok := v.(argument); ok {
		v = a.Value
	}
	if kind, ok := kinds[v.Type()]; ok && e.GetValue() != "" {
		return fmt.Errorf("%q is not %s", e.GetValue(), kind)
	}
	return e.Unwrap()
}

// commandOf is the command that args name, as far as they are known.
func commandOf(root *cobra.Command, args []string) *cobra.Command {
	c, _, err := root.Find(args)
	if err == nil && c != nil {
		return c
	}
	c = root
	for _, arg := range args {
		if next, _, err := c.Find([]string{arg}); err == nil && next != c {
			c = next
		}
	}
	return c
}

// calledOtherwise are commands by what other programs call such.
var calledOtherwise = map[string]string{
	"balance": "status", "credits": "status", "left": "status", "show": "status", "days": "forecast", "runway": "forecast", "when": "forecast",
	"spend": "breakdown", "top": "breakdown", "models": "breakdown --by model", "usage": "report", "week": "report --week", "month": "report --month",
	"today": "report --day", "compare": "report", "check": "preflight", "export": "history --csv", "merge": "import", "daemon": "collect",
	"watch": "ortop alone, in a terminal", "login": "accounts add", "config": "doctor",
}

// meantBy is the command or the flag that a mistyped one is near to.
func meantBy(c *cobra.Command, message string) string {
	var known []string
	wrong, flag := strings.CutPrefix(message, "unknown flag: ")
	if flag {
		c.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, "--"+f.Name) })
		c.InheritedFlags().VisitAll(func(f *pflag.Flag) { known = append(known, "--"+f.Name) })
	} else if _, rest, ok := strings.Cut(message, `unknown command "`); ok {
		wrong, _, _ = strings.Cut(rest, `"`)
		for _, sub := range c.Commands() {
			if sub.IsAvailableCommand() {
				known = append(known, sub.Name())
			}
		}
		if meant, ok := calledOtherwise[wrong]; ok && !c.HasParent() {
			return meant
		}
	}
	return text.Nearest(wrong, known)
}
