package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// DefaultPath returns the path of the configuration file,
// $XDG_CONFIG_HOME/ortop/config.toml.
func DefaultPath() (string, error) { return place("XDG_CONFIG_HOME", ".config", "config.toml") }

// DataPath returns the path of the history file, $XDG_DATA_HOME/ortop/history.db.
func DataPath() (string, error) { return place("XDG_DATA_HOME", ".local/share", "history.db") }

// StatePath returns the path of the log file, $XDG_STATE_HOME/ortop/ortop.log.
func StatePath() (string, error) { return place("XDG_STATE_HOME", ".local/state", "ortop.log") }

var errNoHome = errors.New("neither it nor HOME is set to an absolute path")

// place is the path of a file in the folder that the variable names or, where that
// is not an absolute path, below the home folder, as the XDG base directory
// specification says; macOS and Windows have one folder of their own for all.
func place(variable, below, file string) (string, error) {
	folder := os.Getenv(variable)
	if !filepath.IsAbs(folder) {
		home, short := os.Getenv("HOME"), folder
		folder = filepath.Join(home, below)
		switch runtime.GOOS {
		case "darwin", "ios":
			folder = filepath.Join(home, "Library", "Application Support")
		case "windows":
			home = os.Getenv("LOCALAPPDATA")
			folder = home
		}
		for _, name := range []string{"~", "$HOME"} {
			if rest, ok := strings.CutPrefix(short, name); ok {
				folder = filepath.Join(home, rest)
			}
		}
		if home == "/" || !filepath.IsAbs(home) {
			return "", fmt.Errorf("finding the folder of %s by %s: %w", file, variable, errNoHome)
		}
	}
	return filepath.Join(folder, "ortop", file), nil
}

// LooksPath returns the path of the file that remembers how the dashboard was
// looked at, $XDG_STATE_HOME/ortop/looks.json.
func LooksPath() (string, error) {
	return place("XDG_STATE_HOME", ".local/state", "looks.json")
}
