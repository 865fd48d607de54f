package keys

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/zalando/go-keyring"

	"ortop/client"
	"ortop/internal/config"
)

// Remove takes an account out of the configuration at configPath, and then its
// key from where Store put it: the system keyring, or the folder "keys" beside
// the configuration. It returns, for people, what became of the key. A key
// file anywhere else, and one that another account uses, stays, and a
// key_command is not run.
func Remove(ctx context.Context, configPath, name string) (key string, err error) {
	account, err := config.RemoveAccount(configPath, name)
	if err != nil {
		return "", err
	}
	switch {
	case account.Keyring:
		key, err = "its key was removed from the system keyring", removeFromKeyring(ctx, account.Name)
		if errors.Is(err, keyring.ErrNotFound) {
			return "the system keyring had no key of it", nil
		}
	case account.KeyFile != "":
		file := fileSource(account.KeyFile).Name
		ours, ownErr := ownFile(configPath, account)
		if ownErr != nil || !ours {
			return "its key stays in " + file, ownErr
		}
		key, err = "its key was removed with "+file, os.Remove(account.KeyFile)
		if errors.Is(err, fs.ErrNotExist) {
			return file + " was not there", nil
		}
	case len(account.KeyCommand) > 0:
		return "its key_command was not run", nil
	default:
		return "it had no key of its own", nil
	}
	if err != nil {
		return "", fmt.Errorf("account %q is out of the configuration, but its key could not be removed: %w", account.Name, safeError(config.Cause(err), client.Secret{}))
	}
	return key, nil
}

// Fate returns, for people, what Remove would do to an account's key. It fails
// where Remove would leave everything as it is.
func Fate(configPath, name string) (key string, err error) {
	account, err := config.CheckRemove(configPath, name)
	switch {
	case err != nil:
		return "", err
	case account.Keyring:
		return "its key is removed from the system keyring", nil
	case account.KeyFile != "":
		file := fileSource(account.KeyFile).Name
		if ours, err := ownFile(configPath, account); err != nil || !ours {
			return "its key stays in " + file, err
		}
		return "its key is removed with " + file, nil
	case len(account.KeyCommand) > 0:
		return "its key stays where its key_command finds it", nil
	}
	return "it has no key of its own", nil
}

// ownFile reports whether Store made the account's key file, and no other
// account uses it.
func ownFile(configPath string, account config.Account) (bool, error) {
	path, err := filepath.Abs(filepath.Join(filepath.Dir(configPath), "keys", account.Name+".key"))
	if err != nil || path != account.KeyFile {
		return false, err
	}
	rest, err := config.Read(configPath)
	if err != nil {
		return false, err
	}
	for _, other := range rest.Accounts {
		if other.KeyFile == path && other.Name != account.Name {
			return false, nil
		}
	}
	return true, nil
}
