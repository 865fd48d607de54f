//go:build linux || freebsd || netbsd || openbsd

package courier

import (
	"context"
	"io"
	"log"
	"os/exec"

	desktop "github.com/esiqveland/notify"
	"github.com/godbus/dbus/v5"
)

// showOnDesktop asks the desktop over D-Bus, or else by notify-send. What is urgent
// stays until it is looked at.
func showOnDesktop(ctx context.Context, title, body string, urgent bool) error {
	err := overBus(title, body, urgent)
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

func overBus(title, body string, urgent bool) error {
	conn, err := dbus.SessionBus()
	if err != nil {
		return err
	}
	notifier, err := desktop.New(conn, desktop.WithLogger(log.New(io.Discard, "", 0)))
	if err != nil {
		return err
	}
	n := desktop.Notification{AppName: "ortop", Summary: title, Body: body, ExpireTimeout: desktop.ExpireTimeoutSetByNotificationServer}
	n.SetUrgency(desktop.UrgencyNormal)
	if urgent {
		n.ExpireTimeout = desktop.ExpireTimeoutNever
		n.SetUrgency(desktop.UrgencyCritical)
	}
	if _, err = notifier.SendNotification(n); err != nil {
		_ = notifier.Close()
		return err
	}
	return notifier.Close()
}
