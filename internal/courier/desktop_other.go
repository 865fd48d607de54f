//go:build !(linux || freebsd || netbsd || openbsd)

package courier

import (
	"context"
	"sync"

	"github.com/gen2brain/beeep"
)

var nameApp = sync.OnceFunc(func() { beeep.AppName = "ortop" })

// showOnDesktop asks the desktop; how urgent it is stands in the title alone.
func showOnDesktop(_ context.Context, title, body string, _ bool) error {
	nameApp()
	return beeep.Notify(title, body, "")
}
