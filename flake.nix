{
  description = "Shows what is left of OpenRouter credits, and when they run out";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs = { self, nixpkgs }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ];
      each = make: nixpkgs.lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});

      # The change log begins with the version.
      headings = builtins.filter (m: m != null)
        (map (builtins.match "## ([0-9]+[.][0-9]+[.][0-9]+)( .*)?") (nixpkgs.lib.splitString "\n" (builtins.readFile ./CHANGELOG.md)));
      version = builtins.head (builtins.head headings);

      part = from: length: builtins.substring from length self.lastModifiedDate;
      time = "${part 0 4}-${part 4 2}-${part 6 2}T${part 8 2}:${part 10 2}:${part 12 2}Z";
    in
    {
      packages = each (pkgs: rec {
        default = ortop;
        ortop = pkgs.buildGoModule {
          pname = "ortop";
          inherit version;
          src = self;
          # Of the modules in go.sum: a test says what it has to be.
          vendorHash = "sha256-5ZnuGok7wbBAXRoWVo3FinjJYgSZC4YJE4eBX+qAYo4=";
          subPackages = [ "." ];
          env.CGO_ENABLED = 0;
          ldflags = [ "-s" "-w" "-X main.stamp=v${version},${self.rev or "unknown"},${time}" ];
          # The tests start programs and servers, for which a build has no place.
          doCheck = false;
          nativeBuildInputs = [ pkgs.installShellFiles ];
          postInstall = pkgs.lib.optionalString (pkgs.stdenv.buildPlatform.canExecute pkgs.stdenv.hostPlatform) ''
            export HOME=$TMPDIR
            $out/bin/ortop man >ortop.1
            installManPage ortop.1
            for shell in bash zsh fish; do $out/bin/ortop completion $shell >ortop.$shell; done
            installShellCompletion --cmd ortop --bash ortop.bash --zsh ortop.zsh --fish ortop.fish
          '';
          meta = {
            description = "Shows what is left of OpenRouter credits, and when they run out";
            license = pkgs.lib.licenses.mit;
            mainProgram = "ortop";
          };
        };
      });

      devShells = each (pkgs: {
        default = pkgs.mkShell { packages = [ pkgs.go pkgs.tmux pkgs.mandoc pkgs.jq pkgs.prometheus ]; };
      });
    };
}
