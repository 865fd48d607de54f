package text

import (
	"net/netip"
	"strings"
)

// IsLoopback reports whether a host, without its port, is this machine by its name or
// its address.
func IsLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && addr.IsLoopback()
}
