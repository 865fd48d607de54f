// Command ortop shows what is left of prepaid OpenRouter credits, what is
// being spent, and when they run out.
package main

import (
	"os"
	_ "time/tzdata" // where the system has no zones, a clock should still be right

	"ortop/internal/cmd"
)

func main() { os.Exit(cmd.Execute(os.Args[1:])) }
