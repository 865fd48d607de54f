// Package host says what something was measured on.
package host

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
)

// Machine names the processor, how many of them there are, and how busy they were;
// busy: more wanted to run than could.
func Machine() (words string, busy bool) {
	name, load := runtime.GOARCH, ""
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(info)) {
			if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == "model name" {
				name = strings.TrimSpace(v)
				break
			}
		}
	}
	if avg, err := os.ReadFile("/proc/loadavg"); err == nil {
		word, _, _ := strings.Cut(string(avg), " ")
		load = ", load " + word
		if n, err := strconv.ParseFloat(word, 64); err == nil {
			busy = n > float64(runtime.NumCPU())
		}
	}
	return fmt.Sprintf("%s, %d processors%s, %s/%s", name, runtime.NumCPU(), load, runtime.GOOS, runtime.GOARCH), busy
}
