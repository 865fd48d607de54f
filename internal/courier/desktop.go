package courier

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"ortop/internal/alert"
	"ortop/internal/routine"
	"ortop/internal/text"
)

// desktopLimit bounds a notification: a call over D-Bus can hang for minutes.
const desktopLimit = 3 * time.Second

// beep is the desktop's notification; tests put another in its place.
var beep = showOnDesktop

// calling holds the call that is under way.
var calling = make(chan struct{}, 1)

// notifyDesktop gives up a call that hangs; its goroutine stays until the call
// ends, and until then there is no other.
func notifyDesktop(ctx context.Context, e alert.Event) error {
	ctx, cancel := context.WithTimeoutCause(ctx, desktopLimit, errTooSlow)
	defer cancel()
	held := calling
	select {
	case held <- struct{}{}:
	case <-ctx.Done():
		return errors.New("notifying the desktop: the call before this one still hangs")
	}
	call := beep
	done := make(chan error, 1)
	routine.Go(func() {
		defer func() { <-held }()
		defer func() {
			if v := recover(); v != nil {
				done <- fmt.Errorf("panic: %v", v)
			}
		}()
		done <- call(ctx, desktopBody(mark(&e)+subject(&e)), desktopBody(body(&e)), e.Level == alert.Urgent && !e.Cleared)
	})
	select {
	case err := <-done:
		if err != nil {
			return fmt.Errorf("notifying the desktop: %s", text.Safe(err.Error(), alert.MaxText))
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("notifying the desktop: %w", context.Cause(ctx))
	}
}

// desktopBody returns text that no helper takes for markup or for one of its
// options.
func desktopBody(text string) string {
	text = desktopText.Replace(text)
	if strings.HasPrefix(text, "-") {
		return " " + text
	}
	return text
}

// desktopText replaces what some notification servers take for markup and
// others show as it is, so that neither escaping nor not would be right.
var desktopText = strings.NewReplacer("<", "‹", ">", "›", "&", "＆")
