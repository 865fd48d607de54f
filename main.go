// Command ortop shows what is left of prepaid OpenRouter credits, what is
// being spent, and when they run out.
package main

import (
	"os"

	"ortop/internal/cmd"
)

func main() { os.Exit(cmd.Execute(os.Args[1:])) }
