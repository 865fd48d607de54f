// Package otlp pushes the metrics to a receiver of OpenTelemetry's protocol, over HTTP
// as protobuf: https://opentelemetry.io/docs/specs/otlp/. It goes by the standard's
// variables and sends nothing where they name no endpoint.
package otlp

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"ortop/internal/metrics"
	"ortop/internal/text"
)

// Config is where metrics are pushed to, and how.
type Config struct {
	endpoint *url.URL
	headers  [][2]string // which may hold secrets
	timeout  time.Duration
	every    time.Duration
	gzip     bool
	tls      *tls.Config
	resource []metrics.Label
}

// prefix is that of the exporter's variables; those of metrics alone win over those
// of all signals.
const (
	prefix        = "OTEL_EXPORTER_OTLP_"
	metricsPrefix = prefix + "METRICS_"
)

// FromEnv reads the variables of
// https://opentelemetry.io/docs/specs/otel/protocol/exporter/. It returns nil where
// they name no endpoint, or turn the export off. An error names a variable, and never
// what a header holds.
func FromEnv(getenv func(string) string, version string) (*Config, error) {
	get := environment(getenv).get
	variable, endpoint := get("ENDPOINT")
	if endpoint == "" || strings.EqualFold(getenv("OTEL_SDK_DISABLED"), "true") || strings.EqualFold(getenv("OTEL_METRICS_EXPORTER"), "none") {
		return nil, nil
	}
	c := &Config{}
	var err error
	if c.endpoint, err = url.Parse(endpoint); err != nil || c.endpoint.Host == "" || c.endpoint.Scheme != "http" && c.endpoint.Scheme != "https" {
		return nil, fmt.Errorf("%s must be a URL, such as http://127.0.0.1:4318", variable)
	}
	if variable == prefix+"ENDPOINT" {
		c.endpoint = c.endpoint.JoinPath("v1/metrics")
	}
	if variable, protocol := get("PROTOCOL"); protocol != "" && protocol != "http/protobuf" {
		return nil, fmt.Errorf("%s must be http/protobuf: others are not spoken", variable)
	}
	if variable, list := get("HEADERS"); list != "" {
		if c.headers, err = pairs(list); err != nil {
			return nil, fmt.Errorf("%s must be name=value, with commas between: %w", variable, err)
		}
		for _, h := range c.headers {
			if !isHeader(h[0], h[1]) {
				return nil, fmt.Errorf("%s: %.40q is no header of HTTP, or its value has a character that none may have", variable, h[0])
			}
		}
	}
	secret := len(c.headers) > 0 || c.endpoint.User != nil || c.endpoint.RawQuery != ""
	if secret && c.endpoint.Scheme == "http" && !text.IsLoopback(c.endpoint.Hostname()) {
		return nil, fmt.Errorf("%s with headers, a password or a query may hold secrets, and http is for this machine only: it needs https", variable)
	}
	switch variable, form := get("COMPRESSION"); form {
	case "", "none":
	case "gzip":
		c.gzip = true
	default:
		return nil, fmt.Errorf("%s must be gzip or none", variable)
	}
	variable, span := get("TIMEOUT")
	if c.timeout, err = milliseconds(span, 10*time.Second); err != nil {
		return nil, fmt.Errorf("%s %w", variable, err)
	}
	if c.every, err = milliseconds(getenv("OTEL_METRIC_EXPORT_INTERVAL"), time.Minute); err != nil {
		return nil, fmt.Errorf("OTEL_METRIC_EXPORT_INTERVAL %w", err)
	}
	c.every = max(c.every, time.Second)
	if c.tls, err = certificates(get); err != nil {
		return nil, err
	}
	c.resource, err = resource(getenv, version)
	return c, err
}

// environment has each setting for metrics, or else for all that is sent.
type environment func(string) string

func (e environment) get(name string) (variable, value string) {
	for _, p := range [...]string{metricsPrefix, prefix} {
		if v := strings.TrimSpace(e(p + name)); v != "" {
			return p + name, v
		}
	}
	return "", ""
}

// Host is the receiver's, for messages.
func (c *Config) Host() string { return c.endpoint.Host }

// resource says what is measured: a service with a name and a version.
func resource(getenv func(string) string, version string) ([]metrics.Label, error) {
	list, err := pairs(getenv("OTEL_RESOURCE_ATTRIBUTES"))
	if err != nil {
		return nil, fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES must be name=value, with commas between: %w", err)
	}
	name := getenv("OTEL_SERVICE_NAME")
	var all []metrics.Label
	for _, p := range list {
		if p[0] == "service.name" && name == "" {
			name = p[1]
		}
		if p[0] != "service.name" {
			all = append(all, metrics.Label{Name: p[0], Value: p[1]})
		}
	}
	if name == "" {
		name = "ortop"
	}
	return append([]metrics.Label{{Name: "service.name", Value: name}, {Name: "service.version", Value: version}}, all...), nil
}

// pairs reads names and values as W3C baggage has them, with percent escapes.
func pairs(list string) (all [][2]string, err error) {
	for i, pair := range strings.Split(list, ",") {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		name, value, ok := strings.Cut(pair, "=")
		name = strings.TrimSpace(name)
		decoded, err := url.PathUnescape(strings.TrimSpace(value))
		if !ok || name == "" || err != nil {
			return nil, fmt.Errorf("the %d. of them is not", i+1)
		}
		all = append(all, [2]string{name, decoded})
	}
	return all, nil
}

// isHeader reports whether HTTP can carry a header.
func isHeader(name, value string) bool {
	for _, r := range name {
		if r <= ' ' || r > '~' || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r) {
			return false
		}
	}
	return !strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 127 })
}

func milliseconds(s string, otherwise time.Duration) (time.Duration, error) {
	if s = strings.TrimSpace(s); s == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 86_400_000 {
		return 0, errors.New("must be a number of milliseconds")
	}
	return time.Duration(n) * time.Millisecond, nil
}

// certificates are those by which the receiver is known. To have one of its own would
// take the program 0.2 MB.
func certificates(get func(string) (variable, value string)) (*tls.Config, error) {
	if variable, path := get("CLIENT_CERTIFICATE"); path != "" {
		return nil, fmt.Errorf("%s: a certificate of the client is not used here: unset it, or push by a collector beside ortop", variable)
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if variable, path := get("CERTIFICATE"); path != "" {
		pem, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", variable, err)
		}
		if c.RootCAs = x509.NewCertPool(); !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s: there is no certificate in it", variable)
		}
	}
	return c, nil
}
