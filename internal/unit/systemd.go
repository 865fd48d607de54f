package unit

// systemdUnit is for the user manager. What of its protection the kernel does
// not let a user have is left out by systemd itself; what drops capabilities, which
// a user's service has none of, would keep it from starting.
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
# line such as OPENROUTER_MANAGEMENT_KEY=sk-or-v1-...
#EnvironmentFile=%h/.config/ortop/environment
# Or a credential, with key_file = "/run/user/@UID@/credentials/ortop.service/key":
#LoadCredential=key:/path/of/the/key

# If a key_command or an alert's command has to write elsewhere, add its folder
# to ReadWritePaths; if it needs more rights, take NoNewPrivileges and below out:
# MemoryDenyWriteExecute for one in JavaScript or Java, RestrictNamespaces for one
# in a sandbox of its own.
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths=@WRITABLE@
PrivateTmp=yes
PrivateMounts=yes
PrivateIPC=yes
DevicePolicy=closed
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProcSubset=pid
KeyringMode=private
NoNewPrivileges=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM

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
