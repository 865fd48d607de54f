package accounts

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/config"
	"ortop/internal/keys"
	"ortop/internal/render"
	"ortop/internal/routine"
)

func addCommand(a *cli.App) *cobra.Command {
	var replace bool
	c := &cobra.Command{
		Use:   "add [NAME]",
		Short: "Check a key and store it",
		Long: `add reads a key from a prompt, or from standard input, checks it with the API, and
stores it in the system keyring, or where there is none in a file that only you
can read. The account is added to the configuration. Without a name it is
"` + config.DefaultAccount + `", the one that ortop shows. An account whose key is in the
environment is listed before the first one that is added.

Where the account has a key already, a person at a terminal is asked; elsewhere
--replace puts the new one in its place. Both fingerprints are printed.`,
		Example: "  ortop accounts add\n  pass show openrouter | ortop accounts add work",
		Args:    cobra.MaximumNArgs(1),
	}
	c.RunE = a.Runs(func(ctx context.Context, args []string) error { return addAccount(ctx, a, args, replace) })
	c.Flags().BoolVar(&replace, "replace", false, "put the key in the place of the one that the account has")
	return c
}

func addAccount(ctx context.Context, a *cli.App, args []string, replace bool) error {
	if len(args) > 0 {
		if err := config.CheckName(args[0]); err != nil {
			return cli.UsageError("", "%w", err)
		}
		a.Flags.Account = ""
	}
	s, err := session.Load(a)
	if err != nil {
		return err
	}
	if s.ConfigPath == "" {
		return errNoConfig
	}
	account := s.Account
	if len(args) > 0 {
		if account, err = s.Config.Find(args[0]); err != nil {
			account = config.Account{Name: args[0]}
		}
	}
	was, err := mayReplace(ctx, a, account, replace)
	if err != nil {
		return err
	}
	text, err := readKey(ctx, a)
	if err == nil && strings.TrimSpace(text) == "" {
		err = cli.UsageError("it is read from a prompt, or from standard input: pass show openrouter | ortop accounts add", "no key was given")
	}
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	key, where, err := StoreKey(ctx, a, &s, account, text)
	if err != nil {
		return err
	}
	words := fmt.Sprintf("account %s: key %s stored in the %s", account.Name, key.Fingerprint(), where)
	switch was {
	case "":
	case key.Fingerprint():
		words += ", as before: it is the same key"
	default:
		words += ", in the place of " + was
	}
	return a.Answer(words)
}

// mayReplace returns the fingerprint of the key that an account has stored, or empty
// for none, if another may take its place: by --replace, or by a person at the
// terminal.
func mayReplace(ctx context.Context, a *cli.App, account config.Account, replace bool) (was string, err error) {
	if !account.HasSource() {
		return "", nil
	}
	was = "another"
	if key, err := keys.Secret(ctx, account); err == nil {
		was = key.Fingerprint()
	}
	if replace {
		return was, nil
	}
	has := fmt.Errorf("account %s has a key already: %s", account.Name, was)
	hint := "--replace puts another in its place; another account needs another NAME"
	if !term.IsTerminal(a.Stdin.Fd()) {
		return "", &cli.ExitError{Code: cli.ExitUsage, Err: has, Hint: hint}
	}
	fmt.Fprint(a.Stderr, cli.ForLocale(render.Fold(has.Error()+". Replace it? (y/n)", cli.WidthOf(a.Stderr))), " ")
	answer, err := typed(ctx, func() (string, error) { return readLine(a) })
	if err != nil {
		return "", err
	}
	if answer = strings.ToLower(strings.TrimSpace(answer)); answer != "y" && answer != "yes" {
		return "", &cli.ExitError{Code: cli.ExitUsage, Err: has, Hint: hint}
	}
	return was, nil
}

// readLine reads a line of a terminal, byte by byte: what follows is the key.
func readLine(a *cli.App) (string, error) {
	var line []byte
	for b := make([]byte, 1); len(line) < keyLimit; {
		if n, err := a.Stdin.Read(b); n == 0 || b[0] == '\n' {
			return string(line), err
		}
		line = append(line, b[0])
	}
	return string(line), nil
}

// readKey reads one line: from a prompt that does not show it, or from
// standard input.
func readKey(ctx context.Context, a *cli.App) (string, error) {
	if !term.IsTerminal(a.Stdin.Fd()) {
		line, err := bufio.NewReader(io.LimitReader(a.Stdin, keyLimit)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("reading the key from standard input: %w", err)
		}
		return line, nil
	}
	before, err := term.GetState(a.Stdin.Fd())
	if err != nil {
		return "", fmt.Errorf("reading the key: %w", err)
	}
	fmt.Fprint(a.Stderr, "key (not shown): ")
	line, err := typed(ctx, func() (string, error) {
		line, err := term.ReadPassword(a.Stdin.Fd())
		return string(line), err
	})
	fmt.Fprintln(a.Stderr)
	if ctx.Err() != nil {
		return "", cli.Joined(err, term.Restore(a.Stdin.Fd(), before))
	}
	return line, err
}

// typed is what a person types, unless ctx ends before.
func typed(ctx context.Context, read func() (string, error)) (string, error) {
	type answer struct {
		line string
		err  error
	}
	done := make(chan answer, 1)
	routine.Go(func() {
		line, err := read()
		done <- answer{line, err}
	})
	select {
	case r := <-done:
		return r.line, r.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
