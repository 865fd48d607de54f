package config

// Manual says of each setting what it does, and AlertManual the same of each rule
// and channel, for the manual.
const (
	Manual = `The file is TOML, and everything in it is optional. A key never stands in it, and a
name that it does not know is an error with its line. A relative path starts at its
folder; ~/ and $HOME/ are expanded. These settings come first:

  account   the account that is shown when none is named
  base_url  where the API is: https, or http on loopback
  interval  the time between two polls: at least 10s, or 2s on loopback
            (default 60s)
  history   the history file
  theme     the colours of the dashboard: dark, light and more, or the name of a
            file in the folder themes beside this one
  clock     24h or 12h
  zone      the time zone of clocks, such as "Europe/Berlin" (default the system's)
  view      the view that the dashboard begins with: overview, forecast, breakdown
            or events
  range     the range that it begins with: 1h, 6h, 24h, 7d, 30d, 1y or all
  glyphs    what spend is drawn with: columns, braille, line, or ascii for
            everything in ASCII
  currency  a currency besides US dollars, and how much of it a dollar is, such as
            "EUR 0.92"; it is never fetched
  quiet     the hours in which alerts wait, such as "22:00-07:00", by the clock of
            this machine

[keys] puts keys on what the dashboard does: one in quotes, or a list of them, in
place of those that are there, or [] for none. A key is a letter or a sign, or a name
such as "ctrl+r", "f5", "enter", "left" or "pgdown". The actions:

  Views     overview, forecast, breakdown, events, next-view, previous-view, back
  Program   command, settings, theme, help, refresh, pause, suspend, quit
  Plot      shorter-range, longer-range, zoom-in, zoom-out, earlier, now, plot,
            cursor-left, cursor-right
  Accounts  account, accounts, state-balance, credits-page, copy, export
  Lists     up, down, page-up, page-down, open, filter, group, sort, byok,
            kinds, acknowledge

Each [[accounts]] is an account, with one source of its key:

  name         how it is called: unique, whatever its letter case
  keyring      true: the system keyring has the key, as accounts add puts it there
  key_file     a file that has the key, and that you alone can read
  key_command  a program and its arguments, a list, which prints the key
  base_url     in place of the base_url above
  interval     in place of the interval above

[share] is a history that a team shares on PostgreSQL; one of the first four, or
ORTOP_SHARE_DSN, says where:

  dsn          the DSN, without a password
  dsn_command  a program and its arguments, a list, which prints the DSN
  dsn_file     a file that has the DSN, and that you alone can read
  keyring      true: the system keyring has the DSN, of user "share"
  schema       the schema of its tables (default "ortop")
  lease        how long a collector may be silent until another takes its accounts
               (default 30s)
  tls          "unverified": a certificate that is not verified will do

Each [[packages]] is credits as they are sold; the planner names the cheapest mix
that lasts. Without any, every amount is sold at its own price. To the price comes
OpenRouter's fee by card, 5.5 % and at least $0.80.

  amount  the credits, in USD
  bonus   credits that are added to them
  price   what they cost without the fee; unknown where it is not there

For example:

  account = "personal"

  [[accounts]]
  name    = "personal"
  keyring = true

  [[accounts]]
  name        = "work"
  key_command = ["op", "read", "op://Work/OpenRouter/key"]

  [[alerts]]
  rule     = "runway"
  within   = "2d"
  channels = ["phone"]

  [[channels]]
  name     = "phone"
  kind     = "ntfy"
  url_file = "ntfy-url"`

	AlertManual = `Each [[alerts]] is a rule. A rule takes the place of all default rules of its kind:

  balance         the balance is below a sum: below (default 20 as a warning, 5 and
                  0 as urgent)
  used            that share of all credits bought is used: above, in percent
  runway          it runs out within a time: within, and chance for how surely
                  (default 3d as a warning, 1d as urgent)
  spend           more is spent than a budget: above, in USD, and per day, week or
                  month of UTC
  spike           an hour is dearer than usual at that time, or a day: factor
                  (default 3)
  leak            spend has risen for weeks: factor (default 1.5)
  limit           a key's cap, its budget or a workspace's budget is nearly used:
                  above (default "90%")
  free            the day's requests to free models are nearly used: above (default
                  "90%")
  top_up          credits were bought or taken back
  top_up_missing  an automatic top-up did not come; or the balance stays below a
                  sum: below, for
  stale           nothing could be read: for (default 10m)
  key_expiry      a key expires: within (default 7d as a warning, 1d as urgent)

Each may have besides:

  level         info, warning or urgent
  account       one account alone
  channels      the names of those that it is sent to (default all)
  for           for how long it must hold, where it is about a value
  cooldown      within it what goes on to come again is held back from the third
                repeat on (default 1h)
  quiet         its own quiet hours
  quiet_urgent  true: it waits in quiet hours though it is urgent
  off           true: the default rules of this kind are dropped

Each [[channels]] is where alerts are sent; without one the dashboard's terminal
rings. It has a name, a kind, and perhaps a level: the least that it takes.

  bell      the terminal's bell
  osc9, osc777
            a notification by the terminal
  desktop   a notification of the desktop
  webhook, slack, discord, ntfy
            a message to url
  telegram  a message to the chat that to names, by url
  mail      a mail from the address from to the address to, by the server of url
  command   a program and its arguments, command, which gets the alert as JSON on
            standard input

A URL is a secret: url_file names a file that has it, url_command a program that
prints it, and url is it. alerts list shows what applies, and alerts test sends one
message to each channel. The process that polls sends alerts: a dashboard, or ortop
collect.`
)
