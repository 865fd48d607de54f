package pgwire

import (
	"crypto/hmac"
	"crypto/md5" // servers that are old ask for it
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
)

// scram is a login by SCRAM-SHA-256 (RFC 5802, RFC 7677), without channel binding.
type scram struct {
	password, nonce string
	signature       []byte // that the server should have
	proven          bool
	unsure          bool // the server may mean another password
}

var errProof = errors.New("the server did not prove that it knows the password")

// maxIterations bounds the work that a server may ask for.
const maxIterations = 10_000_000

func newScram(password string) *scram {
	text, ok := prepared(password)
	return &scram{password: text, nonce: rand.Text(), unsure: !ok}
}

func (s *scram) bare() string  { return "n=,r=" + s.nonce }
func (s *scram) first() string { return "n,," + s.bare() }

func sum(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text)) // a hash takes everything
	return h.Sum(nil)
}

// fields are the values of a message by their letters.
func fields(message string) map[string]string {
	f := map[string]string{}
	for _, part := range strings.Split(message, ",") {
		name, v, _ := strings.Cut(part, "=")
		f[name] = v
	}
	return f
}

// final answers the server's first message.
func (s *scram) final(message string) (string, error) {
	f := fields(message)
	salt, err := base64.StdEncoding.DecodeString(f["s"])
	n, err2 := strconv.Atoi(f["i"])
	if err != nil || err2 != nil || n < 1 || n > maxIterations || len(salt) == 0 || !strings.HasPrefix(f["r"], s.nonce) || len(f["r"]) == len(s.nonce) {
		return "", errProtocol
	}
	salted, err := pbkdf2.Key(sha256.New, s.password, salt, n, sha256.Size)
	if err != nil {
		return "", err
	}
	client := sum(salted, "Client Key")
	stored := sha256.Sum256(client)
	without := "c=biws,r=" + f["r"]
	all := s.bare() + "," + message + "," + without
	for i, b := range sum(stored[:], all) {
		client[i] ^= b
	}
	s.signature = sum(sum(salted, "Server Key"), all)
	return without + ",p=" + base64.StdEncoding.EncodeToString(client), nil
}

// check takes the server's last message.
func (s *scram) check(message string) error {
	v, err := base64.StdEncoding.DecodeString(fields(message)["v"])
	if s.proven = err == nil && s.signature != nil && hmac.Equal(v, s.signature); !s.proven {
		return errProof
	}
	return nil
}

// md5Password is the older login.
func md5Password(user, password string, salt []byte) string {
	of := func(text string) string {
		h := md5.Sum([]byte(text))
		return hex.EncodeToString(h[:])
	}
	return "md5" + of(of(password+user)+string(salt))
}
