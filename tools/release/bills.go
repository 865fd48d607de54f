package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// bills writes what each binary is built of, as CycloneDX has it.
func (j *job) bills(ctx context.Context) error {
	program, err := j.tool(ctx, "cyclonedx-gomod", bills)
	if err != nil {
		return err
	}
	for _, t := range targets {
		path := filepath.Join(j.temp, "bill.json")
		c := exec.CommandContext(ctx, program, "bin", "-json", "-noserial", "-version", j.version, "-output", path, filepath.Join(j.stage(t), t.binary()))
		if _, err := output(c); err != nil {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if b, err = dated(b, j.at); err != nil {
			return err
		}
		if err := j.put(j.base(t)+".cdx.json", b); err != nil {
			return err
		}
	}
	return nil
}

// dated gives a bill the time of the commit in place of the time when it was made, and
// takes out the checksums of the program that made it: another build of that makes
// the same bill.
func dated(b []byte, at time.Time) ([]byte, error) {
	var bill map[string]any
	if err := json.Unmarshal(b, &bill); err != nil {
		return nil, err
	}
	meta, ok := bill["metadata"].(map[string]any)
	parts, _ := bill["components"].([]any)
	if !ok || bill["bomFormat"] != "CycloneDX" || len(parts) == 0 {
		return nil, errors.New("cyclonedx-gomod wrote no bill of material")
	}
	list, _ := meta["tools"].([]any)
	if tools, ok := meta["tools"].(map[string]any); ok {
		list, _ = tools["components"].([]any)
	}
	for _, tool := range list {
		if tool, ok := tool.(map[string]any); ok {
			delete(tool, "hashes")
		}
	}
	meta["timestamp"] = at.Format(time.RFC3339)
	out, err := json.MarshalIndent(bill, "", "  ")
	return append(out, '\n'), err
}
