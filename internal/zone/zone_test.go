package zone

import (
	"testing"
	"time"
)

func TestZoneByRules(t *testing.T) {
	winter, summer := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC), time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct{ tz, winter, summer string }{
		{"EST5EDT,M3.2.0,M11.1.0", "07:00 EST", "08:00 EDT"},
		{"CET-1CEST,M3.5.0,M10.5.0/3", "13:00 CET", "14:00 CEST"},
		{":CET-1CEST,M3.5.0,M10.5.0/3", "13:00 CET", "14:00 CEST"},
		{"<+05>-5", "17:00 +05", "17:00 +05"},
		{"<-0330>3:30", "08:30 -0330", "08:30 -0330"},
		{"UTC-3", "15:00 UTC", "15:00 UTC"},
	} {
		loc := byRules(c.tz)
		if loc == nil {
			t.Errorf("%s is no zone", c.tz)
			continue
		}
		if w, s := winter.In(loc).Format("15:04 MST"), summer.In(loc).Format("15:04 MST"); w != c.winter || s != c.summer {
			t.Errorf("%s: %s in winter and %s in summer, want %s and %s", c.tz, w, s, c.winter, c.summer)
		}
	}
	for _, tz := range []string{"Mars/Phobos", "EST", "5", "EST5EDT,", "EST5EDT,M3.2.0", "<a>5", "\x00", "EST5\nEST5"} {
		if loc := byRules(tz); loc != nil {
			t.Errorf("%q is a zone", tz)
		}
	}
	for tz, want := range map[string]bool{"Europe/Berlin": true, ":Europe/Berlin": true, "UTC": true, "/etc/localtime": true, "<+05>-5": false, "Mars/Phobos": false} {
		if got := known(tz); got != want {
			t.Errorf("%s is known: %t, want %t", tz, got, want)
		}
	}
}
