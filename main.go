// Command ortop shows what is left of prepaid OpenRouter credits, what is
// being spent, and when they run out.
package main

import (
	"os"

	"ortop/internal/cmd"
)

// stamp is the version, the commit and its time, as a release sets them.
var stamp string

func main() { os.Exit(cmd.Execute(stamp, os.Args[1:])) }
