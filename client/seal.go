package client

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
)

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
