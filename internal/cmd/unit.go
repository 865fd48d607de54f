package cmd

import (
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"ortop/internal/metrics"
)

// unit prints what makes a service of collect with these flags.
func (a *app) unit(f collectFlags) error {
	if f.unit != "systemd" && f.unit != "launchd" {
		return usageError("", "--unit is systemd or launchd")
	}
	if a.flags.demo != "" {
		return usageError("", "--unit and --demo exclude each other")
	}
	if f.metrics != "" {
		if err := metrics.CheckAddr(f.metrics); err != nil {
			return usageError("for example --metrics 127.0.0.1:9464", "--metrics: %w", err)
		}
	}
	s, err := a.settings()
	if err != nil {
		return err
	}
	if s.historyErr != nil {
		return s.historyErr
	}
	u, err := a.newUnit(s, f)
	if err != nil {
		return err
	}
	text := u.systemd()
	if f.unit == "launchd" {
		text = u.launchd()
	}
	if _, err := a.stdout.WriteString(text); err != nil {
		return fmt.Errorf("writing the unit: %w", err)
	}
	return nil
}

// unitFacts are what a unit says of this binary and these settings.
type unitFacts struct {
	Args     []string // the binary's absolute path, and its arguments
	Writable string   // the folder that is there, in or below which the history lies
	Log      string
	UID      int
}

func (a *app) newUnit(s settings, f collectFlags) (u unitFacts, err error) {
	self, err := os.Executable()
	if err != nil {
		return u, fmt.Errorf("finding this binary: %w", err)
	}
	if strings.HasPrefix(self, filepath.Clean(os.TempDir())+string(filepath.Separator)) {
		a.hint("this binary is in a folder for temporary files: install it, and print the unit with the installed one")
	}
	// A service has its own environment: what this one says goes into the flags.
	u.Args, u.UID = []string{self, "collect"}, os.Getuid()
	history, err := filepath.Abs(s.historyPath)
	if err != nil {
		return u, fmt.Errorf("finding the history's folder: %w", err)
	}
	configPath := a.flags.config
	if _, err := os.Stat(s.configPath); err == nil && os.Getenv("XDG_CONFIG_HOME") != "" {
		configPath = s.configPath
	}
	if configPath != "" {
		if configPath, err = filepath.Abs(configPath); err != nil {
			return u, fmt.Errorf("finding the configuration's folder: %w", err)
		}
	}
	pass := func(flag, value string) {
		if value != "" {
			u.Args = append(u.Args, flag, value)
		}
	}
	pass("--account", a.flags.account)
	pass("--config", configPath)
	if a.flags.history != "" || s.config.History == "" && os.Getenv("XDG_DATA_HOME") != "" {
		pass("--history", history)
	}
	pass("--base-url", cmp.Or(a.flags.baseURL, os.Getenv("ORTOP_BASE_URL")))
	if a.flags.interval != 0 {
		pass("--interval", a.flags.interval.String())
	}
	pass("--metrics", f.metrics)
	if a.flags.quiet {
		u.Args = append(u.Args, "--quiet")
	}
	if a.flags.verbose {
		u.Args = append(u.Args, "--verbose")
	}
	for _, arg := range u.Args {
		if strings.ContainsFunc(arg, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return u, errors.New("a path or flag with control characters cannot be part of a unit")
		}
	}
	u.Writable = filepath.Dir(history)
	for u.Writable != filepath.Dir(u.Writable) {
		if info, err := os.Stat(u.Writable); err == nil && info.IsDir() {
			break
		}
		u.Writable = filepath.Dir(u.Writable)
	}
	if home, err := os.UserHomeDir(); err == nil {
		u.Log = filepath.Join(home, "Library", "Logs", "ortop.log")
	}
	return u, nil
}

// quoteSystemd is an argument as systemd's command lines read it.
func quoteSystemd(s string) string { return `"` + systemdEscaper.Replace(s) + `"` }

// systemdEscaper doubles what begins a specifier or a variable.
var systemdEscaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "%", "%%", "$", "$$")

// quotePath is a path as systemd's lists of paths read it: variables mean
// nothing there.
func quotePath(s string) string { return `"` + systemdPathEscaper.Replace(s) + `"` }

var systemdPathEscaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "%", "%%")

func quoteXML(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder takes everything
	return b.String()
}

func (u unitFacts) systemd() string {
	args := make([]string, len(u.Args))
	for i, arg := range u.Args {
		args[i] = quoteSystemd(arg)
	}
	return strings.NewReplacer("@ARGS@", strings.Join(args, " "), "@UID@", strconv.Itoa(u.UID), "@WRITABLE@", quotePath(u.Writable)).Replace(systemdUnit)
}

func (u unitFacts) launchd() string {
	var args, log string
	for _, arg := range u.Args {
		args += "\n\t\t<string>" + quoteXML(arg) + "</string>"
	}
	if u.Log != "" {
		log = "\n\t<key>StandardErrorPath</key>\n\t<string>" + quoteXML(u.Log) + "</string>"
	}
	return strings.NewReplacer("@ARGS@", args, "@UID@", strconv.Itoa(u.UID), "@LOG@", log).Replace(launchdUnit)
}

// systemdUnit is for the user manager. What of its protection the kernel does
// not let a user have is left out by systemd itself.
const systemdUnit = `# systemd user unit: ~/.config/systemd/user/ortop.service
#   systemctl --user daemon-reload
#   systemctl --user enable --now ortop.service
#   loginctl enable-linger          (to collect while you are logged out)
[Unit]
Description=Collect OpenRouter credits with ortop

[Service]
Type=exec
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

// launchdUnit is an agent of a user's own.
const launchdUnit = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- launchd agent: ~/Library/LaunchAgents/ortop.collect.plist
     launchctl bootstrap gui/@UID@ ~/Library/LaunchAgents/ortop.collect.plist
     The key comes from the keychain (ortop accounts add) or from the
     configuration: this file is no place for one. -->
<plist version="1.0">
<dict>
	<key>Label</key>
	<string>ortop.collect</string>
	<key>ProgramArguments</key>
	<array>@ARGS@
	</array>
	<key>RunAtLoad</key>
	<true/>
	<key>KeepAlive</key>
	<dict>
		<key>SuccessfulExit</key>
		<false/>
	</dict>
	<key>ThrottleInterval</key>
	<integer>30</integer>
	<key>ExitTimeOut</key>
	<integer>5</integer>
	<key>ProcessType</key>
	<string>Background</string>
	<key>Umask</key>
	<integer>63</integer>@LOG@
</dict>
</plist>
`
