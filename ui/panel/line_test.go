package panel

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"ortop/internal/alert"
	"ortop/ui/scenes"
)

// A row has the sign of an alert that fires, however short it is.
func TestARowShowsThatAnAlertFires(t *testing.T) {
	s := scenes.Healthy()
	for _, w := range []int{20, 72} {
		for _, firing := range []bool{false, true} {
			s.Alerts = nil
			if firing {
				s.Alerts = []alert.Event{{Level: alert.Urgent, Text: "$4.90 is left"}}
			}
			row := ansi.Strip(Pane{Pen: pencil(), Snap: s}.Rows(w, 1)[0])
			if strings.Contains(row, "▲ $63.52") != firing {
				t.Errorf("%d wide, firing %v: %q", w, firing, row)
			}
		}
	}
}

// A time of day in big digits has its day beside it, also where a limit's name is long.
func TestATimeHasItsDay(t *testing.T) {
	for _, name := range []string{"critical", "budget"} {
		s := scenes.All[name]()
		for w := 38; w <= 60; w++ {
			if all := strings.Join(RunOut(pencil(), &s, w, 7, true), "\n"); strings.Contains(all, "▀▀▀") && !strings.Contains(all, "today") {
				t.Errorf("%s, %d wide:\n%s", name, w, all)
			}
		}
	}
}
