// Package share is a team's history on an engine that speaks PostgreSQL's wire.
//
// Collectors store each reading in their own file first and send its outbox; an
// account has one collector at a time, by a lease of the collector and a token that
// each write of the account must have. Viewers read what was sent.
//
// No error of this package has a password, or a DSN.
package share

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"ortop/client"
	"ortop/internal/pgwire"
	"ortop/internal/text"
)

// Options say which engine, and how.
type Options struct {
	DSN client.Secret
	// Unverified lets TLS do without a certificate that is known.
	Unverified bool
	Schema     string        // if empty, "ortop"
	Lease      time.Duration // if zero, 30 s
}

// config checks the DSN.
func (o Options) config() (pgwire.Config, error) {
	cfg, err := pgwire.Parse(o.DSN.Reveal())
	if err != nil {
		return cfg, fmt.Errorf("the DSN of the shared history cannot be read: %w", err)
	}
	local := isLocal(cfg)
	switch mode := cfg.TLS; mode {
	case "":
		if cfg.TLS = "disable"; !local {
			cfg.TLS = verifyFull
			if cfg.RootCert == "" {
				cfg.RootCert = "system"
			}
		}
	case verifyFull:
	case "require", "verify-ca":
		if !local && !o.Unverified {
			return cfg, fmt.Errorf(`sslmode=%s does not check whose server it is: use verify-full, or write tls = "unverified" in [share]`, mode)
		}
	default:
		if !local || mode != "disable" {
			return cfg, errors.New("its sslmode is not allowed: use verify-full, or disable for a server on this machine")
		}
	}
	if cfg.Name == "" {
		cfg.Name = "ortop"
	}
	return cfg, nil
}

const verifyFull = "verify-full"

// isLocal reports whether all hosts are this machine.
func isLocal(cfg pgwire.Config) bool {
	for _, h := range cfg.Hosts {
		name := h.Name
		if h.Addr != "" {
			name = h.Addr
		}
		if !strings.HasPrefix(name, "/") && !text.IsLoopback(name) {
			return false
		}
	}
	return true
}

// where says which engine a configuration names, without a password.
func where(cfg pgwire.Config) string {
	var names []string
	for _, h := range cfg.Hosts {
		if h.Name == "" {
			h.Name = h.Addr
		}
		names = append(names, h.Name)
	}
	tls := "TLS, " + cfg.TLS
	if cfg.TLS == "disable" {
		tls = "no TLS, on this machine"
	}
	return text.Clean(cfg.Database+" on "+strings.Join(names, ", ")+" as "+cfg.User+" ("+tls+")", 300)
}
