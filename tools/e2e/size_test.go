//go:build unix

package e2e

import (
	"testing"
	"time"
)

// A terminal that does not know its own size, such as a serial line, is 80 x 24, or
// what COLUMNS and LINES say; a zone by its rules is applied, and one that is not known is said.
func TestSizeAndZoneFromTheEnvironment(t *testing.T) {
	t.Parallel()
	env := []string{"HOME=" + t.TempDir(), "TZ=<+05>-5"}
	x := onTerminal(t, 0, 0, env, ortop, "--demo")
	x.waitFor(`1 overview  2 forecast`, 10*time.Second)
	x.waitFor(time.Now().In(time.FixedZone("", 5*3600)).Format("15:")+`\d\d *\n`, 10*time.Second)
	x.press("q")
	y := onTerminal(t, 0, 0, append(env, "COLUMNS=60", "LINES=18"), ortop, "--demo")
	y.waitFor(`% of \$\d+`, 10*time.Second) // as a narrow pane says it
	y.press("q")
	z := onTerminal(t, 80, 24, []string{"HOME=" + t.TempDir(), "TZ=Nowhere/Land"}, ortop, "--demo")
	z.waitFor(`TZ=Nowhere/Land is not known: times are shown in UTC`, 10*time.Second)
	z.press("q")
}
