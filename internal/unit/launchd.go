package unit

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
