package unit

// systemdUnit is for the user manager. What of its protection the kernel does
// not let a user have is left out by systemd itself.
const systemdUnit = `# systemd user unit@PLACE@
#   systemctl --user enable --now ortop.service
#   loginctl enable-linger          (to collect while you are logged out)
[Unit]
Description=Collect OpenRouter credits with ortop

[Service]
Type=exec@BEFORE@
ExecStart=@ARGS@
Restart=on-failure
RestartSec=30
# 2 is wrong use, or no key: trying again does not help.
RestartPreventExitStatus=2
TimeoutStopSec=5
UMask=0077

# The key, where the configuration names no source: a file, mode 0600, with a
# line such as OPENROUTER_MANAGEMENT_KEY=sk-or-v1-…
#EnvironmentFile=%h/.config/ortop/environment
# Or a credential, with key_file = "/run/user/@UID@/credentials/ortop.service/key":
#LoadCredential=key:/path/of/the/key

# If a key_command or an alert's command has to write elsewhere, add its folder
# to ReadWritePaths; if it needs more rights, take NoNewPrivileges and below out.
ProtectSystem=strict
ReadWritePaths=@WRITABLE@
PrivateTmp=yes
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native

[Install]
WantedBy=default.target
`

// ownPlace heads a unit that a person prints.
const ownPlace = `: ~/.config/systemd/user/ortop.service
#   systemctl --user daemon-reload`

// packagedPlace heads the unit of a package.
const packagedPlace = ` of the package, for the usual folders. Where your history or
# configuration lies elsewhere, print one of your own, which comes before this:
#   ortop collect --unit systemd > ~/.config/systemd/user/ortop.service
# Nothing starts it by itself:`
