package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// standIn evaluates flake.nix with as much of nixpkgs as it uses; what is built is then
// what it was told to build.
const standIn = `
let
  lib = {
    genAttrs = names: make: builtins.listToAttrs (map (name: { inherit name; value = make name; }) names);
    splitString = at: s: builtins.filter builtins.isString (builtins.split at s);
    optionalString = yes: s: if yes then s else "";
    licenses.mit = "MIT";
  };
  pkgs = {
    inherit lib;
    buildGoModule = told: removeAttrs told [ "src" ];
    mkShell = told: told;
    stdenv.buildPlatform.canExecute = _: true;
    stdenv.hostPlatform = "host";
    installShellFiles = "installShellFiles";
    go = "go"; tmux = "tmux"; mandoc = "mandoc"; jq = "jq"; prometheus = "prometheus";
  };
  nixpkgs = { inherit lib; legacyPackages = lib.genAttrs [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ] (_: pkgs); };
  made = (import FLAKE).outputs { inherit nixpkgs; self = { rev = "0123abc"; lastModifiedDate = "20261127184705"; }; };
in { packages = map (system: made.packages.${system}.default) (builtins.attrNames made.packages); shell = made.devShells.x86_64-linux.default; }
`

func TestFlake(t *testing.T) {
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil {
		t.Skip("there is no Nix")
	}
	t.Parallel()
	flake, err := filepath.Abs("../../flake.nix")
	if err != nil {
		t.Fatal(err)
	}
	changelog, err := os.ReadFile("../../CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	version := strings.TrimSpace(heading.FindString(string(changelog))[3:])
	store := t.TempDir()
	c := exec.Command(nix, "--eval", "--strict", "--json", "--expr", strings.Replace(standIn, "FLAKE", flake, 1))
	c.Env = append(os.Environ(), "HOME="+store, "NIX_STORE_DIR="+store+"/store", "NIX_STATE_DIR="+store+"/var", "NIX_LOG_DIR="+store+"/log", "NIX_CONF_DIR="+store)
	out, err := output(c)
	if err != nil {
		t.Fatal(err)
	}
	var made struct {
		Packages []struct {
			Pname, Version, VendorHash string

			Ldflags     []string
			PostInstall string
			Meta        struct{ MainProgram string }
		}
	}
	if err := json.Unmarshal(out, &made); err != nil {
		t.Fatal(err)
	}
	if len(made.Packages) != 4 {
		t.Fatalf("the flake has packages for %d systems, want 4", len(made.Packages))
	}
	for _, p := range made.Packages {
		stamp := "-s -w -X main.stamp=v" + version + ",0123abc,2026-11-27T18:47:05Z"
		if p.Pname != "ortop" || p.Version != version || strings.Join(p.Ldflags, " ") != stamp || p.Meta.MainProgram != "ortop" ||
			!regexp.MustCompile(`^sha256-.{43}=$`).MatchString(p.VendorHash) || !strings.Contains(p.PostInstall, "installManPage") {
			t.Errorf("the package is %+v, want version %s and %s", p, version, stamp)
		}
	}
}
