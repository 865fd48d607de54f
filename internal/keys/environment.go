package keys

import (
	"os"
	"slices"
	"strings"

	"ortop/client"
)

const (
	ortopVariable      = "ORTOP_API_KEY"
	managementVariable = "OPENROUTER_MANAGEMENT_KEY"
	ordinaryVariable   = "OPENROUTER_API_KEY"
	shareVariable      = "ORTOP_SHARE_DSN"
)

// Environment holds the keys that the program's environment held. The zero
// Environment holds none.
type Environment struct {
	ortop, management, ordinary, share variable
}

type variable struct {
	name   string
	secret client.Secret
}

// TakeEnvironment reads the three key variables and that of the DSN, and unsets them, so that no
// child process inherits them. A variable that is empty counts as not set. Call
// it once, first thing in the program: a second call finds nothing.
func TakeEnvironment() Environment {
	return Environment{take(ortopVariable), take(managementVariable), take(ordinaryVariable), take(shareVariable)}
}

func take(name string) variable {
	secret := client.NewSecret(os.Getenv(name))
	// Unsetenv fails for malformed names only.
	_ = os.Unsetenv(name)
	return variable{name, secret}
}

// Environ returns the environment for the program's helpers: os.Environ without
// the key variables.
func Environ() []string {
	return slices.DeleteFunc(os.Environ(), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return slices.ContainsFunc([]string{ortopVariable, managementVariable, ordinaryVariable, shareVariable}, func(ours string) bool {
			return strings.EqualFold(name, ours) // Windows ignores the case of names.
		})
	})
}

// CommandEnviron returns the environment for a command of the user's own:
// Environ, and OPENROUTER_API_KEY if it was set, as the command may need it.
func (e Environment) CommandEnviron() []string {
	environ := Environ()
	if !e.ordinary.secret.IsZero() {
		environ = append(environ, ordinaryVariable+"="+e.ordinary.secret.Reveal())
	}
	return environ
}
