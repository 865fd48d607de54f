package keys

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"ortop/client"
	"ortop/internal/config"
	"ortop/internal/text"
)

// Store stores the key of an account where the next start finds it, names the
// place in the configuration at configPath, and returns that place for people:
// "system keyring" or `file "/x" (no keyring here)`.
//
// The place is the account's own source if it has one, which cannot be a
// key_command. Else it is the system keyring, checked by reading back; if that
// fails within 3 s a call, it is a file of mode 0600 in the folder "keys" beside
// the configuration. A key that was there before is replaced in one step.
func Store(ctx context.Context, configPath string, account config.Account, key client.Secret) (where string, err error) {
	if err := key.Check(); err != nil {
		return "", fmt.Errorf("storing the key: %w", err)
	}
	if err := config.CheckName(account.Name); err != nil {
		return "", fmt.Errorf("storing the key: %w", err)
	}
	settings, err := config.Read(configPath)
	if err != nil {
		return "", err
	}
	for _, known := range settings.Accounts {
		if strings.EqualFold(known.Name, account.Name) && known.HasSource() {
			account = known
		}
	}
	if where, err = store(ctx, configPath, &account, key); err != nil {
		return "", fmt.Errorf("storing the key of account %q: %w", account.Name, err)
	}
	if err := config.AddAccount(configPath, account); err != nil {
		return "", fmt.Errorf("the key is in the %s, but account %q is not in the configuration: %w", where, account.Name, err)
	}
	return where, nil
}

// store stores the key and sets the account's source to the place.
func store(ctx context.Context, configPath string, account *config.Account, key client.Secret) (where string, err error) {
	const inKeyring = "system keyring"
	switch {
	case len(account.KeyCommand) > 0:
		return "", errors.New("its key comes from key_command: change the key there, or remove key_command")
	case account.KeyFile != "":
		return fileSource(account.KeyFile).Name, writeFile(account.KeyFile, key)
	}
	refused := storeInKeyring(ctx, account.Name, key)
	if refused == nil {
		account.Keyring = true
		return inKeyring, nil
	}
	if account.Keyring || ctx.Err() != nil {
		return "", fmt.Errorf("the keyring does not store it: %w", safeError(refused, key))
	}
	folder, err := filepath.Abs(filepath.Join(filepath.Dir(configPath), "keys"))
	if err != nil {
		return "", err
	}
	if err := ownFolder(folder); err != nil {
		return "", err
	}
	account.KeyFile = filepath.Join(folder, account.Name+".key")
	return fileSource(account.KeyFile).Name + " (no keyring here)", writeFile(account.KeyFile, key)
}

// safeError is the text of an error of others without the key.
func safeError(err error, key client.Secret) error {
	return errors.New(text.Safe(err.Error(), 120, key.Reveal()))
}

// ownFolder makes the folder of keys, and closes one that others can enter.
func ownFolder(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return fmt.Errorf("making folder %q: %w", path, config.Cause(err))
	}
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		return fmt.Errorf("making folder %q: %w", path, config.Cause(err))
	case !info.IsDir():
		return fmt.Errorf("folder %q is a symbolic link", path)
	}
	if err := os.Chmod(path, 0o700); err != nil {
		return fmt.Errorf("closing folder %q to others: %w", path, config.Cause(err))
	}
	return nil
}

// writeFile replaces a regular file only, so that a link or a pipe that someone
// put at path is noticed.
func writeFile(path string, key client.Secret) error {
	info, err := os.Lstat(path)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return fmt.Errorf("%s is there and is not a regular file", fileSource(path).Name)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: %w", fileSource(path).Name, config.Cause(err))
	}
	return config.WritePrivate(path, []byte(key.Reveal()+"\n"))
}
