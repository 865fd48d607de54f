package main

import (
	"fmt"
	"strings"
	"time"

	"ortop/tools/internal/host"
)

// page is the table with the machine that it is of.
func (b *bench) page() string {
	var out strings.Builder
	out.WriteString("# What it costs\n\nMeasured by `go -C tools run ./bench -write ../docs/performance.md`, which starts ortop beside the other programs in one run. Ratios\n" +
		"can be compared; times are those of the machine:\n\n")
	name, busy := host.Machine()
	fmt.Fprintf(&out, "%s, on %s.\n\n", name, time.Now().UTC().Format("2 January 2006"))
	if busy {
		out.WriteString("It was busy with other work: every time, and p99 above all, is more than it would be by itself.\n\n")
	}
	out.WriteString("| what | bound | here | beside it |\n| --- | --- | --- | --- |\n")
	for _, r := range b.rows {
		fmt.Fprintf(&out, "| %s | %s | %s | %s |\n", r.what, r.bound, r.here, r.beside)
	}
	out.WriteString("\nThe storage, the forecast and the frames have benchmarks of their own: `go test -run - -bench . ./history ./internal/forecast ./ui`.\n")
	return out.String()
}
