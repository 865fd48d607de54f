//go:build linux || freebsd || netbsd || openbsd

package alert

import (
	"context"
	"os/exec"

	"github.com/godbus/dbus/v5"
)

// showOnDesktop asks the desktop over D-Bus, or else by notify-send. What is urgent
// stays until it is looked at.
func showOnDesktop(ctx context.Context, title, body string, urgent bool) error {
	err := overBus(ctx, title, body, urgent)
	if err == nil {
		return nil
	}
	command, missing := exec.LookPath("notify-send")
	if missing != nil {
		return err
	}
	level := map[bool]string{true: "critical", false: "normal"}[urgent]
	return exec.CommandContext(ctx, command, "-a", "ortop", "-u", level, "--", title, body).Run()
}

// overBus calls the method that the Desktop Notifications Specification has for it.
func overBus(ctx context.Context, title, body string, urgent bool) error {
	conn, err := dbus.SessionBus()
	if err != nil {
		return err
	}
	urgency, expires := byte(1), int32(-1) // when the desktop likes
	if urgent {
		urgency, expires = 2, 0 // never
	}
	const service = "org.freedesktop.Notifications"
	return conn.Object(service, "/org/freedesktop/Notifications").CallWithContext(ctx, service+".Notify", 0,
		"ortop", uint32(0), "", title, body, []string{}, map[string]dbus.Variant{"urgency": dbus.MakeVariant(urgency)}, expires).Err
}
