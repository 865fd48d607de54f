package client

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unique"
)

const redacted = "[redacted]"

// maxKeyBytes is far above OpenRouter's 73 and far below any header limit.
const maxKeyBytes = 512

// Secret holds an API key. Whatever prints, logs or encodes it writes
// "[redacted]"; Reveal alone returns the key. Two secrets are == if their keys
// are. The zero Secret is no key.
type Secret struct {
	// A handle is a pointer: where fmt reaches a Secret through an unexported
	// field it cannot call Format, and prints an address.
	handle unique.Handle[string]
}

// NewSecret returns the secret that holds s without the white space around
// it, or the zero Secret if nothing is left.
func NewSecret(s string) Secret {
	s = strings.TrimSpace(s)
	if s == "" {
		return Secret{}
	}
	return Secret{handle: unique.Make(s)}
}

// Reveal returns the key itself, or "" for no key.
//
//go:noinline
func (s Secret) Reveal() string {
	if s.IsZero() {
		return ""
	}
	return s.handle.Value()
}

// IsZero reports whether there is no key.
func (s Secret) IsZero() bool { return s == Secret{} }

// Fingerprint returns 8 hex digits that distinguish keys and do not lead back to
// them, or "" for no key.
func (s Secret) Fingerprint() string {
	if s.IsZero() {
		return ""
	}
	sum := sha256.Sum256([]byte("ortop key fingerprint\x00" + s.Reveal()))
	return hex.EncodeToString(sum[:4])
}

// Check returns an error if the key cannot be sent in a header: if there is
// none, if it is longer than 512 bytes, or if it holds anything but printable
// ASCII without spaces. The error does not hold the key.
func (s Secret) Check() error {
	key := s.Reveal()
	switch {
	case key == "":
		return errors.New("no key")
	case len(key) > maxKeyBytes:
		return fmt.Errorf("key is longer than %d bytes", maxKeyBytes)
	}
	for i := range len(key) {
		if key[i] <= ' ' || key[i] > '~' {
			return fmt.Errorf("key has a character that no key has, at position %d", i+1)
		}
	}
	return nil
}

// String returns "[redacted]".
func (Secret) String() string { return redacted }

// GoString returns "[redacted]".
func (Secret) GoString() string { return redacted }

// Format writes "[redacted]" for every verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// MarshalJSON returns "[redacted]" as a JSON string.
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// MarshalText returns "[redacted]".
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue returns "[redacted]".
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// Seal returns a cipher for what was answered to this client's key, so that it can
// be kept where only a program with the same key reads it. It is nil without a key.
func (c *Client) Seal() cipher.AEAD {
	if c.key.IsZero() {
		return nil
	}
	sum := sha256.Sum256([]byte("ortop sealed answers\x00" + c.key.Reveal()))
	block, err := aes.NewCipher(sum[:])
	if err != nil {
		return nil
	}
	seal, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil
	}
	return seal
}
