package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/adrg/xdg"
)

// DefaultPath returns the path of the configuration file,
// $XDG_CONFIG_HOME/ortop/config.toml. The XDG variables are those of the
// program's start.
func DefaultPath() (string, error) {
	return place("XDG_CONFIG_HOME", xdg.ConfigHome, "config.toml")
}

// DataPath returns the path of the history file, $XDG_DATA_HOME/ortop/history.db.
func DataPath() (string, error) {
	return place("XDG_DATA_HOME", xdg.DataHome, "history.db")
}

// StatePath returns the path of the log file, $XDG_STATE_HOME/ortop/ortop.log.
func StatePath() (string, error) {
	return place("XDG_STATE_HOME", xdg.StateHome, "ortop.log")
}

var errNoHome = errors.New("neither it nor HOME is set to an absolute path")

// place trusts a folder that the variable names itself. The others hang on the
// home folder, which xdg takes to be "/" where HOME is not set.
func place(variable, folder, file string) (string, error) {
	named := filepath.IsAbs(os.Getenv(variable)) && filepath.Clean(os.Getenv(variable)) == filepath.Clean(folder)
	homeless := runtime.GOOS != "windows" && (xdg.Home == "/" || !filepath.IsAbs(xdg.Home))
	if !filepath.IsAbs(folder) || homeless && !named {
		return "", fmt.Errorf("finding the folder of %s by %s: %w", file, variable, errNoHome)
	}
	return filepath.Join(folder, "ortop", file), nil
}

// NoHome says what is wrong with a home folder that nothing can be put in.
func NoHome() string {
	switch home := os.Getenv("HOME"); {
	case home == "":
		return "HOME is not set"
	case filepath.IsAbs(home):
		return "HOME is " + home
	}
	return "HOME is not an absolute path"
}

// LooksPath returns the path of the file that remembers how the dashboard was
// looked at, $XDG_STATE_HOME/ortop/looks.json.
func LooksPath() (string, error) {
	return place("XDG_STATE_HOME", xdg.StateHome, "looks.json")
}
