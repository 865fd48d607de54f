package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"ortop/internal/render"
)

// CSVFlags are the flags of a command that prints CSV.
type CSVFlags struct {
	c                        *cobra.Command
	name, separator, decimal string
	cents                    bool
}

const plainCSV = "plain"

// Add gives c the flags.
func (f *CSVFlags) Add(c *cobra.Command) {
	f.c = c
	c.Flags().StringVar(&f.name, "csv", "", "print CSV; =excel, =excel-de and the like as a spreadsheet of that language takes it")
	c.Flags().Lookup("csv").NoOptDefVal = plainCSV
	c.Flags().StringVar(&f.separator, "separator", "", "print CSV with this between its cells: ; or tab")
	c.Flags().StringVar(&f.decimal, "decimal", "", "print CSV with this decimal sign: a point or a comma")
	c.Flags().BoolVar(&f.cents, "cents", false, "print CSV with sums rounded to the cent")
	// Its only error is of a flag that is not there.
	_ = c.RegisterFlagCompletionFunc("csv", cobra.FixedCompletions(render.DialectNames(), cobra.ShellCompDirectiveNoFileComp))
}

// Dialect is how CSV is to be written; ok is false where it was not asked for.
// asJSON is whether JSON was.
func (f *CSVFlags) Dialect(asJSON bool) (d render.Dialect, ok bool, err error) {
	for _, flag := range []string{"csv", "separator", "decimal", "cents"} {
		ok = ok || f.c.Flags().Changed(flag)
	}
	if !ok {
		return d, false, nil
	}
	switch strings.ToLower(f.name) {
	case "false":
		return d, false, nil
	case "", "true":
	default:
		if d, ok = render.NamedDialect(f.name); !ok {
			return d, false, UsageError(DidYouMean(f.name, render.DialectNames()), "--csv: %q is none of %s", f.name, strings.Join(render.DialectNames(), ", "))
		}
	}
	if d.Separator, err = signOf("separator", f.separator, d.Separator); err != nil {
		return d, false, err
	}
	if d.Decimal, err = signOf("decimal", f.decimal, d.Decimal); err != nil {
		return d, false, err
	}
	if err := d.Check(); err != nil {
		return d, false, UsageError("for example --separator ';' --decimal ,", "%w", err)
	}
	if asJSON {
		return d, false, UsageError("", "--json and --csv exclude each other")
	}
	d.Cents = f.cents
	return d, true, nil
}

// signOf reads a sign of CSV.
func signOf(flag, s string, without byte) (byte, error) {
	switch s {
	case "":
		return without, nil
	case "tab", `\t`, "\t":
		if flag == "separator" {
			return '\t', nil
		}
	case ",":
		return ',', nil
	case ";", "|":
		if flag == "separator" {
			return s[0], nil
		}
	case ".":
		if flag == "decimal" {
			return '.', nil
		}
	}
	signs := map[string]string{"separator": "; , | or tab", "decimal": ". or ,"}
	return 0, UsageError("", "--%s: %q is not %s", flag, s, signs[flag])
}
