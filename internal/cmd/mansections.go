package cmd

// What is in the help of no command, for the manual.
const (
	exitManual = `  0         the answer is there: the account was read, the check said yes
  1         failed; also where a test message or a part of a set-up did
  2         wrong use, or no key found
  3         the check said no: preflight and --runway have not enough; reconcile
            found that the two differ
  4         it cannot be known: unreachable, refused, unreadable, stale, or the
            history is damaged; what was read last is printed all the same
  130, 143  interrupted, terminated

An alert that fires changes no exit code: alerts list and status exit with 0, and
name it. To stop a job below a sum or before a time, use preflight, which exits
with 3 then and with 4 where nobody knows. alerts test exits with 1 where a channel
did not take its message. cost exits with the code of its command.`

	environmentManual = `  ORTOP_API_KEY, OPENROUTER_MANAGEMENT_KEY
            the key, before the account's own source
  OPENROUTER_API_KEY
            the key, where the account has no source
  ORTOP_BASE_URL
            where the API is: https, or http on loopback
  ORTOP_SHARE_DSN
            where a team's history is
  NO_COLOR  no colours, where it is not empty
  TERM      dumb: no dashboard
  LC_ALL, LC_CTYPE, LANG
            without UTF-8 in them all is ASCII
  TZ        the zone of clock times; days, weeks and months are those of UTC
  XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_STATE_HOME
            the folders of the files; without them ~/.config, ~/.local/share and
            ~/.local/state`

	filesManual = `  $XDG_CONFIG_HOME/ortop/config.toml
            the configuration
  $XDG_DATA_HOME/ortop/history.db
            every reading, in SQLite
  $XDG_STATE_HOME/ortop/ortop.log
            what the dashboard noted

All of them are 0600, in folders that are 0700.`

	examplesManual = `The balance and the days that are left, as numbers:

  ortop status --format '{{.JSON.balance_usd}}'
  ortop status --format '{{.DaysLeft}}'

From cron, a word only where the runway is under two days, and none at an outage:

  ortop preflight --runway 2d >/dev/null; [ $? -ne 3 ] || echo "top up"

A job of CI that fails under $5, and where nobody knows:

  ortop preflight --need 5

Who spent it:

  ortop breakdown --by model --top 5 --json
  ortop breakdown --key laptop --since week
  ortop report --week

What was spent on each day of last month, for a spreadsheet:

  ortop history --since 'last month' --until month --every 1d --csv > days.csv
  ortop history --since 'last month' --until month --every 1d --csv=excel-de > tage.csv

A pane of tmux beside the one that is worked in:

  tmux split-window -l 10 ortop

A new machine that knows the past of the account, and two machines' histories in one:

  ortop import activity.csv
  ortop import laptop.db

A backup of a history in use, and back; a key in the place of another:

  ortop backup kept.db
  ortop restore restored.db
  pass show openrouter-new | ortop accounts add work --replace

A look at a simulated account: no key, nothing leaves this machine:

  ortop --demo`
)
