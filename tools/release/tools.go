package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// The programs that make packages and bills of material are built from Go's module
// proxy, each by its own versions: neither module of this repository requires them.
const (
	nfpm  = "github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.2"
	bills = "github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.9.0"
)

// missingTool says that a program could not be had.
type missingTool struct {
	name string
	err  error
}

func (e *missingTool) Error() string { return fmt.Sprintf("%s cannot be had: %v", e.name, e.err) }
func (e *missingTool) Unwrap() error { return e.err }

// tool builds a program and returns its path.
func (j *job) tool(ctx context.Context, name, pkg string) (string, error) {
	bin := filepath.Join(j.temp, "tools")
	c := exec.CommandContext(ctx, "go", "install", "-trimpath", pkg)
	c.Dir = j.temp
	c.Env = append(os.Environ(), "GOBIN="+bin, "GOFLAGS=", "GOWORK=off", "CGO_ENABLED=0")
	if _, err := output(c); err != nil {
		return "", &missingTool{name, err}
	}
	return filepath.Join(bin, name), nil
}
