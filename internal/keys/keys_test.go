package keys

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"

	"ortop/client"
	"ortop/internal/config"
)

// canary is the key that no error may hold.
const canary = "sk-or-v1-canary0123456789abcdef0123456789abcdef"

func TestMain(m *testing.M) {
	for _, name := range []string{ortopVariable, managementVariable, ordinaryVariable} {
		os.Unsetenv(name)
	}
	keyring.MockInit()
	os.Exit(m.Run())
}

func environment(t *testing.T, ortop, management, ordinary string) Environment {
	t.Helper()
	t.Setenv(ortopVariable, ortop)
	t.Setenv(managementVariable, management)
	t.Setenv(ordinaryVariable, ordinary)
	return TakeEnvironment()
}

func put(t *testing.T, path, text string, mode os.FileMode) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func noCanary(t *testing.T, text string) {
	t.Helper()
	if strings.Contains(text, "canary") {
		t.Errorf("the key is in %q", text)
	}
}

func TestFindOrder(t *testing.T) {
	file := put(t, filepath.Join(t.TempDir(), "key"), "from-file\n", 0o600)
	own := config.Account{Name: "work", KeyFile: file}
	bare := config.Account{Name: "bare"}
	for _, tc := range []struct {
		name                        string
		ortop, management, ordinary string
		account                     config.Account
		explicit                    bool
		key, source                 string
		none                        bool
	}{
		{name: "ortop's variable before all", ortop: "a", management: "b", ordinary: "c", account: own, key: "a", source: "ORTOP_API_KEY"},
		{name: "management variable before the account", management: "b", ordinary: "c", account: own, key: "b", source: "OPENROUTER_MANAGEMENT_KEY"},
		{name: "account before the ordinary variable", ordinary: "c", account: own, key: "from-file", source: fmt.Sprintf("file %q", file)},
		{name: "ordinary variable last", ordinary: "c", account: bare, key: "c", source: "OPENROUTER_API_KEY"},
		{name: "named account ignores every variable", ortop: "a", management: "b", ordinary: "c", account: own, explicit: true, key: "from-file", source: fmt.Sprintf("file %q", file)},
		{name: "named account without a source has no key", ortop: "a", management: "b", ordinary: "c", account: bare, explicit: true, none: true},
		{name: "empty and blank variables are not set", ortop: "", management: " \n", ordinary: " c\n", account: bare, key: "c", source: "OPENROUTER_API_KEY"},
		{name: "nothing anywhere", account: bare, none: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			env := environment(t, tc.ortop, tc.management, tc.ordinary)
			key, source, err := Find(t.Context(), env, tc.account, tc.explicit)
			if got := errors.Is(err, ErrNone); got != tc.none {
				t.Fatalf("Find(…) error = %v, want ErrNone %v", err, tc.none)
			}
			if key.Reveal() != tc.key || source.Name != tc.source {
				t.Errorf("Find(…) = %q from %q, want %q from %q", key.Reveal(), source.Name, tc.key, tc.source)
			}
			if !tc.none && err != nil {
				t.Errorf("Find(…) error = %v, want nil", err)
			}
		})
	}
}

func TestFindDoesNotGoOnAfterAFailure(t *testing.T) {
	env := environment(t, "", "", "other-account")
	account := config.Account{Name: "work", KeyFile: filepath.Join(t.TempDir(), "absent")}
	key, _, err := Find(t.Context(), env, account, false)
	if err == nil || errors.Is(err, ErrNone) || !key.IsZero() {
		t.Errorf("Find(…) = %q, %v, want no key and the file's error", key.Reveal(), err)
	}
}

func TestFindRefusesKeyThatCannotBeSent(t *testing.T) {
	env := environment(t, canary+" "+canary, "", "")
	_, source, err := Find(t.Context(), env, config.Account{Name: "x"}, false)
	if err == nil || source.Name != ortopVariable || !strings.Contains(err.Error(), ortopVariable) {
		t.Fatalf("Find(…) = source %q, %v, want an error that names %s", source.Name, err, ortopVariable)
	}
	noCanary(t, err.Error())
}

func TestK03EnvironmentIsTakenOnce(t *testing.T) {
	env := environment(t, canary, canary, canary)
	for _, name := range []string{ortopVariable, managementVariable, ordinaryVariable} {
		if value, set := os.LookupEnv(name); set {
			t.Errorf("after TakeEnvironment, %s = %q, want it unset", name, value)
		}
	}
	again := TakeEnvironment()
	if _, _, err := Find(t.Context(), again, config.Account{Name: "x"}, false); !errors.Is(err, ErrNone) {
		t.Errorf("second TakeEnvironment: Find(…) = %v, want ErrNone", err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		noCanary(t, fmt.Sprintf(verb, env))
		noCanary(t, fmt.Sprintf(verb, struct{ inner *Environment }{&env}))
	}
}

func TestK03EnvironHasNoKeys(t *testing.T) {
	t.Setenv(ortopVariable, canary)
	t.Setenv(strings.ToLower(managementVariable), canary)
	t.Setenv(ordinaryVariable, canary)
	t.Setenv("ORTOP_TEST_OTHER", "kept=as it is")
	environ := strings.Join(Environ(), "\n")
	noCanary(t, environ)
	if !strings.Contains(environ, "ORTOP_TEST_OTHER=kept=as it is") {
		t.Error("Environ() lost a variable that is not a key")
	}
}

func TestCommandEnvironGivesBackTheOrdinaryKeyAlone(t *testing.T) {
	env := environment(t, "a", "b", "c")
	var ours []string
	for _, entry := range env.CommandEnviron() {
		if strings.Contains(entry, "_KEY=") {
			ours = append(ours, entry)
		}
	}
	if got := strings.Join(ours, " "); got != "OPENROUTER_API_KEY=c" {
		t.Errorf("CommandEnviron() has keys %q, want %q", got, "OPENROUTER_API_KEY=c")
	}
	for _, entry := range (Environment{}).CommandEnviron() {
		if strings.HasPrefix(entry, ordinaryVariable+"=") {
			t.Errorf("CommandEnviron() of no key has %q", entry)
		}
	}
}

func FuzzFirstLine(f *testing.F) {
	for _, seed := range []string{"", "\n", "key", " key \r\nnote", "k y", "\ufeffkey", "a\x00b", strings.Repeat("k", 600)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		key, source, err := firstLine(text, Source{"test"})
		if err == nil {
			key, err = Parse(key.Reveal())
			key, _, err = checked(key, source, err)
		}
		if err != nil {
			var typed *Error
			if !errors.As(err, &typed) || !key.IsZero() || strings.Contains(err.Error(), "\n") {
				t.Fatalf("firstLine(%q) = %q, %v, want no key and one line of *Error", text, key.Reveal(), err)
			}
			return
		}
		if key.Check() != nil || !strings.Contains(string(text), key.Reveal()) {
			t.Fatalf("firstLine(%q) = %q, want a part of the text that can be sent", text, key.Reveal())
		}
	})
}

func find(ctx context.Context, account config.Account) (client.Secret, Source, error) {
	return Find(ctx, Environment{}, account, true)
}
