package render

import (
	"net/url"

	"ortop/internal/text"
)

// AccountID is what an account is told from others by: two may have one name.
//
//go:noinline
func AccountID(name, baseURL string) string { return name + "\n" + baseURL }

// Titles are names that tell n accounts apart: where several have one name, each has the
// host of its base URL behind it, or all of that where the hosts are the same.
func Titles(n int, of func(int) (name, baseURL string)) []string {
	titles, hosts, alike := make([]string, n), map[string]int{}, map[string]int{}
	at := func(i int) (name, host, baseURL string) {
		name, baseURL = of(i)
		if u, err := url.Parse(baseURL); err == nil {
			host = u.Host
		}
		return name, host, baseURL
	}
	for i := range titles {
		name, host, _ := at(i)
		alike[name]++
		hosts[AccountID(name, host)]++
	}
	for i := range titles {
		name, host, baseURL := at(i)
		switch {
		case alike[name] == 1:
			titles[i] = name
		case hosts[AccountID(name, host)] == 1:
			titles[i] = name + " at " + text.Clean(host, 64)
		default:
			titles[i] = name + " at " + text.Clean(baseURL, 128)
		}
	}
	return titles
}
